// A phone's page in a tab of Chromium, and the test's hold of it: what is pressed, and what the page's diary says of it.

import type { Page } from "puppeteer-core";

const PATIENCE_MS = 15_000;

export interface Account {
  /** The relay's WebSocket: `ws://127.0.0.1:PORT/ws`. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly domain: string;
}

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** What every phone's page does; `number` of a call: the newest unless said otherwise. */
export interface Buttons {
  start(account: Account): void;
  unregister(): void;
  call(target: string): void;
  answer(number?: number): void;
  reject(status: number, number?: number): void;
  hangUp(number?: number): void;
  hold(number?: number): void;
  resume(number?: number): void;
  press(key: string, number?: number): void;
  refer(target: string, number?: number): void;
  join(number: number, other: number): void;
  message(target: string, text: string): void;
}

export class Softphone implements AsyncDisposable {
  readonly user: string;
  readonly #page: Page;
  /** Lines that have been waited for already. */
  readonly #seen = new Set<number>();

  constructor(page: Page, user: string) {
    this.#page = page;
    this.user = user;
  }

  /** Presses a button. Rejects with what the page throws. */
  async do<Name extends keyof Buttons>(name: Name, ...given: Parameters<Buttons[Name]>): Promise<void> {
    const values = given.map((value) => JSON.stringify(value)).join();
    await this.#page.evaluate(`(async () => { await phone.${name}(${values}); })()`);
  }

  /** Resolves to the first line that begins so and has not been waited for yet, whatever came before it. */
  async sees(beginning: string): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const lines = await this.story();
      const found = lines.findIndex((line, at) =>
        !this.#seen.has(at) && `${line} `.startsWith(`${beginning} `)
      );
      if (found >= 0) {
        this.#seen.add(found);
        return lines[found]!;
      }
      if (Date.now() > deadline) throw new Error(`${this.user} waits for ${beginning}:\n${lines.join("\n")}`);
      await this.#page.waitForFunction(`diary.length > ${lines.length}`, {
        polling: 20,
        timeout: PATIENCE_MS,
      })
        .catch(() => {});
    }
  }

  /** Everything so far. */
  async story(): Promise<readonly string[]> {
    return await this.#page.evaluate("diary") as string[];
  }

  /** Resolves when the sound of a call is to flow so, as both ends have settled it. */
  async flows(direction: Direction, number = -1): Promise<void> {
    const one = `connections.at(${number})?.getTransceivers()[0]?.currentDirection`;
    await this.#page.waitForFunction(`${one} === "${direction}"`, { polling: 20, timeout: PATIENCE_MS })
      .catch(async () => {
        const is = await this.#page.evaluate(one);
        throw new Error(
          `${this.user}'s sound is ${is}, wanted ${direction}:\n${(await this.story()).join("\n")}`,
        );
      });
  }

  /** Resolves when sound has come in since it was asked, and it was not silence. */
  async hears(number = -1): Promise<void> {
    const before = await this.#sound(number);
    let now = before;
    const hasGrown = () => now.bytes > before.bytes && now.energy > before.energy;
    for (const deadline = Date.now() + PATIENCE_MS; !hasGrown(); now = await this.#sound(number)) {
      if (Date.now() > deadline) {
        throw new Error(`${this.user} hears nothing:\n${(await this.story()).join("\n")}`);
      }
    }
  }

  /** The tab closes, as when somebody has done with it: no unload handler is asked. */
  async close(): Promise<void> {
    if (!this.#page.isClosed()) await this.#page.close();
  }

  /** @throws Error when something went wrong in the page where nobody waited for it */
  async [Symbol.asyncDispose](): Promise<void> {
    const faults = this.#page.isClosed()
      ? []
      : (await this.story()).filter((line) => line.startsWith("fault "));
    await this.close();
    if (faults.length > 0) throw new Error(`${this.user}'s page:\n${faults.join("\n")}`);
  }

  async #sound(number: number): Promise<{ bytes: number; energy: number }> {
    return await this.#page.evaluate(`(async () => {
      const report = [...await connections.at(${number})?.getStats() ?? []].map(([, one]) => one)
        .find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
      return { bytes: report?.bytesReceived ?? 0, energy: report?.totalAudioEnergy ?? 0 };
    })()`) as { bytes: number; energy: number };
  }
}
