/** The way back of a copy: its server is stopped, and its directory takes another name (law 2). */
import type { WayBack } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { requireOwnPlace } from "./own-place.ts";
import { stopServer } from "./while-running.ts";

interface Input {
  readonly place: string;
  readonly postgres_bin: string;
}

const asideOf = (place: string): string => `${place}.undone`;

export const undoCopy: WayBack<Input, unknown> = {
  effect: "disrupt",
  cost: "gives the directory of the copy another name; it needs its room until cleanup deletes it",
  describe: ({ place }) => [{ on: "here", line: quote(["mv", "-T", "-n", "--", place, asideOf(place)]) }],
  async guard(context, { input: { place } }) {
    await requireOwnPlace(context, place, context.run.id);
  },
  async probe(context, { input: { place } }) {
    const found = await context.ports.scratch.look(place, context.run.id);
    if (found.state === "absent") return { state: "done", evidence: `there is no ${place}` };
    if (found.state === "foreign") return { state: "unknown", evidence: `${place}: ${found.evidence}` };
    return { state: "not-done", evidence: `${place} is there` };
  },
  async run(context, { input: { place, postgres_bin } }) {
    if ((await requireOwnPlace(context, place, context.run.id)).state === "absent") return;
    await context.beforeEffect();
    await stopServer(context, { place, programs: postgres_bin });
    await context.ports.scratch.moveAside(place, asideOf(place));
  },
};
