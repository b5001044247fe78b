/** `SERVICE:APPLICATION`: neither name can hold a colon that a shell user would write here. */
import type { Candidate } from "../../judgement/candidate.ts";
import { refuse } from "../../../errors.ts";

export function appsOf(pairs: readonly string[], service: string): string[] {
  return pairs.map(parse).flatMap((pair) => (pair.service === service ? [pair.app] : []));
}

/** Throws `input-invalid` for a pair of another form, or of a service that did not go. */
export function requireKnown(pairs: readonly string[], members: readonly Candidate[]): void {
  for (const text of pairs) {
    const { service, app } = parse(text);
    if (app !== "" && members.some(({ name }) => name === service)) continue;
    throw refuse("input-invalid", `"${text}" names no service that was deleted, and an application`)
      .at("apps")
      .advise(`Write SERVICE:APPLICATION; the services are ${members.map(({ name = "" }) => name).join(", ")}.`);
  }
}

function parse(text: string): { readonly service: string; readonly app: string } {
  const at = text.indexOf(":");
  return at === -1 ? { service: text, app: "" } : { service: text.slice(0, at), app: text.slice(at + 1) };
}
