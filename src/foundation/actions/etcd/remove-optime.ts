import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { etcdDelete, etcdValueInto, printedWithPrevious } from "../../../kit/commands/host-commands.ts";
import type { EtcdNode } from "../../../ports/cells.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { undoKey } from "./undo-key.ts";
import { guardTarget, targetInput } from "../docker/target-container.ts";

const input = z.strictObject({ ...targetInput, etcd: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({ removed: z.string().nullable() });
type Output = z.infer<typeof output>;

/** A node more than 1 MB behind /optime/leader refuses to lead; the fresh database may be ahead of the old one (dingo.md §1.10). */
export const removeOptime = defineAction({
  id: "etcd.remove-optime",
  title: "Remove the new instance's last position from etcd",
  effect: "destroy",
  input,
  output,
  undo: undoKey({
    cost: "puts the new instance's own last position back into etcd",
    key: (guid) => keyOf({ guid }),
    before: (context, { input: target, output: left }) => {
      const note = context.records("key-removed").at(0);
      const [key, value] = [note?.["key"], note?.["value"]];
      if (typeof key === "string" && typeof value === "string") return { key, value };
      // If it was stopped before it wrote its first position, the key was absent. A later position of the recovered
      // database is far ahead of the new one, which would never lead again.
      const found = output.safeParse(left);
      return found.success && found.data.removed === null ? { key: keyOf(target), value: null } : undefined;
    },
    // The recovered database wrote its own position there, or nobody did.
    isOurs: () => true,
  }),
  describe: ({ cell, etcd, guid }) => [
    {
      on: cell,
      line: printedWithPrevious(etcdDelete(etcd, keyOf({ guid }), ""), "POSITION"),
      variables: [{ name: "POSITION", setWith: etcdValueInto("POSITION", etcd, keyOf({ guid })) }],
    },
  ],
  guard: async (context, target) => {
    await guardTarget(context, target);
  },
  async run(context, target): Promise<Output> {
    const node = await readOptime(context, target);
    if (node === undefined) return { removed: recorded(context) };
    await context.record("key-removed", { key: keyOf(target), value: node.value });
    const etcd = (await openCell(context.ports, target)).etcd(target.etcd);
    await context.beforeEffect();
    await etcd.remove(keyOf(target), node.value);
    return { removed: node.value };
  },
  async probe(context, target): Promise<Probe<Output>> {
    const node = await readOptime(context, target);
    if (node === undefined)
      return { state: "done", output: { removed: recorded(context) }, evidence: `${keyOf(target)} is absent` };
    const evidence = `${keyOf(target)} is "${node.value}"`;
    const before = recorded(context);
    if (before === null || before === node.value) return { state: "not-done", evidence };
    return { state: "unknown", evidence: `${evidence}; it was "${before}" before: somebody else writes it` };
  },
  async verify(context, target) {
    const node = await readOptime(context, target);
    return {
      holds: node === undefined,
      evidence: node === undefined ? `${keyOf(target)} is absent` : `${keyOf(target)} is "${node.value}"`,
    };
  },
});

function keyOf({ guid }: { readonly guid: string }): string {
  return `/service/${guid}/optime/leader`;
}

function recorded(context: Context): string | null {
  const value = context.records("key-removed").at(-1)?.["value"];
  return typeof value === "string" ? value : null;
}

async function readOptime(context: Context, target: Input): Promise<EtcdNode | undefined> {
  const cell = await openCell(context.ports, target);
  return await cell.etcd(target.etcd).get(keyOf(target));
}
