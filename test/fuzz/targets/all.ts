// The targets by their names.

import type { Builds } from "../builds.ts";
import { differentialTarget } from "./differential.ts";
import { frameTarget } from "./frame.ts";
import { mapTarget } from "./map.ts";
import type { Peer } from "./peers.ts";
import { roapTarget } from "./roap.ts";
import { roundtripTarget } from "./roundtrip.ts";
import { sipTarget } from "./sip.ts";
import type { Target, TargetName } from "./target.ts";

export function makeTarget(name: TargetName, builds: Builds, peers: readonly Peer[]): Target {
  switch (name) {
    case "sip":
      return sipTarget(builds);
    case "roap":
      return roapTarget(builds);
    case "frame":
      return frameTarget(builds);
    case "map":
      return mapTarget(builds);
    case "roundtrip":
      return roundtripTarget(builds);
    case "differential":
      return differentialTarget(builds, peers);
  }
}
