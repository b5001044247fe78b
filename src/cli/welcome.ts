/** Without a command, on a terminal: open runs first, then "what happened?". */
import { promptingOperator } from "../ui/prompts.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import { openRuns } from "./open-runs.js";
import { openStateDirectory } from "./state.js";

const NOTHING_GIVEN = {
  config: undefined,
  "state-dir": undefined,
  confirm: undefined,
  "accept-loss": undefined,
  inputs: undefined,
  json: false,
  color: true,
  verbose: false,
  "non-interactive": false,
  yes: false,
  patience: "10m",
};

export async function welcome(): Promise<number> {
  const output = createOutput({ secrets, color: process.env["NO_COLOR"] === undefined });
  const operator = promptingOperator(output);
  const open = openRuns(openStateDirectory({})).filter((run) => !run.rehearsal);
  const choices = [
    ...open.map((run) => ({
      value: run.run,
      label: `go on with ${run.runbook} for ${run.target || "a target not fixed yet"}`,
      consequence: `${run.state} at ${run.step || "the beginning"}`,
    })),
    {
      value: "recover",
      label: "a service was deleted",
      consequence: "looks for it and asks before it changes anything",
    },
    { value: "rehearse", label: "I want to see a recovery first", consequence: "nothing real is touched" },
    { value: "leave", label: "nothing", consequence: "ends here" },
  ];
  const answer = await operator.ask({
    kind: "choice",
    id: "welcome",
    prompt: "What happened?",
    why: "Each way can be left again at any question.",
    choices,
  });
  if (answer === undefined) return 0;
  switch (answer.value) {
    case "recover":
      return await (await import("./batch-carry.js")).runBatch({
        ...NOTHING_GIVEN,
        runbook: "recover-deleted-service",
        input: [],
        "dry-run": false,
      });
    case "rehearse":
      return await (await import("./rehearse.js")).rehearse({
        ...NOTHING_GIVEN,
        scenario: "happy-last-era",
        list: false,
        undo: false,
        pace: "person",
        seed: 1,
      });
    case "leave":
      return 0;
    default:
      return await (await import("./batch-carry.js")).resumeBatch({
        ...NOTHING_GIVEN,
        run: answer.value,
        decide: [],
        "accept-runbook": false,
        "take-over": false,
      });
  }
}
