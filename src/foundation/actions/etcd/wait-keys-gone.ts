import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { etcdGet } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { type Target, targetInput } from "../docker/target-container.ts";
import { together } from "../../../kit/together.ts";
import { waitFor } from "../../../kit/wait.ts";

/** Three times the TTL of 30 s that Patroni gives its keys (dingo.md §4). */
const DEADLINE_MS = 90_000;
const POLL_MS = 500;

const input = z.strictObject({ ...targetInput, etcd: z.string() });
type Keys = Target & { readonly etcd: string };
const output = z.object({ waited_seconds: z.number() });

/**
 * After a kill the leader key lives on for its TTL; a container started meanwhile prepares no restore (dingo.md §1.8).
 * The member key of the stopped container is not waited for: its next start writes the same key again
 * (original-parts.md §7).
 */
export const waitKeysGone = defineAction({
  id: "etcd.wait-keys-gone",
  title: "Wait until Patroni's leader key is gone and no other node is left",
  effect: "read",
  input,
  output,
  tell: (found) => `Patroni's keys are gone${found.waited_seconds === 0 ? "" : ` after ${found.waited_seconds} s`}`,
  describe: ({ guid, cell, etcd }) => [
    { on: cell, line: quote(etcdGet(etcd, `/service/${guid}/leader`)) },
    // A member's value is an address with a password in it.
    { on: cell, line: `${quote(etcdGet(etcd, `/service/${guid}/members`))} | sed 's|//[^/@]*@|//***@|g'` },
  ],
  run: async (context, target): Promise<z.infer<typeof output>> => ({
    waited_seconds: Math.round((await awaitKeysGone(context, target)) / 1000),
  }),
  verify: async (context, target) => {
    const living = await livingKeys(context, target);
    return {
      holds: living.length === 0,
      evidence: living.length === 0 ? NONE_LEFT : `etcd has ${living.join(", ")}`,
    };
  },
});

export const NONE_LEFT = "no leader key and no other node's member key is left";

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
      refuse("deadline-passed", `after 90 s etcd still has ${living}`)
        .at(target.etcd)
        .advise(
          "Something keeps the keys alive: another node of this instance may run. Look at /service/GUID/members.",
        ),
  });
}

/** The keys that etcd still has of any leader, and of members other than the container itself. */
export async function livingKeys(context: Context, target: Keys): Promise<string[]> {
  const cell = await openCell(context.ports, target);
  const etcd = cell.etcd(target.etcd);
  const own = `/service/${target.guid}/members/${memberOf(target.container)}`;
  const [leader, members] = await together([
    etcd.get(`/service/${target.guid}/leader`),
    etcd.list(`/service/${target.guid}/members`),
  ]);
  return [...(leader === undefined ? [] : [leader]), ...members].map(({ key }) => key).filter((key) => key !== own);
}

/** The name that a container has in Patroni's keys: its node's GUID (dingo.md §2.8). */
const memberOf = (container: string): string => container.replace(/^cf-/, "");
