/**
 * The hardest guard of all, before the only delete of a service in the whole tool (law 2's exception): the instance was
 * made by a create that this very run journaled, carries its tag, has the typed name, and nobody but the run uses it.
 */
import type { Context } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { guardInstance } from "../docker/target-container.ts";
import { runTag } from "../cf/run-tag.ts";

const CREATE = "cf.create-service";

interface OwnService {
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
    throw denied(own, `the target of this run is "${context.run.target}", and what would be deleted is "${typed}"`);
  requireJournaledCreate(context, own);
  await guardInstance(context, own.guid, own.name);
  const named = await context.ports.cf.findInstance(own.space_guid, own.name);
  if (named?.guid !== own.guid)
    throw denied(own, `the name "${own.name}" belongs to "${named?.guid ?? "nothing"}", not to "${own.guid}"`);
  await requireUnused(context, own);
}

/**
 * Right before its create the run noted that the name was free, and every instance that was in the space. An instance
 * that was there is not the run's own, even if it was adopted, renamed or tagged since; nor is one that was made by
 * hand. A later note means that the create before it had made nothing.
 */
function requireJournaledCreate(context: Context, { guid, name, ...own }: OwnService): void {
  const created = context.journaled(CREATE).filter(({ output }) => output["guid"] === guid);
  const there = created.flatMap(({ how, input, records }): readonly unknown[] => {
    if (how === "by-hand" || (input["adopt"] ?? "") !== "" || records("adopting").length > 0) return [];
    const { name: free, space_guid: space, there } = records("name-was-free").at(-1) ?? {};
    return free === name && space === own.space_guid && Array.isArray(there) ? [there] : [];
  });
  const before = there.at(-1);
  if (!Array.isArray(before))
    throw denied({ guid }, `the journal of this run does not say that it created "${name}" (${guid})`);
  if (before.includes(guid)) throw denied({ guid }, `"${name}" (${guid}) was there before this run asked for its own`);
}

async function requireUnused(context: Context, own: OwnService): Promise<void> {
  const { others } = await ownKeys(context, own.guid);
  if (others.length > 0)
    throw denied(own, `"${own.name}" has bindings that this run did not make: ${others.join(", ")}`);
}

function denied({ guid }: { readonly guid: string }, message: string): RecoverError {
  return refuse("guard-refused", message)
    .at(guid)
    .advise(
      "Nothing was deleted. A drill deletes the service that it created itself and no other: begin another drill.",
    );
}

/** Names of the service keys of this run on an instance, and its other bindings. */
export async function ownKeys(
  context: Context,
  guid: string,
): Promise<{ readonly own: readonly string[]; readonly others: readonly string[] }> {
  const bindings = await context.ports.cf.bindings(guid);
  const isOwn = ({ type, name }: (typeof bindings)[number]): boolean =>
    type === "key" && name === runTag(context.run.id);
  const others = bindings.filter((each) => !isOwn(each)).map((each) => each.name ?? each.guid);
  return { own: bindings.filter(isOwn).flatMap(({ name }) => name ?? []), others };
}
