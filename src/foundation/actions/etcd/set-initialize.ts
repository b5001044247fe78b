import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { etcdPut, printedWithInput } from "../../../kit/commands/host-commands.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { ownSystemId } from "./own-system-id.ts";
import { undoKey } from "./undo-key.ts";
import { guardTarget, targetInput } from "../docker/target-container.ts";

const input = z.strictObject({ ...targetInput, etcd: z.string(), system_id: z.string().regex(/^\d{10,20}$/) });
type Input = z.infer<typeof input>;
const output = z.object({ value: z.string() });
type Output = z.infer<typeof output>;

/**
 * The published page deletes this key; the container then writes the identifier of its first life back, from a stale
 * file, and loops (dingo.md §0, real-parts.md §3.2). It is PUT instead, and never with prevExist=false.
 */
export const setInitialize = defineAction({
  id: "etcd.set-initialize",
  title: "Tell Patroni the old system identifier",
  effect: "destroy",
  input,
  output,
  undo: undoKey({
    cost: "puts the new instance's own system identifier back into etcd",
    key: (guid) => `/service/${guid}/initialize`,
    before: (context) => {
      const note = context.records("key-changed").at(0);
      const [key, value] = [note?.["key"], note?.["before"]];
      return typeof key === "string" && (typeof value === "string" || value === null) ? { key, value } : undefined;
    },
    isOurs: (value, { input: target }) => value === (target as Input).system_id,
  }),
  describe: ({ guid, cell, etcd, system_id }) => [
    { on: cell, line: printedWithInput(etcdPut(etcd, `/service/${guid}/initialize`), system_id) },
  ],
  guard: async (context, target) => {
    await guardTarget(context, target);
  },
  async run(context, target): Promise<Output> {
    const etcd = (await openCell(context.ports, target)).etcd(target.etcd);
    const key = keyOf(target);
    const before = await etcd.get(key);
    if (before?.value !== target.system_id) {
      await context.record("key-changed", { key, before: before?.value ?? null, after: target.system_id });
      await context.beforeEffect();
      await etcd.put(key, target.system_id, before === undefined ? {} : { prevValue: before.value });
    }
    return { value: target.system_id };
  },
  probe: probeInitialize,
  /** Nobody has noted the key's former value: it is the system identifier of the new instance's archive. */
  async probeByHand(context, target): Promise<Probe<Output>> {
    const found = await probeInitialize(context, target);
    if (found.state !== "done" || context.records("key-changed").length > 0) return found;
    const before = await ownSystemId(context, target);
    if (before !== undefined)
      await context.record("key-changed", { key: keyOf(target), before, after: target.system_id });
    return found;
  },
  async verify(context, target) {
    const value = await currentValue(context, target);
    return { holds: value === target.system_id, evidence: `${keyOf(target)} is "${value ?? "absent"}"` };
  },
});

async function probeInitialize(context: Context, target: Input): Promise<Probe<Output>> {
  const value = await currentValue(context, target);
  const evidence = `${keyOf(target)} is "${value ?? "absent"}"`;
  if (value === target.system_id) return { state: "done", output: { value }, evidence };
  const before = context.records("key-changed").at(-1)?.["before"];
  if (before === undefined || before === (value ?? null)) return { state: "not-done", evidence };
  const then = typeof before === "string" ? before : "absent";
  return { state: "unknown", evidence: `${evidence}; it was "${then}" before: somebody else writes it` };
}

/** Only ever below the new instance's directory: the deleted one's keys are never written (dingo.md §9.6). */
function keyOf({ guid }: Input): string {
  return `/service/${guid}/initialize`;
}

async function currentValue(context: Context, target: Input): Promise<string | undefined> {
  const cell = await openCell(context.ports, target);
  return (await cell.etcd(target.etcd).get(keyOf(target)))?.value;
}
