// Kamailio as a SIP proxy between TLS, where the relay is, and UDP, where the phones are. It wants a certificate of everybody, and believes one
// authority.

import { CertificateFiles } from "../certificate_files.ts";
import { locate } from "../programs.ts";
import { freePort, isBound, LOOPBACK, until } from "./ports.ts";
import type { Address } from "./relay.ts";

const START_MS = 10_000;

export class TlsProxy implements AsyncDisposable {
  readonly udp: Address;
  readonly tls: Address;
  readonly #child: Deno.ChildProcess;
  readonly #files: CertificateFiles;
  /** What it has written, once it has ended. */
  readonly said: Promise<string>;

  constructor(
    child: Deno.ChildProcess,
    { udp, tls, files }: { udp: number; tls: number; files: CertificateFiles },
  ) {
    this.#child = child;
    this.#files = files;
    this.udp = { host: LOOPBACK, port: udp };
    this.tls = { host: LOOPBACK, port: tls };
    this.said = new Response(child.stderr).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.said;
    await this.#files[Symbol.asyncDispose]();
  }
}

/** Resolves when it listens. Calls from TLS go to `phone`, those from UDP to `relay`; `names` are what its certificate is for. */
export async function startTlsProxy(
  { phone, relay, names, authority }: {
    readonly phone?: Address;
    readonly relay?: Address;
    readonly names: readonly string[];
    readonly authority: CertificateFiles;
  },
): Promise<TlsProxy> {
  const program = locate("kamailio");
  if (program === undefined) throw new Error("There is no Kamailio on this machine");
  const files = await CertificateFiles.make({ names }, authority.authority);
  const [udp, tls] = [freePort(), freePort()];
  await Deno.writeTextFile(`${files.directory}/tls.cfg`, settings(files));
  await Deno.writeTextFile(
    `${files.directory}/kamailio.cfg`,
    configuration({ files, udp, tls, phone, relay }),
  );
  const child = new Deno.Command(program, {
    args: ["-DD", "-E", "-m", "64", "-M", "8", "-w", files.directory, "-Y", files.directory].concat(
      "-f",
      `${files.directory}/kamailio.cfg`,
    ),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let ended: number | undefined;
  void child.status.then(({ code }) => ended = code);
  const proxy = new TlsProxy(child, { udp, tls, files });
  await until(() => ended !== undefined || (isBound("udp", udp) && isBound("tcp", tls)), {
    within: START_MS,
    failing: () => "Kamailio does not listen",
  });
  if (ended === undefined) return proxy;
  const said = await proxy.said;
  await proxy[Symbol.asyncDispose]();
  throw new Error(`Kamailio ended with ${ended}\n${said}`);
}

/** Both as server and as client it shows its certificate, and wants to see one that it can check. */
function settings({ certificate, key, ca }: CertificateFiles): string {
  return ["server", "client"].map((role) =>
    `[${role}:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
certificate = ${certificate}
private_key = ${key}
ca_list = ${ca}
`
  ).join("\n");
}

function configuration({ files, udp, tls, phone, relay }: {
  files: CertificateFiles;
  udp: number;
  tls: number;
  phone: Address | undefined;
  relay: Address | undefined;
}): string {
  const uri = (address: Address | undefined, rest: string) =>
    address === undefined ? "exit;" : `$du = "sip:${address.host}:${address.port}${rest}";`;
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=1
socket_workers=1
tcp_children=1
auto_aliases=no
enable_tls=yes
listen=udp:${LOOPBACK}:${udp}
listen=tls:${LOOPBACK}:${tls}
loadmodule "tls.so"
loadmodule "kex.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("tls", "config", "${files.directory}/tls.cfg")
modparam("rr", "enable_double_rr", 1)
request_route {
  if (is_method("CANCEL")) {
    t_check_trans();
    t_relay();
    exit;
  }
  if (has_totag()) {
    loose_route();
    t_relay();
    exit;
  }
  record_route();
  if (proto == TLS) {
    ${uri(phone, "")}
  } else {
    ${uri(relay, ";transport=tls")}
  }
  t_relay();
}
`;
}
