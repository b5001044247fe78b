import type { Context } from "../../../action.ts";
import { runTag } from "../cf/run-tag.ts";

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
