/** The way back of a key in etcd: the value that the journal holds is put back, with a compare (law 2). */
import type { Context, PrintedCommand, Taken, UndoProbe, WayBack } from "../../../action.ts";
import { giveUp, refuse } from "../../../errors.ts";
import {
  etcdDelete,
  etcdPut,
  etcdValueInto,
  printedWithInput,
  printedWithPrevious,
} from "../../../kit/commands/host-commands.ts";
import type { Etcd } from "../../../ports/cells.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { guardStopped } from "../docker/stopped-container.ts";
import type { Target } from "../docker/target-container.ts";

type Input = Target & { readonly etcd: string };

/** A key's value before this run changed it; null if it was absent. */
interface Before {
  readonly key: string;
  readonly value: string | null;
}

interface KeyOptions {
  readonly cost: string;
  readonly key: (guid: string) => string;
  /** From the step's notes, or its output; undefined if there is nothing to put back. */
  readonly before: (context: Pick<Context, "records">, taken: Taken<Input, unknown>) => Before | undefined;
  /** Whether a value is one that this run put there, or that the recovered database may have written. */
  readonly isOurs: (value: string | undefined, taken: Taken<Input, unknown>) => boolean;
}

export function undoKey({ cost, key, before, isOurs }: KeyOptions): WayBack<Input, unknown> {
  const open = async (context: Context, target: Input): Promise<Etcd> =>
    (await openCell(context.ports, target)).etcd(target.etcd);
  const ownBefore = (context: Context, taken: Taken<Input, unknown>): Before | undefined => {
    const own = key(taken.input.guid);
    const was = before(context, taken);
    if (was !== undefined && was.key !== own)
      throw refuse(
        "guard-refused",
        `the journal names the key ${was.key}, and the step changes ${own} alone`,
        was.key,
      ).advise("Nothing was changed. The journal is not as this run wrote it: look at both keys by hand.");
    return was;
  };
  return {
    effect: "destroy",
    cost,
    describe: (target, _run, left) =>
      printed(target, { key: key(target.guid), was: before(left, { input: target, output: left.output }) }),
    guard: async (context, taken) => {
      await guardStopped(context, taken.input);
      ownBefore(context, taken);
    },
    async probe(context, taken): Promise<UndoProbe> {
      const was = ownBefore(context, taken);
      if (was === undefined) return { state: "done", evidence: "the step changed no key" };
      const now = (await (await open(context, taken.input)).get(was.key))?.value;
      const evidence = `${was.key} is ${now === undefined ? "absent" : `"${now}"`}, before the step it was ${was.value === null ? "absent" : `"${was.value}"`}`;
      if (now === (was.value ?? undefined)) return { state: "done", evidence };
      return { state: isOurs(now, taken) ? "not-done" : "unknown", evidence };
    },
    async run(context, taken) {
      const was = ownBefore(context, taken);
      if (was === undefined) return;
      const etcd = await open(context, taken.input);
      const now = await etcd.get(was.key);
      if (now?.value === (was.value ?? undefined)) return;
      await context.record("key-put-back", { key: was.key, before: now?.value ?? null, after: was.value });
      await context.beforeEffect();
      if (was.value !== null) await etcd.put(was.key, was.value, now === undefined ? {} : { prevValue: now.value });
      else if (now !== undefined && !(await etcd.remove(was.key, now.value)))
        throw giveUp("guard-refused", `${was.key} changed while it was put back`, was.key).advise(
          "Something writes there: see that the container is stopped, then go on.",
        );
    },
  };
}

/** As the tool itself does it: with a compare, and a removal when there was no key. */
function printed(
  { cell, etcd }: Input,
  { key, was }: { readonly key: string; readonly was: Before | undefined },
): readonly PrintedCommand[] {
  if (was === undefined) return [];
  const { value } = was;
  const variables = [{ name: "NOW", setWith: etcdValueInto("NOW", etcd, key) }];
  const line =
    value === null
      ? printedWithPrevious(etcdDelete(etcd, key, ""), "NOW")
      : `${printedWithInput(etcdPut(etcd, key), value)}"\${NOW:+?prevValue=$NOW}"`;
  return [{ on: cell, line, variables }];
}
