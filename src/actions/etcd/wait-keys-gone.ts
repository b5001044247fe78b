import { z } from "zod";
import { type Context, defineAction } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { etcdGet } from "../../host-commands.js";
import { quote } from "../../shell-quote.js";
import { openCell } from "../bosh/cell-instances.js";
import { type Target, targetInput } from "../docker/target-container.js";
import { waitFor } from "../wait.js";

/** Three times the TTL of 30 s that Patroni gives its keys (dingo.md §4). */
const DEADLINE_MS = 90_000;
const POLL_MS = 500;

const input = z.strictObject({ ...targetInput, etcd: z.string() });
type Keys = Target & { readonly etcd: string };
const output = z.object({ waited_seconds: z.number() });

/** After a kill the leader key lives on for its TTL; a container started meanwhile prepares no restore (dingo.md §1.8). */
export const waitKeysGone = defineAction({
  id: "etcd.wait-keys-gone",
  title: "Wait until Patroni's leader and member keys are gone",
  effect: "read",
  input,
  output,
  tell: (found) => `they are gone${found.waited_seconds === 0 ? "" : ` after ${found.waited_seconds} s`}`,
  describe: ({ guid, cell, etcd }) => [
    { on: cell, line: quote(etcdGet(etcd, `/service/${guid}/leader`)) },
    { on: cell, line: quote(etcdGet(etcd, `/service/${guid}/members`)) },
  ],
  run: async (context, target): Promise<z.infer<typeof output>> => ({
    waited_seconds: Math.round((await awaitKeysGone(context, target)) / 1000),
  }),
  verify: async (context, target) => {
    const living = await livingKeys(context, target);
    return {
      holds: living.length === 0,
      evidence: living.length === 0 ? "no leader and no member key" : `etcd has ${living.join(", ")}`,
    };
  },
});

/** Milliseconds that it took. Throws `deadline-passed`. */
export async function awaitKeysGone(context: Context, target: Keys): Promise<number> {
  const { clock } = context.ports;
  const began = clock.monotonicMs();
  return await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const living = await livingKeys(context, target);
      return living.length === 0 ? { found: clock.monotonicMs() - began } : { instead: living.join(", ") };
    },
    tell: (living) => `waiting for ${living} to expire`,
    late: (living) =>
      new RecoverError("deadline-passed", `after 90 s etcd still has ${living}`, {
        remedy: "Something keeps the keys alive: another node of this instance may run. Look at /service/GUID/members.",
        place: target.etcd,
        effect: "none",
      }),
  });
}

/** Keys of a leader and of members that etcd still has. */
export async function livingKeys(context: Context, target: Keys): Promise<string[]> {
  const cell = await openCell(context.ports, target);
  const etcd = cell.etcd(target.etcd);
  const leader = await etcd.get(`/service/${target.guid}/leader`);
  const members = await etcd.list(`/service/${target.guid}/members`);
  return [...(leader === undefined ? [] : [leader]), ...members].map((node) => node.key);
}
