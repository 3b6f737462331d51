// No server at all: the generator's callers talk to its own answering side. What delay is left is the generator's own.

import type { Target } from "./target.ts";

export const direct: Target = {
  name: "no relay",
  version: "",
  dialect: "direct",
  login: undefined,
  sip: "",
  domain: "direct.invalid",
  pid: 0,
  [Symbol.asyncDispose]: async () => {},
};
