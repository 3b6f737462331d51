// Chromium without a screen, with a microphone that beeps, and the page in its tabs. A person's view: what is read is
// what stands on the screen, what is pressed are its buttons. The one exception is the sound, read from getStats.

import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { locate } from "../programs.ts";

const PATIENCE_MS = 20_000;

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Tabs that are not in front are somebody's telephone too.
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // Candidates name 127.0.0.1 itself: there is nobody to resolve an mDNS name, and perhaps no other interface.
  "--allow-loopback-in-peer-connection",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

export interface Sound {
  readonly bytesReceived: number;
  readonly totalAudioEnergy: number;
}

/**
 * @param trusted Hashes of public keys whose certificates are believed whoever has issued them (test/certificates.ts).
 * @returns closes with `await using`
 */
export async function openChromium(trusted: readonly string[] = []): Promise<Chromium> {
  const executablePath = locate("chromium");
  if (executablePath === undefined) throw new Error("Chromium is not installed");
  const trust = trusted.length === 0 ? [] : [`--ignore-certificate-errors-spki-list=${trusted.join(",")}`];
  const args = [...ARGUMENTS, ...trust];
  return new Chromium(await puppeteer.launch({ executablePath, headless: true, args }));
}

export class Chromium implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #phones: Phone[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** A tab in which `user` is logged in, once it is connected. */
  async openPhone(http: string, user: string): Promise<Phone> {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const phone = new Phone(page, user);
    this.#phones.push(phone);
    await page.evaluateOnNewDocument(collectConnections);
    await page.goto(`${http}/#${encodeURIComponent(user)}`);
    await phone.online();
    return phone;
  }

  /** A tab with any page; its peer connections are in `connections`. */
  async openTab(url: string): Promise<Page> {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.evaluateOnNewDocument(collectConnections);
    await page.goto(url);
    return page;
  }

  /** What went wrong inside the pages: errors that nobody caught, and what the content policy kept out. */
  get faults(): string[] {
    return this.#phones.flatMap((phone) => phone.faults.map((fault) => `${phone.user}: ${fault}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

export class Phone implements AsyncDisposable {
  readonly page: Page;
  readonly user: string;
  readonly faults: string[] = [];

  constructor(page: Page, user: string) {
    this.page = page;
    this.user = user;
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.faults.push(message.text());
    });
  }

  async online(): Promise<void> {
    await this.sees('#link[data-state="online"]');
  }

  async dial(to: string): Promise<void> {
    await this.type("#dial-to", to);
    await this.click("#dial");
  }

  async press(button: "answer" | "hangup" | "mute" | "again"): Promise<void> {
    await this.click(`#${button}`);
  }

  async click(selector: string): Promise<void> {
    // A tab in the background draws nothing, and a click waits for what it hits to be drawn.
    await this.page.bringToFront();
    await this.page.click(selector);
  }

  /** Into a field, in place of what stands there. */
  async type(selector: string, text: string): Promise<void> {
    await this.page.bringToFront();
    await this.page.$eval(selector, (field) => (field as unknown as { value: string }).value = "");
    await this.page.type(selector, text);
  }

  /** Writes somebody a text. */
  async write(to: string, text: string): Promise<void> {
    await this.type("#text-to", to);
    await this.type("#text-content", text);
    await this.click("#text-send");
  }

  /** Opens the form that sends the other side on, and fills it in. */
  async nameTarget(to: string): Promise<void> {
    await this.click("#transfer-toggle");
    await this.type("#transfer-to", to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
  }

  async inState(state: "calling" | "ringing" | "incoming" | "talking"): Promise<void> {
    await this.sees(`#call[data-state="${state}"]:not([hidden])`);
  }

  /** Resolves to the sentence about the call that has just ended. */
  async outcome(): Promise<string> {
    await this.sees("#idle:not([hidden]) #outcome:not([hidden])");
    return await this.read("#outcome-text");
  }

  /** Resolves when there is such an element, its text beginning so. By a timer: a tab in the background draws no frames. */
  async sees(selector: string, text = ""): Promise<void> {
    const [wanted, beginning] = [JSON.stringify(selector), JSON.stringify(text)];
    await this.page.waitForFunction(
      `[...document.querySelectorAll(${wanted})].some((one) => one.textContent.startsWith(${beginning}))`,
      { polling: 50 },
    );
  }

  async read(selector: string): Promise<string> {
    return await this.page.$eval(selector, (element) => element.textContent ?? "");
  }

  /** Resolves when more sound has come in than at the time of asking, and it was not silence; over the newest connection unless said otherwise. */
  async hears(number = -1): Promise<Sound> {
    const before = await this.page.evaluate(readSound, number);
    const handle = await this.page.waitForFunction(
      `(${readSound})(${number}).then((now) => now.bytesReceived > ${before.bytesReceived} && now.totalAudioEnergy > ${before.totalAudioEnergy} && now)`,
      { polling: 100 },
    );
    return await handle.jsonValue() as Sound;
  }

  /** The ladder on the screen, line by line: `out SIP INVITE`. */
  async ladder(): Promise<string[]> {
    return await this.page.$$eval("#messages .arrow", (arrows) =>
      arrows.map((arrow) => {
        const browser = arrow.classList.contains("roap");
        const rightwards = arrow.classList.contains("rightwards");
        const direction = browser === rightwards ? "in" : "out";
        return `${direction} ${browser ? "ROAP" : "SIP"} ${arrow.querySelector(".title")?.textContent}`;
      }));
  }

  /** Resolves when the ladder shows these lines in this order, others between them; a line may be a beginning. */
  async shows(lines: readonly string[]): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const shown = await this.ladder();
      let found = 0;
      for (const line of shown) if (found < lines.length && line.startsWith(lines[found]!)) found++;
      if (found === lines.length) return;
      if (Date.now() > deadline) throw new Error(`No ${lines[found]} in the ladder:\n${shown.join("\n")}`);
      await this.page.waitForFunction(
        `document.querySelectorAll("#messages .arrow").length > ${shown.length}`,
        { polling: 50 },
      ).catch(() => {});
    }
  }
}

/** Runs in the page before its own scripts: getStats needs the connections that they will make. */
function collectConnections(): void {
  const page = globalThis as unknown as {
    RTCPeerConnection: new (...args: unknown[]) => object;
    connections: object[];
  };
  page.connections = [];
  page.RTCPeerConnection = class extends page.RTCPeerConnection {
    constructor(...args: unknown[]) {
      super(...args);
      page.connections.push(this);
    }
  };
}

/** Runs in the page: what has come in over a connection, -1 = the newest. */
async function readSound(number: number): Promise<Sound> {
  const { connections } = globalThis as unknown as {
    connections: { getStats(): Promise<Map<string, Record<string, unknown>>> }[];
  };
  const connection = connections.at(number);
  if (connection !== undefined) {
    for (const report of (await connection.getStats()).values()) {
      if (report["type"] !== "inbound-rtp" || report["kind"] !== "audio") continue;
      return {
        bytesReceived: Number(report["bytesReceived"] ?? 0),
        totalAudioEnergy: Number(report["totalAudioEnergy"] ?? 0),
      };
    }
  }
  return { bytesReceived: 0, totalAudioEnergy: 0 };
}
