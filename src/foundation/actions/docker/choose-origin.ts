/**
 * OLD still alive, or its directory left behind (DESIGN §5): a clean stop of it, which its full GUID confirms (law 7's one
 * exception), its directory as the source, or the archive as it is. Nothing is stopped but by a person at a terminal.
 */
import type { Context } from "../../../action.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import type { ChoiceQuestion } from "../../../ports/operator.ts";
import { type Remains, remainsText } from "./old-remains.ts";

export interface Origin {
  readonly stop: readonly Remains[];
  /** It goes on living, and writing to its archive. */
  readonly goesOn: boolean;
  /** The database that is the source instead of the archive. */
  readonly database: Remains | undefined;
}

interface Left {
  readonly guid: string;
  readonly remains: readonly Remains[];
}

/** Throws `question-unanswered` if nobody is there, `guard-refused` if the GUID is not typed. */
export async function chooseOrigin(context: Context, left: Left): Promise<Origin> {
  const running = left.remains.filter(({ state }) => state === "running");
  const [database, ...others] = left.remains.filter((each) => each.database !== "");
  const only = others.length === 0 ? database : undefined;
  const answer = await answerOf(context, questionOf(left, { running, only }));
  if (answer === "archive") return { stop: [], goesOn: running.length > 0, database: undefined };
  if (answer !== "stop" && !(answer === "directory" && only !== undefined))
    throw refuse("input-invalid", `"${answer}" is none of the choices`).advise("Choose one of those that were shown.");
  if (running.length > 0) await requireGuid(context, left.guid, running);
  return { stop: running, goesOn: false, database: answer === "directory" ? only : undefined };
}

function questionOf(
  { remains }: Left,
  { running, only }: { readonly running: readonly Remains[]; readonly only: Remains | undefined },
): ChoiceQuestion {
  const stop = {
    value: "stop",
    label: "stop it cleanly, then recover its archive",
    consequence:
      "PostgreSQL archives its last segment as it shuts down; releases before 0.8.1 are killed instead, and lose it",
    byPerson: true,
  } as const;
  const directory = {
    value: "directory",
    label: `recover ${only?.database ?? ""} itself`,
    consequence: `it holds what its own server wrote, which is little when that ended early; the proof wants all that the archive holds; it is copied on its cell${running.length > 0 ? " once its container is stopped" : ""}, and stays as it is`,
    // Nobody has looked how far it goes: a replica that died long ago leaves a directory too.
    byPerson: true,
  } as const;
  const archive = {
    value: "archive",
    label: "recover the archive as it is",
    consequence: `what was never archived is not recovered${running.length > 0 ? "; the old container goes on, and writes on to its archive" : ""}`,
  };
  return {
    kind: "choice",
    id: "old-instance",
    prompt: "What is to be recovered?",
    why: "A logged deletion can have failed on the cell. What is left there can be newer than the archive.",
    details: remains.map(remainsText),
    choices: [...(running.length > 0 ? [stop] : []), ...(only === undefined ? [] : [directory]), archive],
    recommended: only === undefined ? (running.length > 0 ? "stop" : "archive") : "directory",
  };
}

async function answerOf(context: Context, question: ChoiceQuestion): Promise<string> {
  try {
    return (await context.ask(question)).value;
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "question-unanswered") throw error;
    throw refuse("question-unanswered", (question.details ?? []).join("; ")).advise(
      `Its data can be newer than the archive: choose between a clean stop, its data directory and the archive as it is. ${error.remedy}`,
      error,
    );
  }
}

async function requireGuid(context: Context, guid: string, running: readonly Remains[]): Promise<void> {
  const answer = await context.ask({
    kind: "typed",
    id: "old-guid",
    prompt: "Type the full GUID of the deleted instance to have it stopped",
    why: "Whoever still uses it loses the connection. It is stopped, not removed: it can be started again.",
    expected: guid,
    details: running.map(remainsText),
  });
  if (answer.value === guid) return;
  throw refuse("guard-refused", `"${answer.value}" is not the GUID of the deleted instance`)
    .at(guid)
    .advise("Nothing was stopped. Resume and type its full GUID, or begin anew and choose the archive as it is.");
}
