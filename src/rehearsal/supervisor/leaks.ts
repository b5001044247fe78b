/** Law 10 as the box sees it: none of its secrets stands in anything that a run left behind. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { BoxState } from "../box/box-state.ts";
import { formsOf } from "./secret-forms.ts";

/** Shorter ones are words as well, and are not masked. */
const SHORTEST = 8;

/** All secrets that only people and machines of the box know, each with its kind. */
export function secretsOf({
  world,
  accounts,
  keys,
}: Pick<BoxState, "world" | "accounts" | "keys">): ReadonlyMap<string, string> {
  const named: (readonly [string, string])[] = [
    ["the password of Cloud Foundry", accounts.cf.password],
    ["the director's client secret", accounts.bosh.clientSecret],
    ["the operator's key", bodyOf(keys.operator.privateKey)],
    ...world.store.keys.map(({ id, secret }) => [`the secret of the store's key ${id}`, secret] as const),
    ...Object.entries(world.broker.instances).flatMap(([guid, { logins }]) =>
      (["superuser", "admin", "app"] as const).map(
        (role) => [`the password of ${role} of ${guid}`, logins[role].password] as const,
      ),
    ),
  ];
  return new Map(named.filter(([, secret]) => secret.length >= SHORTEST));
}

/** A line in the middle of a key: the first and the last are the same in all keys. */
function bodyOf(key: string): string {
  const lines = key.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  return lines[lines.length >> 1] ?? key;
}

/** One sentence for each secret, in any form, in each file of a run: journal, evidence, events, report. */
export function leakComplaints(
  state: Pick<BoxState, "world" | "accounts" | "keys">,
  { stateDirectory, run }: { readonly stateDirectory: string; readonly run: string | undefined },
): readonly string[] {
  const directory = join(stateDirectory, "runs", run ?? "");
  if (run === undefined || !existsSync(directory)) return [];
  const secrets = [...secretsOf(state)].map(([name, secret]) => ({ name, forms: formsOf(secret) }));
  return filesBelow(directory).flatMap((file) => {
    const text = readFileSync(file, "latin1");
    const found = secrets.filter(({ forms }) => forms.some((form) => text.includes(form)));
    return found.map(({ name }) => `secret leaked: ${name} stands in ${relative(directory, file)}`);
  });
}

export const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
