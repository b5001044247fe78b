/** The questions of `init`, group by group. Each answer may be left out, and a group with mistakes is asked again. */
import { loadConfig } from "../../../config/settings/load.ts";
import { refuseMixUp } from "../../../config/settings/mix-up.ts";
import { renderConfig } from "../../../config/settings/rendering.ts";
import { type Setting, SETTINGS } from "../../../config/settings/settings.ts";
import { shownValue } from "../../../config/settings/shown-value.ts";
import { writtenValue } from "../../../config/settings/written-value.ts";
import { asRecoverError, refuse } from "../../../errors.ts";
import type { Operator } from "../../../ports/operator.ts";

export type Values = ReadonlyMap<string, string>;

interface Asked {
  readonly name: string;
  readonly prompt: string;
  /** Asked only if this one was answered. */
  readonly after?: string;
}

const GROUPS: readonly (readonly Asked[])[] = [
  [
    { name: "cf.api", prompt: "Address of the Cloud Foundry API" },
    { name: "cf.username", prompt: "User who logs in there (empty: the session of cf login)" },
    { name: "cf.password", prompt: "Where is that password read from", after: "cf.username" },
  ],
  [
    { name: "bosh.environment", prompt: "Address of the BOSH director" },
    { name: "bosh.ca_cert", prompt: "Path of the director's CA certificate", after: "bosh.environment" },
    { name: "bosh.client", prompt: "Client that logs in to the director", after: "bosh.environment" },
    { name: "bosh.client_secret", prompt: "Where is that client's secret read from", after: "bosh.environment" },
    { name: "bosh.deployment", prompt: "Deployment of Dingo PostgreSQL", after: "bosh.environment" },
  ],
  [
    { name: "bosh.gateway.host", prompt: "Jump box before director and cells" },
    { name: "bosh.gateway.user", prompt: "User on the jump box", after: "bosh.gateway.host" },
    { name: "bosh.gateway.private_key", prompt: "Its private key", after: "bosh.gateway.host" },
    { name: "cf.via_gateway", prompt: "Cloud Foundry through the jump box too", after: "bosh.gateway.host" },
    { name: "s3.via_gateway", prompt: "The object store through the jump box too", after: "bosh.gateway.host" },
  ],
  [
    { name: "s3.endpoint", prompt: "Address of the object store (nothing: AWS)" },
    { name: "s3.region", prompt: "Its region" },
    { name: "s3.bucket", prompt: "Bucket of the archives" },
  ],
  [{ name: "logs", prompt: "Collected log files, divided by commas" }],
  [{ name: "lease", prompt: "Location of the lease, s3://BUCKET/PREFIX" }],
];

export interface Interview {
  readonly operator: Operator;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of the command line: they are not asked. */
  readonly given: Values;
  readonly say: (text: string) => void;
  /** Throws if the whole does not fit. */
  readonly check: (values: Values) => void;
}

export async function interview({ operator, env, given, say, check }: Interview): Promise<Values> {
  let values = given;
  for (const group of GROUPS) {
    const typed = new Map<string, string>();
    for (;;) {
      const answered = await askGroup({ operator, env, values, say, check, typed }, group);
      try {
        check(answered);
        values = answered;
        break;
      } catch (thrown) {
        const { message, remedy } = asRecoverError(thrown);
        say(`${message}. ${remedy} Once more, with your answers in brackets:`);
      }
    }
  }
  return values;
}

interface Asking extends Omit<Interview, "given"> {
  readonly values: Values;
  /** The last answers by the setting's name; kept up to date. */
  readonly typed: Map<string, string>;
}

async function askGroup(
  { operator, env, values, say, check, typed }: Asking,
  group: readonly Asked[],
): Promise<Values> {
  const answered = new Map(values);
  for (const { name, prompt, after } of group) {
    if (values.has(name) || (after !== undefined && !answered.has(after))) continue;
    const setting = settingOf(name);
    const proposed = typed.get(name) ?? proposal(setting, env);
    typed.delete(name);
    for (;;) {
      const answer = await operator.ask({
        kind: "text",
        id: name,
        prompt: `${prompt}?`,
        why: whyOf(setting, proposed !== undefined),
        ...(proposed === undefined ? {} : { default: proposed }),
      });
      const text = answer?.value.trim() ?? "";
      if (text === "" || text === "-") break;
      try {
        refuseMixUp(setting, text);
        const value = writtenValue(setting, inWords(setting, text));
        check(new Map([...COMPANIONS, [name, value]]));
        answered.set(name, value);
        if (shownValue(text, setting.kind) === text) typed.set(name, text);
        break;
      } catch (thrown) {
        const { message, remedy } = asRecoverError(thrown);
        // In the file the mistake is known by its key; here nobody has typed that word.
        const told = [`the value of "${name}"`, `"${name.split(".").at(-1)}"`].reduce(
          (text, key) => text.replace(key, "your answer"),
          message,
        );
        say(`${told}. ${remedy}`);
      }
    }
  }
  return answered;
}

/**
 * A set variable counts anyway; its value is proposed, for people who read the file. A hidden value is proposed as
 * `env:NAME` if the answer takes a name, else not at all.
 */
function proposal({ kind, variables = [] }: Setting, env: Interview["env"]): string | undefined {
  const name = variables.find((each) => (env[each] ?? "") !== "");
  if (kind === "secret") return variables[0] === undefined ? undefined : `env:${name ?? variables[0]}`;
  const value = name === undefined ? undefined : env[name];
  if (name === undefined || value === undefined || shownValue(value, kind) === value) return value;
  return kind === "text-or-secret" ? `env:${name}` : undefined;
}

/** Each answer is judged alone, before the next question. With these two, a gateway is complete for that. */
const COMPANIONS = [
  ["bosh.gateway.host", "jump-box"],
  ["bosh.gateway.user", "user"],
] as const;

/** A flag that is not wanted is not written. */
const inWords = ({ kind }: Setting, text: string): string =>
  kind === "flag" ? (YES_OR_NO[text.toLowerCase()] ?? text) : text;

const YES_OR_NO: Readonly<Record<string, string>> = { y: "true", yes: "true", n: "false", no: "false" };

function whyOf({ name, kind, what, variables = [], fallback, example }: Setting, isProposed: boolean): string {
  const forms =
    kind === "secret"
      ? "Write env:NAME, file:PATH or command:PROGRAM ARGUMENT; the secret itself is never written down."
      : kind === "text-or-secret"
        ? "Write its path, or env:NAME, file:PATH or command:PROGRAM ARGUMENT."
        : kind === "flag"
          ? "Write yes or no."
          : `For example ${example.replace(/^\[(.*)\]$/u, "$1")}.`;
  const silent = [...variables, ...(fallback === undefined ? [] : [fallback])];
  const counts = silent.length === 0 ? "" : `; then ${silent.join(", else ")} counts`;
  const out = isProposed ? '"-" leaves it out' : "Enter leaves it out";
  return `${name}: ${what}. ${forms} ${isProposed ? "Enter takes what stands in brackets. " : ""}${out}${counts}.`;
}

export function settingOf(name: string): Setting {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting !== undefined) return setting;
  throw refuse("usage", `there is no setting "${name}"`).advise("dingo-recover config show --all names all of them.");
}

/** As it would be read: all mistakes, none of them of the environment. */
export function checkedBy({ path, home }: { readonly path: string; readonly home: string }) {
  return (values: Values): void => {
    loadConfig({ content: { path, text: renderConfig({ values }) }, env: { HOME: home }, cwd: home });
  };
}
