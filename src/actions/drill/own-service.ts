/**
 * The hardest guard of all, before the only delete of a service in the whole tool (law 2's exception): the instance was
 * made by a create that this very run journaled, carries its tag, has the typed name, and nobody but the run uses it.
 */
import type { Context } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { ServiceInstance } from "../../ports/cloud-foundry.js";
import { guardInstance } from "../docker/target-container.js";
import { ownKeys } from "./own-keys.js";

const CREATE = "cf.create-service";
/** The clocks of Cloud Controller and of this machine. */
const CLOCKS_DIFFER_MS = 60_000;

export interface OwnService {
  readonly guid: string;
  readonly org: string;
  readonly space: string;
  readonly space_guid: string;
  readonly name: string;
}

/** Throws `guard-refused` unless everything is shown. */
export async function requireOwnService(context: Context, own: OwnService): Promise<void> {
  const typed = `${own.org}/${own.space}/${own.name}`;
  if (context.run.target !== typed)
    throw refuse(own, `the target of this run is "${context.run.target}", and what would be deleted is "${typed}"`);
  const asked = requireJournaledCreate(context, own);
  await guardInstance(context, own.guid, own.name);
  const named = await context.ports.cf.findInstance(own.space_guid, own.name);
  if (named?.guid !== own.guid)
    throw refuse(own, `the name "${own.name}" belongs to "${named?.guid ?? "nothing"}", not to "${own.guid}"`);
  requireMadeSince(own, named, asked);
  await requireUnused(context, own);
}

/**
 * When this run asked for it last: the time of its note that the name was free. An instance that was adopted by its GUID was
 * there before, whatever tag it carries now; so was one that was made by hand.
 */
function requireJournaledCreate(context: Context, { guid, name, ...own }: OwnService): number {
  const created = context.journaled(CREATE).filter(({ output }) => output["guid"] === guid);
  const asked = created.flatMap(({ how, input, records }) => {
    if (how === "by-hand" || (input["adopt"] ?? "") !== "" || records("adopting").length > 0) return [];
    // A later note was written because nothing had come of the create before it.
    const { name: free, space_guid: space, at } = records("name-was-free").at(-1) ?? {};
    return free === name && space === own.space_guid && typeof at === "string" ? [Date.parse(at)] : [];
  });
  const last = Math.max(...asked);
  if (Number.isFinite(last)) return last;
  throw refuse({ guid }, `the journal of this run does not say that it created "${name}" (${guid})`);
}

/** What was there before the name was free had another name then, and another maker. */
function requireMadeSince(own: OwnService, { createdAt }: ServiceInstance, asked: number): void {
  if (Date.parse(createdAt) >= asked - CLOCKS_DIFFER_MS) return;
  const since = new Date(asked).toISOString();
  throw refuse(own, `"${own.name}" was created at ${createdAt}, and this run asked for its own at ${since}`);
}

async function requireUnused(context: Context, own: OwnService): Promise<void> {
  const { others } = await ownKeys(context, own.guid);
  if (others.length > 0)
    throw refuse(own, `"${own.name}" has bindings that this run did not make: ${others.join(", ")}`);
}

function refuse({ guid }: { readonly guid: string }, message: string): RecoverError {
  return new RecoverError("guard-refused", message, {
    remedy:
      "Nothing was deleted. A drill deletes the service that it created itself and no other: begin another drill.",
    place: guid,
    effect: "none",
  });
}
