/** Runs a server on the scratch copy while `work` runs. The server is stopped however `work` ends. */
import type { Context } from "../../../action.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import type { ScratchServer } from "../../../ports/scratch-database.ts";
import { waitAtMost, waitFor } from "../../../kit/wait.ts";

/** The first start replays all WAL since the base backup. */
const REPLAY_MS = 24 * 60 * 60_000;
const STOP_MS = 2 * 60_000;
const POLL_MS = 250;

/** The part of a step's context that a server needs. */
export type Keeper = Pick<Context, "ports" | "signal" | "progress" | "beforeEffect">;

export async function whileRunning<T>(context: Keeper, server: ScratchServer, work: () => Promise<T>): Promise<T> {
  await context.beforeEffect();
  try {
    await context.ports.scratch.start(server);
    await awaitAccepting(context, server);
    const result = await work();
    await stopServer(context, server);
    return result;
  } catch (thrown) {
    // Of a copy, and recovered from at the next start: no second error hides the first.
    await context.ports.scratch.stop(server, "at-once").catch(() => undefined);
    throw thrown;
  }
}

async function awaitAccepting(context: Keeper, server: ScratchServer): Promise<void> {
  const { scratch } = context.ports;
  await waitFor(context, {
    deadlineMs: REPLAY_MS,
    pollMs: POLL_MS,
    look: async () => {
      const standing = await scratch.standing(server);
      if (standing === "accepting") return { found: standing };
      const said = (await scratch.said(server.place)).slice(-3).join("; ");
      if (standing === "starting") return { instead: said };
      throw failed(`the scratch server has ended: ${said}`, server);
    },
    tell: (said) => said,
    late: (said) => failed(`the scratch server takes no connections: ${said}`, server),
  });
}

function failed(message: string, { place }: ScratchServer): RecoverError {
  return giveUp("proof-failed", message)
    .at(place)
    .advise(`Look at server.log in ${place}; the archive and the living service are as they were.`);
}

/** Waits until it is down: its memory is in the copy then. */
export async function stopServer(context: Keeper, server: ScratchServer): Promise<void> {
  const { scratch } = context.ports;
  await scratch.stop(server, "fast");
  const last = await waitAtMost(context, {
    deadlineMs: STOP_MS,
    pollMs: POLL_MS,
    look: async () => ((await scratch.standing(server)) === "down" ? { found: true } : { instead: undefined }),
  });
  if (!("found" in last)) await scratch.stop(server, "at-once");
}
