// What a phone is told at its beginning, and the states of its call.

import type { Address, Network } from "./network.ts";
import type { Phone } from "./phone.ts";

/** What a phone needs of the network. */
export type PhoneNetwork = Pick<Network, "after" | "attach" | "send">;

export interface PhoneOptions {
  readonly network: PhoneNetwork;
  readonly user: string;
  readonly at: Address;
  /** Domain of its own name; its address unless said otherwise. */
  readonly domain?: string;
  /** Host in its Contact; its address unless said otherwise. */
  readonly contactHost?: string;
  /** What happens when an INVITE comes: e.g. `(phone) => phone.answer(sdp)`. */
  readonly invited?: (phone: Phone) => void;
  /** What happens when one comes inside the call; `invited` unless said otherwise. */
  readonly reinvited?: (phone: Phone) => void;
}

/** calling, cancelling: our INVITE is out. called: theirs is unanswered. answered: our 2xx has no ACK yet. */
export type PhoneState = "idle" | "calling" | "cancelling" | "called" | "answered" | "up" | "ended";
