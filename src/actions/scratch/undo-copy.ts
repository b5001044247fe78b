/** The way back of a copy: its server is stopped, and its directory takes another name (law 2). */
import type { Context, WayBack } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { quote } from "../../shell-quote.js";
import { stopServer } from "./while-running.js";

interface Input {
  readonly place: string;
  readonly postgres_bin: string;
}

const asideOf = (place: string): string => `${place}.undone`;

export const undoCopy: WayBack<Input, unknown> = {
  effect: "disrupt",
  cost: "gives the directory of the copy another name; it still needs its room until it is deleted by hand",
  describe: ({ place }) => [{ on: "here", line: quote(["mv", "-T", "-n", "--", place, asideOf(place)]) }],
  async guard(context, { input: { place } }) {
    await look(context, place);
  },
  async probe(context, { input: { place } }) {
    const found = await context.ports.scratch.look(place, context.run.id);
    if (found.state === "absent") return { state: "done", evidence: `there is no ${place}` };
    if (found.state === "foreign") return { state: "unknown", evidence: `${place}: ${found.evidence}` };
    return { state: "not-done", evidence: `${place} is there` };
  },
  async run(context, { input: { place, postgres_bin } }) {
    if ((await look(context, place)) === "absent") return;
    await context.beforeEffect();
    await stopServer(context, { place, programs: postgres_bin });
    await context.ports.scratch.moveAside(place, asideOf(place));
  },
};

async function look(context: Context, place: string): Promise<string> {
  const found = await context.ports.scratch.look(place, context.run.id);
  if (found.state !== "foreign") return found.state;
  throw new RecoverError("guard-refused", `"${place}" is not the place of this run: ${found.evidence}`, {
    remedy: "Nothing was moved. Look at the directory by hand.",
    place,
    effect: "none",
  });
}
