import { z } from "zod";
import { type Context, defineAction } from "../../action.js";
import { readArchive } from "../../archive/facts.js";
import { parseLocation } from "../../archive/location.js";
import { RecoverError } from "../../errors.js";
import { quote } from "../../shell-quote.js";

const DEADLINE_MS = 15 * 60_000;
const POLL_MS = 500;

const input = z.strictObject({ target: z.string() });
const output = z.object({ base_backup: z.string() });

/** The container makes one by itself once it is out of recovery (dingo.md §3.5): until then a second loss would cost everything since. */
export const waitBaseBackup = defineAction({
  id: "archive.wait-base-backup",
  title: "Wait for the first backup of the recovered database",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.base_backup} is complete`,
  describe: ({ target }) => [{ on: "here", line: quote(["aws", "s3", "ls", `${target}/basebackups_005/`]) }],
  async run(context, { target }): Promise<z.infer<typeof output>> {
    const { clock } = context.ports;
    const until = clock.monotonicMs() + DEADLINE_MS;
    for (;;) {
      const name = await newBaseBackup(context, target);
      if (name !== undefined) return { base_backup: name };
      if (clock.monotonicMs() > until) {
        throw new RecoverError(
          "deadline-passed",
          "the recovered database made no complete base backup within 15 minutes",
          {
            remedy: "The data are back; look at the container's log for backup> lines, then resume.",
            place: target,
            effect: "none",
          },
        );
      }
      context.progress({ message: "waiting for the first base backup of the new timeline" });
      await clock.sleep(POLL_MS, context.signal);
    }
  },
  async verify(context, { target }, output) {
    const name = await newBaseBackup(context, target);
    return {
      holds: name !== undefined,
      evidence: name === undefined ? `${output.base_backup} is gone` : `${name} is complete`,
    };
  },
});

/** Complete, and of a timeline that only the recovered database can have written. */
async function newBaseBackup(context: Context, target: string): Promise<string | undefined> {
  const { entries } = await readArchive(context.ports.store.reader(), parseLocation(target));
  for (const { kind } of [...entries].reverse()) {
    if (kind.kind === "sentinel" && kind.base.start.timeline > 1) return kind.base.name;
  }
  return undefined;
}
