/** The last lines of a rehearsal: what the box saw, whatever the tool says of itself. */
import { KILLED } from "./child.ts";
import type { RehearsalResult } from "./play.ts";

export function summary(result: RehearsalResult): readonly string[] {
  const { complaints, counts, exitCode, expected } = result;
  const seen = Object.entries(counts)
    .filter(([name]) => /^(?:docker (?:start|stop)|broker |host mv)|^Docker host /.test(name))
    .map(([name, count]) => `${name} ${count}×`)
    .join(", ");
  const lines = [
    ...(result.real === undefined ? [] : ["", ...result.real]),
    ...lookAgain(result.run),
    "",
    "What the foundation in the box saw:",
    `  ${seen === "" ? "nothing was changed" : seen}`,
    ...(complaints.length === 0 && exitCode !== KILLED
      ? [
          `  ${result.onDocker === true ? "" : "the source archive is untouched, "}nothing unknown was called`,
          `  the tool ended with ${exitCode}${exitCode === expected ? ", as it should" : ""}`,
        ]
      : [
          ...(exitCode === KILLED ? killed(result.run) : []),
          ...complaints.map((complaint) => `  NOT WELL: ${complaint}`),
          ...(result.journal === undefined ? [] : ["What the tool wrote down of it:", `  ${result.journal}`]),
        ]),
  ];
  return exitCode === expected || complaints.length > 0
    ? lines
    : [...lines, `  (the scenario by itself ends with ${expected})`];
}

const killed = (run = ""): readonly string[] => [
  "  the tool was killed (-9) before it ended; its foundation is as it left it. To go on:",
  `  dingo-recover resume ${run}`,
];

/** A command has a line of its own, to be copied. */
function lookAgain(run: string | undefined): readonly string[] {
  if (run === undefined) return [];
  return [
    "",
    "What others would be shown of it, in a file and in a browser:",
    `  dingo-recover report ${run} --format html -o report.html`,
    `  dingo-recover serve ${run}`,
  ];
}
