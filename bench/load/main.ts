// `deno task load`: calls at a rate of one's own choice for a relay, and what became of them.

import { brief, full, machine } from "../machine.ts";
import { freePort } from "../../test/peers/ports.ts";
import { streamsFor } from "./generator/population.ts";
import { openLibc, raiseFileLimit } from "./generator/libc.ts";
import { DEFINITION } from "./knee.ts";
import { terminalLive } from "./live.ts";
import { browsersFor, type LoadOptions, readOptions, USAGE } from "./options.ts";
import { describe, summary } from "./report.ts";
import { sweepChart } from "./chart.ts";
import { findKnee, type Sweep } from "./sweep.ts";
import { startEcho } from "./echo/target.ts";
import { startRopeway } from "./targets/ropeway.ts";
import type { Target } from "./targets/target.ts";
import { TokenSigner } from "./token_signer.ts";
import { tryOut } from "./trial.ts";

const RESULTS = new URL("../results/", import.meta.url);

if (import.meta.main) {
  try {
    const options = readOptions(Deno.args);
    if (options === undefined) console.log(USAGE);
    else Deno.exit(await load(options));
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    Deno.exit(2);
  }
}

/** Answers the exit code: 1 when a call of a single trial failed. */
async function load(options: LoadOptions): Promise<number> {
  raiseFileLimit(openLibc()); // the target has it from us
  const port = options.generator.port || freePort();
  const live = options.json ? undefined : terminalLive();
  const signer = await signerOf(options.token);
  await using target = await targetOf(options, port);
  const trial = async (rate: number) => {
    live?.begin(`${target.name} ${rate}/s`);
    const browsers = options.browsers ?? browsersFor(rate, options.generator);
    const generator = { ...options.generator, port, rate, browsers };
    const result = await tryOut({
      target,
      generator,
      tokens: await signer?.tokens(streamsFor(generator)),
      progress: (progress, processors) => live?.show(progress, processors),
    });
    live?.clear();
    return result;
  };
  const where = machine();
  const say = (text: string) => options.json || console.log(text);
  say(`${full(where)}\n`);
  if (options.mode === "trial") {
    const result = await trial(options.generator.rate);
    console.log(options.json ? JSON.stringify({ machine: where, trial: result }, null, 2) : describe(result));
    return result.failed === 0 && result.left === 0 ? 0 : 1;
  }
  const sweep = await findKnee({ search: options, trial, say });
  say(`\n${summary(sweep.trials, sweep.remarks)}\n\n${verdict(target.name, sweep)}`);
  if (options.mode === "ceiling") say(ceilingOf(sweep));
  if (options.json) console.log(JSON.stringify({ machine: where, ...sweep }, null, 2));
  if (options.save) await save(options.mode, { sweep, name: target.name, where: brief(where) });
  return 0;
}

/** @throws RangeError when the file cannot be used */
async function signerOf(token: LoadOptions["token"]): Promise<TokenSigner | undefined> {
  if (token === undefined) return undefined;
  let text: string;
  try {
    text = await Deno.readTextFile(token.key);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new RangeError(`--token-key ${token.key} cannot be read: ${why}`);
  }
  return await TokenSigner.open(text, token);
}

function verdict(name: string, { knee, isFound, trials }: Sweep): string {
  const at = trials.findLast((trial) => trial.rate === knee && trial.completed > 0);
  const generator = at?.generator.perCall?.toFixed(0) ?? "-";
  return [
    `Knee of ${name}: ${isFound ? "" : "more than "}${knee} calls/s: ${DEFINITION}.`,
    `There a call costs ${name} ${
      at?.cost.perCall?.toFixed(0) ?? "-"
    } µs of processor time and the generator ${generator} µs.`,
  ].join("\n");
}

/** The trials take what the machine leaves; what the generator's one thread could do alone follows from its cost. */
function ceilingOf({ knee, trials }: Sweep): string {
  const cost = trials.findLast((trial) => trial.rate === knee)?.generator.perCall ?? null;
  if (cost === null) return "";
  return `A processor of its own would be full at some ${Math.floor(1e4 / cost) * 100} calls/s.`;
}

async function save(
  mode: string,
  { sweep, name, where }: { sweep: Sweep; name: string; where: string },
): Promise<void> {
  await Deno.mkdir(RESULTS, { recursive: true });
  const chart = sweepChart({ where, series: [{ name, kind: "ropeway", ...sweep }] });
  await Deno.writeTextFile(new URL(`${mode}.svg`, RESULTS), chart);
  const figures = JSON.stringify({ where, ...sweep }, null, 2) + "\n";
  await Deno.writeTextFile(new URL(`${mode}.json`, RESULTS), figures);
}

async function targetOf(
  { mode, running, generator, browser, args }: LoadOptions,
  port: number,
): Promise<Target> {
  if (mode === "ceiling") return await startEcho({ port });
  if (running === undefined) {
    const { phones, password } = generator;
    return await startRopeway({ port, phones, password, browser, args });
  }
  const { host, path, sip, pid, domain } = running;
  return {
    name: `ws://${host}`,
    version: "",
    dialect: "roap",
    login: { host, path, protocol: "roap.ims" },
    sip,
    domain,
    pid,
    [Symbol.asyncDispose]: async () => {},
  };
}
