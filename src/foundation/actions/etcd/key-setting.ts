/** A step that sets one key of the new instance in etcd. Its way back puts the value that the journal holds back (law 2). */
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import {
  type Context,
  defineAction,
  type PrintedCommand,
  type Probe,
  type Taken,
  type WayBack,
} from "../../../action.ts";
import { giveUp, refuse } from "../../../errors.ts";
import {
  etcdDelete,
  etcdPut,
  etcdValueInto,
  printedWithInput,
  printedWithPrevious,
} from "../../../kit/commands/host-commands.ts";
import { optional } from "../../../kit/optional.ts";
import type { Etcd, EtcdNode } from "../../../ports/cells.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { guardStopped, guardTarget, type Target } from "../docker/target-container.ts";

type KeyInput = Target & { readonly etcd: string };

/** A key's value; null if it is absent. */
type Value = string | null;

interface KeySetting<I extends KeyInput, O> {
  readonly id: string;
  readonly title: string;
  /** Of the way back. */
  readonly cost: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  /** Below the new instance's directory: the deleted one's keys are never written (dingo.md §9.6). */
  readonly key: "initialize" | "optime/leader";
  readonly wanted: (input: I) => Value;
  /** `before` is null if no note tells the former value. */
  readonly outputOf: (input: I, before: Value) => O;
  /** The former value, after a person has set the key by hand; undefined if nothing tells it. */
  readonly beforeByHand?: (context: Context, input: I) => Promise<string | undefined>;
}

export function keySetting<I extends KeyInput, O>(setting: KeySetting<I, O>) {
  const { id, title, input, output, wanted, outputOf, beforeByHand } = setting;
  const keyOf = (target: KeyInput): string => `/service/${target.guid}/${setting.key}`;
  const probe = async (context: Context, target: I): Promise<Probe<O>> => {
    const now = valueOf(await (await openEtcd(context, target)).get(keyOf(target)));
    const evidence = `${keyOf(target)} is ${now === null && wanted(target) === null ? "absent" : `"${now ?? "absent"}"`}`;
    const before = formersIn(context, wanted(target)).at(-1)?.value;
    if (now === wanted(target)) return { state: "done", output: outputOf(target, before ?? null), evidence };
    if (before === undefined || before === now) return { state: "not-done", evidence };
    return {
      state: "unknown",
      evidence: `${evidence}; it was "${before ?? "absent"}" before: somebody else writes it`,
    };
  };
  const probeByHand = async (context: Context, target: I): Promise<Probe<O>> => {
    const [found, to] = [await probe(context, target), wanted(target)];
    if (found.state !== "done" || formersIn(context, to).length > 0) return found;
    const before = await beforeByHand?.(context, target);
    if (before !== undefined) await note(context, { key: keyOf(target), value: before }, to);
    return found;
  };
  return defineAction<I, O>({
    ...{ id, title, effect: "destroy", input, output, probe },
    ...optional("probeByHand", beforeByHand && probeByHand),
    undo: wayBack(setting, keyOf),
    describe(target) {
      const [key, to] = [keyOf(target), wanted(target)];
      if (to === null) return [printedRemoval(target, key, "POSITION")];
      return [{ on: target.cell, line: printedPut(target.etcd, key, to) }];
    },
    guard: guardTarget,
    async run(context, target) {
      const [etcd, key, to] = [await openEtcd(context, target), keyOf(target), wanted(target)];
      const now = await etcd.get(key);
      if (valueOf(now) === to) return outputOf(target, formersIn(context, to).at(-1)?.value ?? null);
      await note(context, { key, value: valueOf(now) }, to);
      await context.beforeEffect();
      await write(etcd, key, { now, to });
      return outputOf(target, valueOf(now));
    },
  });
}

function wayBack<I extends KeyInput, O>(
  { cost, wanted, outputOf }: KeySetting<I, O>,
  keyOf: (target: KeyInput) => string,
): WayBack<I, O> {
  /**
   * Undefined if there is nothing to put back. A removal that found no key has no note; a position that the recovered
   * database wrote since is far ahead of the new one, which would never lead again.
   */
  const formerOf = (context: Pick<Context, "records">, { input, output }: Taken<I, O>): Former | undefined => {
    const [was] = formersIn(context, wanted(input));
    if (was !== undefined || wanted(input) !== null) return was;
    return isDeepStrictEqual(output, outputOf(input, null)) ? { key: keyOf(input), value: null } : undefined;
  };
  const ownFormer = (context: Context, taken: Taken<I, O>): Former | undefined => {
    const [was, own] = [formerOf(context, taken), keyOf(taken.input)];
    if (was === undefined || was.key === own) return was;
    const what = `the journal names the key ${was.key}, and the step changes ${own} alone`;
    throw refuse("guard-refused", what)
      .at(was.key)
      .advise("Nothing was changed. The journal is not as this run wrote it: look at both keys by hand.");
  };
  return {
    effect: "destroy",
    cost,
    describe(input, _run, left) {
      const was = formerOf(left, { input, output: left.output });
      if (was === undefined) return [];
      const removal = printedRemoval(input, keyOf(input), "NOW");
      if (was.value === null) return [removal];
      // With a compare too, if the key is there.
      return [{ ...removal, line: `${printedPut(input.etcd, keyOf(input), was.value)}"\${NOW:+?prevValue=$NOW}"` }];
    },
    guard: async (context, taken) => {
      await guardStopped(context, taken.input);
      ownFormer(context, taken);
    },
    async probe(context, taken) {
      const was = ownFormer(context, taken);
      if (was === undefined) return { state: "done", evidence: "the step changed no key" };
      const now = valueOf(await (await openEtcd(context, taken.input)).get(was.key));
      const evidence = `${was.key} is ${shown(now)}, before the step it was ${shown(was.value)}`;
      if (now === was.value) return { state: "done", evidence };
      // If the run removed it, the recovered database wrote its own value, or nobody did.
      const to = wanted(taken.input);
      return { state: to === null || to === now ? "not-done" : "unknown", evidence };
    },
    async run(context, taken) {
      const was = ownFormer(context, taken);
      if (was === undefined) return;
      const { key, value: to } = was;
      const etcd = await openEtcd(context, taken.input);
      const now = await etcd.get(key);
      if (valueOf(now) === to) return;
      await context.record("key-put-back", { key, before: valueOf(now), after: to });
      await context.beforeEffect();
      if (await write(etcd, key, { now, to })) return;
      throw giveUp("guard-refused", `${key} changed while it was put back`)
        .at(key)
        .advise("Something writes there: see that the container is stopped, then go on.");
    },
  };
}

const valueOf = (node: EtcdNode | undefined): Value => node?.value ?? null;
const shown = (value: Value): string => (value === null ? "absent" : `"${value}"`);

const openEtcd = async ({ ports }: Context, target: KeyInput): Promise<Etcd> =>
  (await openCell(ports, target)).etcd(target.etcd);

/** With a compare. False if the key that was to be removed was absent already. */
async function write(etcd: Etcd, key: string, { now, to }: { readonly now: EtcdNode | undefined; readonly to: Value }) {
  if (to === null) return now === undefined || (await etcd.remove(key, now.value));
  await etcd.put(key, to, now === undefined ? {} : { prevValue: now.value });
  return true;
}

/** A key's value before this run changed it. */
interface Former {
  readonly key: string;
  readonly value: Value;
}

async function note(context: Context, { key, value }: Former, to: Value): Promise<void> {
  if (to === null) await context.record("key-removed", { key, value });
  else await context.record("key-changed", { key, before: value, after: to });
}

/** By the notes of a step that wants the key to be `to`, oldest first. */
function formersIn(context: Pick<Context, "records">, to: Value): readonly Former[] {
  return context.records(to === null ? "key-removed" : "key-changed").flatMap((noted) => {
    const [key, value] = [noted["key"], noted[to === null ? "value" : "before"]];
    return typeof key === "string" && (typeof value === "string" || value === null) ? [{ key, value }] : [];
  });
}

const printedPut = (etcd: string, key: string, to: string): string => printedWithInput(etcdPut(etcd, key), to);

/** The variable holds the value that the removal is compared with. */
const printedRemoval = ({ cell, etcd }: KeyInput, key: string, variable: string): PrintedCommand => ({
  on: cell,
  line: printedWithPrevious(etcdDelete(etcd, key, ""), variable),
  variables: [{ name: variable, setWith: etcdValueInto(variable, etcd, key) }],
});
