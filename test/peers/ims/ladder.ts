// The messages of a core as they pass, SIP and Cx, a line each: what tshark sees on loopback. Wants tshark and root.

import { leashed, locate } from "../../programs.ts";
import { HOSTS, type Network } from "./network.ts";

const FIELDS = [
  "frame.time_relative",
  "ip.src",
  "ip.dst",
  "sip.Request-Line",
  "sip.Status-Line",
  "sip.CSeq",
  "diameter.cmd.code",
  "diameter.flags.request",
  "diameter.Result-Code",
  "diameter.Experimental-Result-Code",
] as const;

const CX: Readonly<Record<string, string>> = { 300: "UA", 301: "SA", 302: "LI", 303: "MA", 304: "RT" };
const CX_APPLICATION = 16_777_216;

/** Prints until it is disposed of. */
export function printLadder(network: Network, print: (line: string) => void): AsyncDisposable {
  const program = locate("tshark");
  if (program === undefined) throw new Error("There is no tshark on this machine");
  const command = leashed(program, [
    ...["-l", "-i", "lo", "-f", `net ${network.prefix}.0/24 and (port 5060 or port 3868)`],
    ...["-d", "tcp.port==3868,diameter", "-Y", `sip || diameter.applicationId==${CX_APPLICATION}`],
    ...["-T", "fields", ...FIELDS.flatMap((field) => ["-e", field])],
  ]);
  const child = new Deno.Command(command.program, {
    args: command.args,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const names = new Map(Object.entries(HOSTS).map(([name, host]) => [network.host(host), name]));
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) print(rung(line.split("\t"), names));
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await Promise.all([child.status, reading]);
    },
  };
}

function rung(fields: readonly string[], names: ReadonlyMap<string, string>): string {
  const [time = "", from = "", to = "", request, status, cseq, code = "", isRequest, result, experimental] =
    fields;
  const sip = `${request ?? ""}${status ?? ""}`.replace(/ SIP\/2\.0$|^SIP\/2\.0 /, "");
  const cx = code === ""
    ? ""
    : `Cx ${CX[code] ?? code}${/^(1|True)$/.test(isRequest ?? "") ? "R" : "A"} ${result ?? ""}${
      experimental ?? ""
    }`;
  const ends = [from, to].map((address) => (names.get(address) ?? address).padEnd(13));
  const step = sip === "" ? cx : `${sip}${cseq ? `  [${cseq}]` : ""}`;
  return `${Number(time).toFixed(3).padStart(8)}  ${ends[0]} -> ${ends[1]} ${step.trimEnd()}`;
}
