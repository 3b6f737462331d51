// Settings from the command line and a file, one over the other, into a Config.

import type { z } from "zod";
import { type Config, ConfigError } from "./config.ts";
import { readImsUsers } from "./ims_users.ts";
import { type Flagged, FLAGS, quoted, readFlags } from "./flags.ts";
import { loginSettings, readLogin } from "./login.ts";
import { schema } from "./schema.ts";

const NOUNS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  tuple: "a name with its password",
};

type Settings = Readonly<Record<string, unknown>>;

/**
 * Reads the command line and the file it names. An option replaces the file's setting as a whole. `"help"` when asked
 * for help.
 *
 * @throws ConfigError for the first setting that cannot be used.
 */
export function readConfig(
  args: readonly string[],
  { readFile = Deno.readTextFileSync }: { readFile?: (path: string) => string } = {},
): Config | "help" {
  const flagged = readFlags(args);
  if (flagged.help) return "help";
  const file = flagged.file === undefined ? {} : readSettings(flagged.file, readFile);
  const settings = withImsUsers({ ...file, ...flagged.settings }, readFile);
  const result = schema.safeParse(settings, { reportInput: true });
  const issue = result.error?.issues[0];
  if (issue !== undefined) throw refusal(issue, { flagged, merged: { ...file, ...flagged.settings } });
  const problem = lackOfTls(result.data!);
  if (problem !== undefined) {
    throw new ConfigError(problem.field, `${place(problem.field, flagged)}: ${problem.text}`);
  }
  const [forLogin, others] = loginSettings(result.data!);
  const login = readLogin(forLogin, readFile);
  const { ims, imsUsers, imsMode, accessNetwork, dns, shards, https, certificate, key, ca, ...rest } = others;
  const mode = imsMode ?? (imsUsers === undefined ? "transparent" : "users");
  if (mode !== "transparent" && imsUsers === undefined) {
    throw new ConfigError("imsMode", `Option --ims-mode: "${mode}" needs --ims-users`);
  }
  if (ims === undefined && (imsUsers !== undefined || rest.edge)) {
    const [field, name] = imsUsers === undefined ? ["edge", "edge"] : ["imsUsers", "ims-users"];
    throw new ConfigError(field!, `Option --${name} needs --ims`);
  }
  return {
    ...rest,
    ...(https === undefined ? {} : { https }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
    imsMode: mode,
    ...(login === undefined ? {} : { login, loginSettings: forLogin }),
    ...(imsUsers === undefined ? {} : { imsUsers }),
    ...(accessNetwork === undefined ? {} : { accessNetwork }),
    ...(ims === undefined ? {} : { ims }),
    ...(dns === undefined ? {} : { dns }),
    ...(shards === undefined ? {} : { shards }),
  };
}

/** What TLS needs and was not given, in the setting that asks for it. */
function lackOfTls(
  { https, sip, certificate, key }: Pick<z.output<typeof schema>, "https" | "sip" | "certificate" | "key">,
): { field: string; text: string } | undefined {
  if (certificate !== undefined && key === undefined) {
    return { field: "certificate", text: "needs --key as well" };
  }
  if (key !== undefined && certificate === undefined) {
    return { field: "key", text: "needs --certificate as well" };
  }
  if (certificate !== undefined) return undefined;
  const text = "TLS needs --certificate and --key";
  if (https !== undefined) return { field: "https", text };
  return sip.some(({ transport }) => transport === "tls") ? { field: "sip", text } : undefined;
}

function readSettings(path: string, readFile: (path: string) => string): Settings {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError("config", `Option --config: cannot read ${quoted(path)}: ${firstLine(why)}`);
  }
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError("config", `Option --config: ${quoted(path)} is not JSON: ${firstLine(why)}`);
  }
  if (!isObject(settings)) {
    throw new ConfigError("config", `Option --config: ${quoted(path)} is not a JSON object`);
  }
  if (!isObject(settings.users)) return settings;
  // One shape for both sources; the schema sees every name, whatever it is.
  return { ...settings, users: Object.entries(settings.users) };
}

/** The identities out of their own file, so that no secret stands among the settings. */
function withImsUsers(settings: Settings, readFile: (path: string) => string): Settings {
  const { imsUsers: path } = settings;
  if (path === undefined) return settings;
  if (typeof path !== "string") {
    throw new ConfigError("imsUsers", "Option --ims-users: must be the name of a file");
  }
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError("imsUsers", `Option --ims-users: cannot read ${quoted(path)}: ${firstLine(why)}`);
  }
  return { ...settings, imsUsers: readImsUsers(text, path) };
}

/** The error that an issue of the schema is: the option or the file's member, the value, and what is wrong with it. */
function refusal(
  issue: z.core.$ZodIssue,
  { flagged, merged }: { flagged: Flagged; merged: Settings },
): ConfigError {
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    return new ConfigError(key, `${place(key, flagged)}: there is no such setting`);
  }
  const [field = "", ...deeper] = issue.path.map(String);
  const where = place(field, flagged);
  if (issue.code === "custom") {
    return new ConfigError(
      field,
      `${where}: ${quoted(issue.input ?? valueAt(merged, issue.path))} ${issue.message}`,
    );
  }
  // A user's password stays out of the message.
  const value = field === "users"
    ? `entry ${Number(deeper[0] ?? 0) + 1}`
    : quoted(valueAt(merged, issue.path));
  return new ConfigError(field, `${where}: ${value} ${problem(issue)}`);
}

/** What the schema's own checks find, to follow the value. */
function problem(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${NOUNS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return issue.origin === "array"
        ? `has fewer than ${issue.minimum} entries`
        : `is less than ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array"
        ? `has more than ${issue.maximum} entries`
        : `is more than ${issue.maximum}`;
    case "invalid_value":
      return `is none of ${issue.values.join(", ")}`;
    default:
      return firstLine(issue.message);
  }
}

function place(field: string, { settings, file }: Flagged): string {
  if (!Object.hasOwn(settings, field)) return `${file ?? "Configuration"}, ${quoted(field)}`;
  return `Option --${FLAGS.find((flag) => flag.setting === field)?.name ?? field}`;
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    settings,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
