// Tests of one file that share one core.

import { needing } from "../../programs.ts";
import { NODES } from "./configuration.ts";
import { type Ims, IMS_PROGRAMS, type ImsOptions, startIms } from "./ims.ts";

/** Of each node, shown when a test fails. */
const LOG_LINES = 8;

export type ImsTest = (name: string, story: (ims: Ims) => Promise<void>) => void;

/**
 * Starts a core before the first test of the file and ends it after the last one. Users and registrations are shared: each test
 * registers whom it needs.
 */
export function imsSuite(options: ImsOptions = {}): ImsTest {
  const { ignore } = needing("", ...IMS_PROGRAMS);
  let ims: Ims | undefined;
  if (!ignore) {
    Deno.test.beforeAll(async () => {
      ims = await startIms(options);
    });
    Deno.test.afterAll(async () => {
      await ims?.[Symbol.asyncDispose]();
    });
  }
  return (name, story) =>
    Deno.test({
      ...needing(name, ...IMS_PROGRAMS),
      async fn() {
        try {
          await story(ims!);
        } catch (error) {
          for (const node of NODES) console.log(`-- ${node}\n${lastLines(ims!.log(node))}`);
          throw error;
        }
      },
    });
}

function lastLines(log: string): string {
  return log.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
}
