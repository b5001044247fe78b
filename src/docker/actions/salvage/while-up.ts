/** A server on a copy for as long as one piece of work takes. A kill leaves its container: the next process ends it. */
import type { Context } from "../../../action.ts";
import type { CopyServer } from "../../../kit/commands/database-copy-commands.ts";
import { giveUp } from "../../../errors.ts";
import { printable } from "../../../kit/text/printable.ts";
import { waitFor } from "../../../kit/wait.ts";
import { openCopies } from "./copied.ts";
import { explainEnd } from "./explain-end.ts";
import { endServer } from "./remove-copy.ts";
import type { DockerPlace } from "../../../ports/docker-host.ts";

/** A crash recovery over a large WAL takes its time. */
const READY_MS = 24 * 3_600_000;
const POLL_MS = 300;

export async function whileUp<T>(
  context: Context,
  { at, server, start }: { readonly at: DockerPlace; readonly server: CopyServer; readonly start: () => Promise<void> },
  work: () => Promise<T>,
): Promise<T> {
  await endServer(context, at, server.volume);
  await context.beforeEffect();
  await start();
  await awaitAccepting(context, at, server);
  const result = await work();
  await endServer(context, at, server.volume);
  return result;
}

async function awaitAccepting(context: Context, at: DockerPlace, server: CopyServer): Promise<void> {
  const { copies } = await openCopies(context, at);
  await waitFor(context, {
    deadlineMs: READY_MS,
    pollMs: POLL_MS,
    look: async () => {
      const standing = await copies.standing(server);
      if (standing === "accepting") return { found: standing };
      if (standing === "ended") throw explainEnd(await copies.said(server), server.volume);
      return { instead: (await copies.said(server)).at(-1) ?? "it has said nothing" };
    },
    tell: (said) => printable(said),
    late: (said) =>
      giveUp("proof-failed", `the server on the copy takes no connections: ${printable(said)}`)
        .at(server.volume)
        .advise(`Look at "docker logs ${server.volume}"; the volume that was copied is as it was.`),
  });
}
