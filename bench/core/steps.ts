// A telephone call as the relay sees it: what goes in, and what has to come out.

/** One input of a call and the outputs that it must lead to. */
export interface Step {
  readonly name: string;
  /** A ROAP text or a SIP message. */
  readonly from: "browser" | "phone";
  /** Methods and messageTypes, in order of their names. */
  readonly outputs: readonly string[];
}

export const STEPS = [
  { name: "ROAP OFFER → INVITE", from: "browser", outputs: ["INVITE"] },
  { name: "180 → RINGING", from: "phone", outputs: ["RINGING"] },
  { name: "200 → ANSWER", from: "phone", outputs: ["ANSWER"] },
  { name: "OK → ACK", from: "browser", outputs: ["ACK"] },
  { name: "SHUTDOWN → BYE and OK", from: "browser", outputs: ["BYE", "OK"] },
  { name: "200 to BYE", from: "phone", outputs: [] },
] as const satisfies readonly Step[];
