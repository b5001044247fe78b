/**
 * The name is taken (dingo.md §8, row 23; law 7): an empty instance, made after the deletion, can be adopted by an
 * operator who types its full GUID; anything else is left as it is, and another name is offered, with an exchange of names
 * at the end. Without anybody there it is refused.
 */
import type { Context } from "../../../action.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import { saidLine } from "../../../kit/log-patterns/said-line.ts";
import { PATRONI } from "../../../kit/log-patterns/start-up.ts";
import type { CfSpace, ServiceInstance } from "../../../ports/cloud-foundry.ts";
import type { ChoiceQuestion } from "../../../ports/operator.ts";
import { containersOf } from "../docker/locate-container.ts";
import { inspectTaken, nameTaken, type Taken } from "./inspect-taken.ts";

interface WantedName {
  readonly space: CfSpace;
  readonly name: string;
  readonly deployment: string;
  /** "" if it is not known. */
  readonly deletedAt: string;
}

interface ChosenName {
  /** Of the instance that the recovery works on. */
  readonly name: string;
  /** GUID of the instance that is adopted; "" if a new one is made. */
  readonly adopt: string;
  /** GUID of the instance that gives its name away at the end; "" for none. */
  readonly exchangeWith: string;
}

/** Throws `wreck-found`, `name-taken`, `question-unanswered`, `guard-refused`. */
export async function chooseName(context: Context, wanted: WantedName): Promise<ChosenName> {
  const { space, name } = wanted;
  const taken = await context.ports.cf.findInstance(space.guid, name);
  if (taken === undefined) return { name, adopt: "", exchangeWith: "" };
  const place = `${space.orgName}/${space.name}/${name}`;
  if (taken.kind === "user-provided") throw nameTaken(taken, place);
  const wreck = await wreckOf(context, wanted, taken);
  const found = await inspectTaken(context, taken, wanted);
  const other = await freeName(context, space, name);
  const question = wreck === undefined ? questionOf(taken, found, other) : wreckQuestion(wreck, name, other);
  const answer = await answerOf(context, question, { wreck, found, taken, place });
  if (answer === "adopt" && found.adoptable) return await adopt(context, taken, found);
  if (answer === "exchange") return { name: other, adopt: "", exchangeWith: taken.guid };
  if (answer === "other") return { name: other, adopt: "", exchangeWith: "" };
  throw wreck ?? nameTaken(taken, place);
}

async function answerOf(
  context: Context,
  question: ChoiceQuestion,
  at: {
    readonly wreck: RecoverError | undefined;
    readonly found: Taken;
    readonly taken: ServiceInstance;
    readonly place: string;
  },
): Promise<string> {
  try {
    return (await context.ask(question)).value;
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "question-unanswered") throw error;
    const refused = at.wreck ?? (at.found.adoptable ? undefined : nameTaken(at.taken, at.place));
    if (refused !== undefined) throw refused.with({ remedy: `${refused.remedy} ${error.remedy}` });
    throw refuse("question-unanswered", `"${at.taken.name}" is taken by an empty instance (${at.taken.guid})`)
      .at(at.place)
      .advise(`It is adopted at a terminal alone. ${error.remedy}`, error);
  }
}

function questionOf(taken: ServiceInstance, found: Taken, other: string): ChoiceQuestion {
  const adoptIt = {
    value: "adopt",
    label: `adopt it: its GUID ${taken.guid} is typed next`,
    consequence: "its empty database is moved aside and the old one takes its place; name, address and GUID stay",
    byPerson: true,
  } as const;
  return {
    kind: "choice",
    id: "taken-name",
    prompt: `"${taken.name}" exists already. What is to be done?`,
    why: found.adoptable
      ? "Somebody has created it anew, and nobody has used it."
      : "It is left as it is: what it holds may be somebody's only copy.",
    details: found.facts,
    choices: [...(found.adoptable ? [adoptIt] : []), ...otherNames(taken.name, other)],
    recommended: found.adoptable ? "adopt" : "exchange",
  };
}

function otherNames(name: string, other: string): ChoiceQuestion["choices"] {
  return [
    {
      value: "exchange",
      label: `recover into "${other}", and exchange the names at the end`,
      consequence: `"${name}" is then the recovered one; the other keeps its data and its bindings under a name of its own`,
    },
    { value: "other", label: `recover into "${other}"`, consequence: "both names stay" },
  ];
}

function wreckQuestion(wreck: RecoverError, name: string, other: string): ChoiceQuestion {
  return {
    kind: "choice",
    id: "taken-name",
    prompt: `${wreck.message}. What is to be done?`,
    why: "It is left as it is: it never held anything but a copy, and its log shows what went wrong.",
    choices: otherNames(name, other),
    // Docker goes on to restart it, and counts.
    about: `the wreck that is called "${name}"`,
    recommended: "exchange",
  };
}

/** Law 7: the operator types the full GUID right after reading what the instance is. */
async function adopt(context: Context, taken: ServiceInstance, { facts }: Taken): Promise<ChosenName> {
  const answer = await context.ask({
    kind: "typed",
    id: "adopt-guid",
    prompt: "Type the full GUID of the instance to adopt it",
    why: "From then on it is treated as made by this run: stopped, emptied and filled with the old database.",
    expected: taken.guid,
    details: facts,
  });
  if (answer.value === taken.guid) return { name: taken.name, adopt: taken.guid, exchangeWith: "" };
  throw refuse("guard-refused", `"${answer.value}" is not the GUID of "${taken.name}"`)
    .at(taken.guid)
    .advise("Nothing was changed. Resume and type its full GUID, or begin anew and choose another name.");
}

async function freeName(context: Context, space: CfSpace, name: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const other = number === 1 ? `${name}-recovered` : `${name}-recovered-${number}`;
    if ((await context.ports.cf.findInstance(space.guid, other)) === undefined) return other;
  }
}

/** The marks of a recovery by the published page: a container that Docker restarts for ever (real-parts.md §3.1). */
async function wreckOf(
  context: Context,
  { deployment, name }: WantedName,
  taken: ServiceInstance,
): Promise<RecoverError | undefined> {
  const containers = await containersOf(context, deployment, taken.guid);
  const looping = containers.find(({ container }) => container.restartCount > 1 || container.status === "restarting");
  if (looping === undefined) return undefined;
  const lines = await looping.cell.docker.logs(looping.container.name, recentLives(looping.container.startedAt));
  const mismatch = lines.findLast((line) => PATRONI.systemIdMismatch.says.test(saidLine(line).text));
  return refuse(
    "wreck-found",
    `"${name}" (${taken.guid}) is the wreck of a recovery: Docker restarted ${looping.container.name} ${looping.container.restartCount} times${mismatch === undefined ? "" : `; ${mismatch.trim()}`}`,
  )
    .at(`${looping.container.name} on ${looping.cell.label}`)
    .advise(
      "Its data directory holds another system identifier than /service/GUID/initialize in etcd; it is left as it is. Recover into a fresh instance with --input new_name=NAME.",
    );
}

/** This life may not have come to its end yet; Docker waits a minute at most between two. */
const LIVES_MS = 10 * 60_000;

function recentLives(startedAt: string): string {
  const started = Date.parse(startedAt);
  return Number.isNaN(started) ? startedAt : new Date(started - LIVES_MS).toISOString();
}
