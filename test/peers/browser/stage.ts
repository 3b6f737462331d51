// The stage for phones in Chromium: the relay, the site with the phones' pages, an IMS that is one sipp phone.

import { publicKeyHash } from "../../certificates.ts";
import { CertificateFiles } from "../../certificate_files.ts";
import { type Chromium, openChromium, type Phone } from "../chromium.ts";
import { freePort, LOOPBACK, text } from "../ports.ts";
import { type Address, type Relay, startRelay } from "../relay.ts";
import { type Sipp, type SippOptions, startSipp } from "../sipp.ts";
import { Cable } from "./cable.ts";
import { BODIES, OFFERS } from "./sdp.ts";
import { type PageName, Site } from "./site.ts";
import { Softphone } from "./softphone.ts";

export const DOMAIN = "ropeway.local";
const PASSWORD = "open sesame";

interface JimOptions {
  readonly password?: string;
  /** Through which its WebSocket goes; straight to the relay unless said otherwise. */
  readonly cable?: Cable;
}

interface OpenOptions {
  readonly page: PageName;
  readonly password: string;
  readonly at?: Address | undefined;
}

export class Stage implements AsyncDisposable {
  readonly relay: Relay;
  readonly site: Site;
  readonly #library: PageName;
  readonly #chromium: Chromium;
  readonly #phone: Address;
  readonly #owned: AsyncDisposableStack;
  #scheme: "ws" | "wss" = "ws";

  private constructor(
    { relay, site, chromium, phone, library, owned }: {
      relay: Relay;
      site: Site;
      chromium: Chromium;
      phone: Address;
      library: PageName;
      owned: AsyncDisposableStack;
    },
  ) {
    this.relay = relay;
    this.site = site;
    this.#chromium = chromium;
    this.#phone = phone;
    this.#library = library;
    this.#owned = owned;
  }

  /** @param library whose phone is looked at: jim's */
  static async open(library: PageName): Promise<Stage> {
    await using owned = new AsyncDisposableStack();
    const files = owned.use(await CertificateFiles.make({ names: [LOOPBACK] }));
    const site = owned.use(await Site.open());
    const phone = { host: LOOPBACK, port: freePort() };
    const key = await Deno.readTextFile(files.key);
    const relay = owned.use(
      await startRelay([
        ...["--user", `jim:${PASSWORD}`, "--user", `jane:${PASSWORD}`],
        ...["--https", `${LOOPBACK}:0`, ...files.args, "--origin", site.origin],
        ...["--ims", `sip:${text(phone)}`],
      ]),
    );
    const chromium = owned.use(await openChromium([await publicKeyHash({ key, certificate: "" })]));
    return new Stage({ relay, site, chromium, phone, library, owned: owned.move() });
  }

  /** The phones that are opened from now on come over this. */
  set scheme(scheme: "ws" | "wss") {
    this.#scheme = scheme;
  }

  get #relayAddress(): Address {
    const { hostname, port } = new URL(this.relay.http);
    return this.#scheme === "wss" ? this.relay.https! : { host: hostname, port: Number(port) };
  }

  /** A way for `jim`. */
  cable(): Cable {
    return new Cable(this.#relayAddress);
  }

  /** jim's, the library's own; its WebSocket is open, and it is registered unless its password is another. */
  async jim({ password = PASSWORD, cable }: JimOptions = {}): Promise<Softphone> {
    return await this.#open("jim", { page: this.#library, password, at: cable?.address });
  }

  /** jane has the other library. */
  async jane(): Promise<Softphone> {
    const page = this.#library === "jssip_phone" ? "sipjs_phone" : "jssip_phone";
    return await this.#open("jane", { page, password: PASSWORD });
  }

  /** A browser that speaks ROAP. */
  async roap(user: string): Promise<Softphone> {
    return await this.#open(user, { page: "roap_phone", password: "" });
  }

  /** The relay's own page. */
  async page(user: string): Promise<Phone> {
    return await this.#chromium.openPhone(this.relay.http, user);
  }

  /** What went wrong inside the relay's pages. */
  get faults(): readonly string[] {
    return this.#chromium.faults;
  }

  /** A phone behind the IMS, for one scenario. */
  async called(scenario: string, values: Record<string, string> = {}): Promise<Sipp> {
    return await startSipp({ scenario, at: this.#phone, values: { ...BODIES, ...values } });
  }

  /** A phone of elsewhere that calls jim. */
  async calling(scenario: string, values: Record<string, string> = {}): Promise<Sipp> {
    const options: SippOptions = {
      scenario,
      to: this.relay.udp[0]!,
      values: { ...OFFERS, target: `jim@${DOMAIN}`, from: "phone@elsewhere.example", ...values },
    };
    return await startSipp(options);
  }

  async #open(user: string, { page, password, at = this.#relayAddress }: OpenOptions): Promise<Softphone> {
    const tab = await this.#chromium.openTab(this.site.page(page));
    const phone = new Softphone(tab, user);
    await phone.do("start", { server: `${this.#scheme}://${text(at)}/ws`, user, password, domain: DOMAIN });
    if (password === PASSWORD || page === "roap_phone") await phone.sees("registered");
    return phone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
