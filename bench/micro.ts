// `deno task bench`: what the codecs cost, next to JavaScript alone and to the parsers of npm, in one run. No input or output, no core:
// one question a table. `--json` prints the figures for a program.

import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import { BROWSER_OK, type Message, OFFER, SIP_MESSAGES } from "./messages.ts";
import { drachtio } from "./readers/drachtio.ts";
import type { Reader } from "./readers/fields.ts";
import { jssip } from "./readers/jssip.ts";
import { plain } from "./readers/plain.ts";
import { ropeway, ropewayTexts } from "./readers/ropeway.ts";
import { npmSip } from "./readers/sip.ts";
import { type Budget, type Group, measure, print } from "./group.ts";
import { sameBytes, sameFields } from "./same.ts";
import { plainTranslator } from "./translators/plain.ts";
import { ropewayTranslator } from "./translators/ropeway.ts";

const NPM_READERS: readonly Reader[] = [drachtio, npmSip, jssip];
const READERS: readonly Reader[] = [
  plain,
  ropeway,
  ropewayTexts,
  ...NPM_READERS,
];
const TRANSLATORS = [plainTranslator, ropewayTranslator];
const READ_BUDGET: Budget = {
  target: ropeway.name,
  against: NPM_READERS.map(({ name }) => name),
  most: 1 / 25,
};

function readGroup(message: Message): Group {
  sameFields(READERS, message);
  return {
    name: `read ${message.name}`,
    bytes: message.bytes.length,
    targets: READERS.map(({ name, read }) => ({
      name,
      run: () => read(message.bytes),
    })),
    budgets: message.name.startsWith("INVITE") ? [READ_BUDGET] : [],
  };
}

function budgets(engine: string): Budget[] {
  return [
    {
      target: ropewayTranslator.name,
      against: [plainTranslator.name],
      most: 1 / 4,
    },
    { target: ropewayTranslator.name, against: [engine], most: 1 },
  ];
}

function inviteGroup(): Group {
  sameBytes(
    TRANSLATORS.map(({ name, invite }) => [name, invite(OFFER.text).slice()]),
  );
  const engine = "JSON.parse and JSON.stringify";
  return {
    name: "ROAP OFFER → INVITE",
    bytes: OFFER.bytes.length,
    targets: [
      ...TRANSLATORS.map(({ name, invite }) => ({
        name,
        run: () => invite(OFFER.text).length,
      })),
      {
        name: engine,
        run: () => JSON.stringify(JSON.parse(OFFER.text)).length,
      },
    ],
    budgets: budgets(engine),
  };
}

function answerGroup(): Group {
  const encoder = new TextEncoder();
  sameBytes(
    TRANSLATORS.map((
      { name, answer },
    ) => [name, encoder.encode(answer(BROWSER_OK.bytes))]),
  );
  const text = plainTranslator.answer(BROWSER_OK.bytes);
  const engine = "JSON.parse and JSON.stringify of the ANSWER";
  return {
    name: `${BROWSER_OK.name} → ROAP ANSWER`,
    bytes: BROWSER_OK.bytes.length,
    targets: [
      ...TRANSLATORS.map(({ name, answer }) => ({
        name,
        run: () => answer(BROWSER_OK.bytes).length,
      })),
      { name: engine, run: () => JSON.stringify(JSON.parse(text)).length },
    ],
    budgets: budgets(engine),
  };
}

const { values } = parseArgs({
  args: Deno.args,
  options: { json: { type: "boolean", default: false } },
});
const where = machine(["jssip", "drachtio-sip", "sip"]);
if (!values.json) {
  const libraries = Object.entries(where.libraries).map(([name, version]) => `${name} ${version}`).join(", ");
  console.log(
    `commit ${where.commit}, ${where.date}, Deno ${where.deno} (V8 ${where.v8}), ${libraries}\n` +
      `${where.processor}, ${where.cores} cores, ${where.memoryGiB} GiB, ${where.system}\n` +
      "Medians of rounds in turn, ratios to JavaScript alone. All targets deliver the same fields or bytes, compared first.\n" +
      "The codec and JsSIP check the grammar of what they decode; the others do not.\n",
  );
}
const results = [];
for (
  const group of [...SIP_MESSAGES.map(readGroup), inviteGroup(), answerGroup()]
) {
  const result = measure(group);
  results.push(result);
  if (!values.json) console.log(print(result) + "\n");
}
if (!values.json) {
  console.log(
    "Not measured: what is done with the fields afterwards, folded lines, compact names, bodies beyond ASCII, parsers outside npm.",
  );
}
if (values.json) {
  console.log(JSON.stringify({ machine: where, groups: results }, null, 2));
}
