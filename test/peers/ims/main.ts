// A core to play with: says where everything is and stays until Ctrl-C. With --ladder it prints the messages as they pass.

import { NODES } from "./configuration.ts";
import { startIms } from "./ims.ts";
import { printLadder } from "./ladder.ts";
import { HOSTS } from "./network.ts";
import { USERS } from "./users.ts";

await using ims = await startIms();
console.log(`dns       ${ims.dns.address}`);
for (const host of Object.keys(HOSTS) as (keyof typeof HOSTS)[]) {
  console.log(`${host.padEnd(9)} ${ims.network.host(host)}:5060`);
}
for (const user of Object.values(USERS)) {
  const secret = user.auth === "digest"
    ? user.password
    : `K ${user.secret.k.toHex()} OP ${user.secret.op.toHex()}`;
  console.log(`${user.name.padEnd(9)} ${user.tel} ${secret} ${user.flag}`.trimEnd());
}
console.log(`logs      ${NODES.map((node) => `${ims.folder}/${node}.log`).join(" ")}`);
await using _ladder = Deno.args.includes("--ladder")
  ? printLadder(ims.network, (line) => console.log(line))
  : null;
await new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
});
