// What `--help` prints.

import { FLAGS } from "./flags.ts";

/** The help, ending without a line break. `colour` marks headings and options. */
export function help({ colour }: { colour: boolean }): string {
  const bold = (text: string) => colour ? `\x1b[1m${text}\x1b[0m` : text;
  const cyan = (text: string) => colour ? `\x1b[36m${text}\x1b[0m` : text;
  const names = FLAGS.map((flag) => `--${flag.name} ${flag.value}`.trimEnd());
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const lines = FLAGS.flatMap((flag, index) => {
    const lines = flag.help.map((line, at) =>
      flag.repeatable && at === flag.help.length - 1 ? `${line} (repeatable)` : line
    );
    const name = names[index] ?? "";
    return lines.map((line, at) =>
      at === 0 ? `  ${cyan(name)}${" ".repeat(width - name.length)}${line}` : " ".repeat(width + 2) + line
    );
  });
  return [
    `${bold("Ropeway")} relays calls between browsers (ROAP over WebSocket) and SIP phones or an IMS.`,
    "",
    bold("Usage"),
    "  deno task start [options]",
    "",
    bold("Options"),
    ...lines,
    "",
    "An IPv6 address stands in brackets: [::1]:5060. Port 0 takes a free port, and the line that is printed",
    "for each listener says which. Standard output has those lines and then `ready`; the log, one JSON object",
    "a line, goes to standard error.",
    "",
    bold("Settings file"),
    `  { "http": "127.0.0.1:8080", "sip": ["udp:127.0.0.1:5060"], "domain": "example.org",`,
    `    "users": { "alice": "secret" }, "ims": "ims.example.net", "dns": "127.0.0.1:53",`,
    `    "origins": ["https://example.org"], "drainSeconds": 5, "shards": 2,`,
    `    "logLevel": "info" }`,
    "",
    bold("Examples"),
    "  deno task start",
    "  deno task start --http 127.0.0.1:0 --sip udp:127.0.0.1:0 --user bob:secret",
    "  deno task start --ims ims.example.net --dns 127.0.0.1:53",
    "  deno task start --browsers users.json",
  ].join("\n");
}
