// The files that the nodes of a core read, written into its folder: nodes/* with the core's addresses put in.

import { vector } from "./aka.ts";
import { text as addressText } from "../ports.ts";
import type { Address } from "../relay.ts";
import type { Network } from "./network.ts";
import { DOMAIN, type ImsUser, USERS } from "./users.ts";

export const NODES = ["hss", "icscf", "scscf", "presence", "pcscf"] as const;
export type NodeName = typeof NODES[number];

/** Who speaks Diameter with whom: the HSS listens, the CSCFs connect. */
const CX_PEERS = { hss: ["icscf", "scscf"], icscf: ["hss"], scscf: ["hss"] } as const;
/** Challenges of an AKA user; afterwards they come again from the first. app_jsdt cuts scripts of more than some 100 KB. */
const VECTORS = 64;

/** What a registration lasts that asks for nothing. */
const USUAL_SECONDS = 600;

const SOURCES = new URL("./nodes/", import.meta.url);

export interface ConfigurationOptions {
  readonly folder: string;
  readonly network: Network;
  /** SIP workers a socket. */
  readonly workers: number;
  /** 1: a line a request; 3: everything. */
  readonly debug: number;
  /** Seconds that a registration lasts at most. */
  readonly longest: number;
  /** Where copies of all messages go. */
  readonly tap: Address | undefined;
}

export async function writeConfiguration(options: ConfigurationOptions): Promise<void> {
  for (const node of NODES) {
    await render(`${node}.cfg`, `${node}.cfg`, { ...options, node });
    await render("common.cfg", `${node}-common.cfg`, { ...options, node });
  }
  for (const node of Object.keys(CX_PEERS) as (keyof typeof CX_PEERS)[]) {
    await render("cdp.xml", `${node}-cdp.xml`, { ...options, node, peers: cxPeers(node, options.network) });
  }
  const script = await Deno.readTextFile(new URL("hss.es5", SOURCES));
  await Deno.writeTextFile(`${options.folder}/hss.es5`, hssTables(options.network) + script);
  await writeTables(options.folder);
}

async function render(
  source: string,
  target: string,
  options: ConfigurationOptions & { node: NodeName; peers?: string },
): Promise<void> {
  const { folder, network, workers, debug, node, longest, tap, peers = "" } = options;
  const values: Record<string, string> = {
    FOLDER: folder,
    NETWORK: network.prefix,
    NODE: node,
    SELF: network.host(node),
    WORKERS: String(workers),
    DEBUG: String(debug),
    PEERS: peers,
    CX_WORKERS: node === "hss" ? "2" : "1",
    LONGEST: String(longest),
    USUAL: String(Math.min(USUAL_SECONDS, longest)),
    TAP: tap === undefined ? "" : copying(tap),
  };
  const text = await Deno.readTextFile(new URL(source, SOURCES));
  await Deno.writeTextFile(
    `${folder}/${target}`,
    text.replaceAll(/@([A-Z_]+)@/g, (whole, name: string) => values[name] ?? whole),
  );
}

/** A node's configuration that makes it copy what it takes and sends. */
function copying(tap: Address): string {
  const parameters = {
    duplicate_uri: `"sip:${addressText(tap)}"`,
    trace_to_database: 0,
    trace_on: 1,
    // by the core's own events, whatever the script does
    trace_mode: 1,
    hep_mode_on: 1,
    hep_version: 3,
  };
  return [
    'loadmodule "siptrace.so"',
    ...Object.entries(parameters).map(([name, value]) => `modparam("siptrace", "${name}", ${value})`),
  ].join("\n");
}

function cxPeers(node: keyof typeof CX_PEERS, network: Network): string {
  const peers = CX_PEERS[node].map((peer) =>
    `<Peer FQDN="${network.host(peer)}" Realm="${DOMAIN}" port="3868" src_addr="${network.host(node)}"/>`
  );
  const route = node === "hss"
    ? `<Acceptor port="3868" bind="${network.host("hss")}"/>`
    : `<DefaultRoute FQDN="${network.host("hss")}" metric="10"/>`;
  return [...peers, route].join("\n  ");
}

/** What stands above the HSS's script. */
function hssTables(network: Network): string {
  const users: readonly ImsUser[] = Object.values(USERS);
  const known = users.map((user) => {
    const password = user.auth === "digest" ? { password: user.password } : {};
    return [user.name, { name: user.name, tel: user.tel.slice("tel:".length), flag: user.flag, ...password }];
  });
  const vectors = users.flatMap((user) =>
    user.auth === "digest" ? [] : [[
      user.name,
      Array.from({ length: VECTORS }, (_, nth) => vector(user.secret, user.name, nth)),
    ]]
  );
  return [
    `var SCSCF_HOST = "${network.host("scscf")}";`,
    `var USERS = ${JSON.stringify(Object.fromEntries(known))};`,
    `var VECTORS = ${JSON.stringify(Object.fromEntries(vectors))};\n`,
  ].join("\n");
}

/** Tables of db_text, in which Kamailio's modules want to find their schema. */
async function writeTables(folder: string): Promise<void> {
  const tables: Readonly<Record<string, readonly string[]>> = {
    "icscf/version": [
      "table_name(string) table_version(int)",
      "nds_trusted_domains:1",
      "s_cscf:1",
      "s_cscf_capabilities:1",
    ],
    "icscf/nds_trusted_domains": ["id(int) trusted_domain(string)", `1:${DOMAIN}`],
    "icscf/s_cscf": ["id(int) name(string) s_cscf_uri(string)", `1:scscf:sip\\:scscf.${DOMAIN}\\:5060`],
    "icscf/s_cscf_capabilities": ["id(int) id_s_cscf(int) capability(int)", "1:1:0"],
    "presence/version": [
      "table_name(string) table_version(int)",
      "presentity:5",
      "active_watchers:12",
      "watchers:3",
      "xcap:4",
    ],
    "presence/presentity": [
      columns(
        "id(int,auto) username domain event etag expires(int) received_time(int) body sender priority(int)",
        "ruid(string,null)",
      ),
    ],
    "presence/active_watchers": [
      columns(
        "id(int,auto) presentity_uri watcher_username watcher_domain to_user to_domain event",
        "event_id(string,null) to_tag from_tag callid local_cseq(int) remote_cseq(int) contact",
        "record_route(string,null) expires(int) status(int) reason(string,null) version(int) socket_info",
        "local_contact from_user from_domain updated(int) updated_winfo(int) flags(int) user_agent",
      ),
    ],
    "presence/watchers": [
      columns(
        "id(int,auto) presentity_uri watcher_username watcher_domain event status(int) reason(string,null)",
        "inserted_time(int)",
      ),
    ],
    "presence/xcap": [
      columns("id(int,auto) username domain doc doc_type(int) etag source(int) doc_uri port(int)"),
    ],
  };
  for (const database of ["icscf", "presence"]) await Deno.mkdir(`${folder}/${database}`);
  for (const [name, lines] of Object.entries(tables)) {
    await Deno.writeTextFile(`${folder}/${name}`, `${lines.join("\n")}\n`);
  }
}

/** Columns without a type are strings. */
function columns(...lines: string[]): string {
  return lines.join(" ").split(" ").map((one) => one.endsWith(")") ? one : `${one}(string)`).join(" ");
}
