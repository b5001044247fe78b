/** How an instance is made, or adopted, by hand; each value may be a placeholder. */
import type { PrintedCommand } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { whereEmpty, whereNone } from "../../../kit/commands/printed-cases.ts";
import { runTag } from "./run-tag.ts";

interface Parameters {
  /** Addresses of cells; brokers from 0.9.0 know the parameter (dingo.md §6). */
  readonly place_on: readonly string[];
  /** Name that the broker is to clone; "" for an empty instance. */
  readonly clone_from: string;
}

export interface Create extends Parameters {
  readonly offering: string;
  readonly plan: string;
  readonly name: string;
  /** GUID of the instance that is adopted instead; "" to make one. */
  readonly adopt: string;
  readonly run: string;
}

/** A clone is never placed: only a copied database has to be on the cell of the old one. */
export function parametersOf({ place_on: cells, clone_from: source }: Parameters): Readonly<Record<string, unknown>> {
  if (source !== "") return { "node-count": 1, "clone-from": source };
  return { "node-count": 1, ...(cells.length === 0 ? {} : { cells }) };
}

export const printedCreate = (request: Create): readonly PrintedCommand[] =>
  whereEmpty(request.adopt, { empty: creations(request), given: [adoption(request)] });

function creations(request: Create): readonly PrintedCommand[] {
  const { offering, plan, name, run, clone_from } = request;
  const creating = (parameters: string): PrintedCommand => ({
    on: "here",
    line: quote(["cf", "create-service", offering, plan, name, "-t", runTag(run), "-c", parameters]),
  });
  const own = JSON.stringify(parametersOf({ place_on: [], clone_from: "" }));
  const placed = whereNone(() => request.place_on, {
    none: () => [creating(own)],
    some: (json) => [creating(`${own.slice(0, -1)},"cells":${json}}`)],
  });
  const cloned = creating(JSON.stringify(parametersOf({ place_on: [], clone_from })));
  return whereEmpty(clone_from, { empty: placed, given: [cloned] });
}

/**
 * `cf update-service -t` writes over all tags: those that it has are named once more. If the answer has no list of
 * them, or one with a tag that `-t` could not say again (a comma, a quote, a backslash), nothing is written.
 */
function adoption({ adopt: guid, name, run }: Create): PrintedCommand {
  const asked = quote(["cf", "curl", `/v3/service_instances/${guid}`]);
  // The colon shows that there was a list, be it empty.
  const list = String.raw`s/.*"tags": *\[ *\(\("[^",\\]*"[, ]*\)*\)\].*/:\1/p`;
  const words = `s/" *$/",/; s/"//g`;
  const before = `TAGS=$(${asked} | tr -d '\\n' | sed -n ${quote([list])} | sed ${quote([words])})`;
  const update = `${quote(["cf", "update-service", name, "-t"])} "\${TAGS#:}"${quote([runTag(run)])}`;
  return { on: "here", line: `${before} && : "\${TAGS:?cannot be told}" && ${update}` };
}
