// The codec's reading of ROAP against the plain one.

import { faultText } from "../../../wasm/fault.ts";
import type { Build } from "../builds.ts";
import { agree, BrokenClaim } from "../claim.ts";
import { readPlainRoap } from "../plain_roap.ts";

const TEXTS = [
  "offererSessionId",
  "answererSessionId",
  "to",
  "from",
  "setSessionToken",
  "setResponseToken",
  "sessionToken",
  "responseToken",
  "sdp",
  "content",
  "transactionId",
  "contentType",
  "replaces",
  "referToken",
  "infoType",
  "signal",
] as const;

/** Compares what is in the window with what the plain reader makes of the message: taken or refused, and every member of what is taken. */
export function compareRoap({ codec: { roap } }: Build, message: Uint8Array, fault: number): void {
  const plain = readPlainRoap(message);
  if (typeof plain === "string") {
    if (fault !== 0) return;
    disagree(`A ROAP message is taken that the plain reader refuses: ${plain}`, "");
  } else if (fault !== 0) {
    disagree(
      `A ROAP message is refused that the plain reader takes: ${faultText(fault)}`,
      roap.faultMember,
    );
  } else {
    for (
      const name of [
        "type",
        "errorType",
        "status",
        "seq",
        "tieBreaker",
        "moreComing",
        "privacy",
        "duration",
      ] as const
    ) {
      agree(roap[name], plain[name], `Codec and plain reader agree on ${name}`);
    }
    for (const name of TEXTS) {
      agree(roap.text(roap[name]), plain.texts.get(name) ?? "", `Codec and plain reader agree on ${name}`);
    }
  }
}

function disagree(text: string, detail: string): never {
  throw new BrokenClaim({ kind: "disagreement", text, detail });
}
