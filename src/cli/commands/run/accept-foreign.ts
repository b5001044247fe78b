/** Nothing that comes from elsewhere is taken in before a person has seen it and said so, or has named its hash (law 15). */
import { refuse } from "../../../errors.ts";
import type { Operator } from "../../../ports/operator.ts";
import { createOutput, type Output } from "../../screen/output.ts";
import { secrets } from "../../process/failure.ts";
import type { GlobalArguments } from "../../options/options.ts";
import { consentOutsideRuns } from "../../process/outside-runs.ts";
import { readRehearsalMode } from "../../process/rehearsal-mode.ts";
import { somebodyIsThere } from "../../process/somebody-is-there.ts";

export interface Foreign {
  /** "the file run.json", for messages. */
  readonly what: string;
  /** Of its journal, as the last stop printed it: every line hangs on it. */
  readonly head: string;
  /** As `foreignLines` gives them. */
  readonly lines: readonly string[];
  /** The command after `dingo-recover`, without --accept. */
  readonly command: string;
  readonly place: string;
}

export type AcceptingArguments = GlobalArguments & {
  readonly accept?: string | undefined;
  readonly "non-interactive"?: boolean;
};

/** Where it is shown, and who can be asked; nobody if there is no terminal. */
export interface Audience {
  readonly output: Pick<Output, "error">;
  readonly operator: Operator | undefined;
}

/**
 * Shows it, on stderr, and has it accepted: by `--accept HEAD`, or by a yes on the terminal.
 * Errors: `import-not-accepted` if nobody is there or the hash is another one; `stopped-by-operator`.
 */
export async function requireAccepted(
  given: AcceptingArguments,
  foreign: Foreign,
  { output, operator }: Audience = audienceOf(given),
): Promise<void> {
  for (const line of foreign.lines) output.error(line);
  output.error(`head hash of ${foreign.what}: ${foreign.head}`);
  const accepted = given.accept?.trim().toLowerCase();
  if (accepted === foreign.head) return;
  if (accepted !== undefined)
    throw refuse(
      "import-not-accepted",
      `${foreign.what} is not the one that --accept names: its head hash is ${foreign.head}`,
    )
      .at(foreign.place)
      .advise("Compare it with what the last stop there printed. Nothing was taken in.");
  if (operator === undefined)
    throw refuse("import-not-accepted", `${foreign.what} comes from elsewhere, and nobody here has accepted it`)
      .at(foreign.place)
      .advise(
        `Read above what it would do, compare the hash with what its last stop printed, then accept it: dingo-recover ${foreign.command} --accept ${foreign.head}`,
      );
  const answer = await operator.ask({
    kind: "confirm",
    id: "accept",
    prompt: "Take this run in, and go on with it here?",
    why: "All of the above was written on another machine, and its hash does not say by whom. Compare it with the person who carried the run before.",
    details: [],
  });
  if (answer?.value !== "yes")
    throw refuse("stopped-by-operator", `${foreign.what} was not accepted`)
      .at(foreign.place)
      .advise("Nothing was taken in, and nothing was changed.");
}

/** The answers of a rehearsal are nobody's consent to this. */
function audienceOf(given: AcceptingArguments): Audience {
  const output = createOutput({ secrets, color: given.color });
  const isAsked = somebodyIsThere(given, output) && readRehearsalMode(process.env) === undefined;
  return { output, operator: isAsked ? consentOutsideRuns(output) : undefined };
}
