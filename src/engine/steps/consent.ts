/**
 * Consent (law 8): scaled to damage, asked once for each group of steps, and asked again only if a shown fact changed.
 *
 * Create: a y/n question for the one unit. Disrupt and destroy: the target is typed once for the *window*, all steps
 * from here up to the next review or the end, creations among them too. An approval holds for a unit while the review
 * rows and the hash of its printed commands are the same. If nobody could tell these commands at the approval, the rows
 * alone count.
 */
import type { Json, JsonObject, PrintedCommand, ReviewRow } from "../../action.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { sha256 } from "../journal/line.ts";
import type { Answer, ConfirmQuestion, TypedQuestion } from "../../ports/operator.ts";
import { typedLines } from "../../kit/text/typed-lines.ts";
import { type ForeseenUnit, foreseeUnits, foreseeWhen, hashCommands } from "../state/foresight.ts";
import { type PlannedStep, reviewBefore, windowFrom } from "../state/plan.ts";
import { confirmFlag } from "./decided.ts";
import { askNow } from "./questions.ts";
import { outputOf } from "../state/scope.ts";
import type { Session } from "../state/session.ts";
import { stateOf, type Unit, unitName } from "../state/state.ts";
import { isFinished } from "../state/transition.ts";
import { isFinal, isLeft, wayBackOf } from "./way-back.ts";

export interface ConsentRequest {
  readonly planned: PlannedStep;
  readonly unit: Unit;
  readonly commands: readonly PrintedCommand[];
}

/** Who agreed: an earlier approval or a flag, a person just now, or one who has done the step by hand instead. */
export type Consent = "given" | "given-now" | "by-hand";

/**
 * After a person was asked just now the guard has to look once more.
 * Errors: `question-unanswered`, `stopped-by-operator`, `confirm-mismatch`.
 */
export async function obtainConsent(session: Session, request: ConsentRequest): Promise<Consent> {
  if (request.planned.effect === "read" || isApproved(session, request)) return "given";
  const answer = asksAlone(session, request.planned)
    ? await askToCreate(session, request)
    : await askForWindow(session, request);
  if (answer.value === BY_HAND) return "by-hand";
  return answer.by === "flag" ? "given" : "given-now";
}

const BY_HAND = "by-hand";

/** "Done by hand" is offered only for a step that can be probed, because only the world can confirm it. */
function offersByHand({ step: { action } }: PlannedStep): { readonly byHand?: true } {
  return action.effect === "read" ? {} : { byHand: true };
}

/** Journals who said that the step was done by hand; it is nobody's approval of anything else. */
async function noteByHand(session: Session, unit: Unit, answer: Answer): Promise<Answer> {
  await session.ledger.append({ type: "answered", ...unit, question: "consent", value: BY_HAND, by: answer.by });
  return answer;
}

/** A creation is asked for alone, unless a review opened a window that goes on to disrupt or destroy. */
function asksAlone(session: Session, planned: PlannedStep): boolean {
  if (planned.effect !== "create") return false;
  if (reviewBefore(session.plan, planned.index) === undefined) return true;
  const window = windowFrom(session.plan, planned.index).filter((one) => isForeseen(session, one));
  return window.every(({ effect }) => effect === "read" || effect === "create");
}

/** Throws `confirm-mismatch` if `--confirm` names another target than the one that is fixed now. */
export function checkConfirm(session: Session): void {
  const { confirm } = session.options.flags;
  const { target } = session.state;
  if (confirm === undefined || target === undefined || confirm === target) return;
  throw mismatch(confirm, target);
}

function isApproved(session: Session, { planned, unit, commands }: ConsentRequest): boolean {
  const approval = session.state.approvals.findLast(
    ({ steps }) => steps.includes(unit.step) || steps.includes(unitName(unit)),
  );
  if (approval === undefined) return false;
  if (approval.reviewSha256 !== hashRows(rowsBefore(session, planned))) return false;
  const then = approval.commandsSha256[unitName(unit)];
  return then === undefined || then === hashCommands(commands);
}

async function askToCreate(session: Session, { planned, unit, commands }: ConsentRequest): Promise<Answer> {
  const question: ConfirmQuestion = {
    kind: "confirm",
    id: "consent",
    prompt: `${planned.step.title}?`,
    why: `The step "${unitName(unit)}" touches only things that this run makes. Nothing else changes.`,
    details: [...typedLines(commands), ...wayBackLines(planned)],
    more: [
      `After y, the run notes in its journal that "${unitName(unit)}" begins, does it, and looks whether it is done.`,
      `After n, the run stops before it. "${session.resumeCommand}" asks again.`,
    ],
    commands: [{ step: unitName(unit), title: planned.step.title, commands }],
    ...offersByHand(planned),
  };
  await session.ledger.append({ type: "asked", ...unit, question: question.id, prompt: question.prompt });
  const answer = await askNow(session, question, { unit, effect: "create", remedy: "Approve creation with --yes." });
  if (answer.value === BY_HAND) return await noteByHand(session, unit, answer);
  if (answer.value !== "yes") throw declined(session, unit);
  const agreed = { planned, names: [unitName(unit)], commands: { [unitName(unit)]: hashCommands(commands) } };
  await approve(session, agreed, answer);
  return answer;
}

const damage = (covered: readonly PlannedStep[]): string =>
  covered.some(({ effect }) => effect === "destroy")
    ? "From here on things are stopped, moved or replaced"
    : "From here on things that run are interrupted";

async function askForWindow(session: Session, request: ConsentRequest): Promise<Answer> {
  const { planned, unit } = request;
  const target = session.state.target ?? "";
  const covered = windowFrom(session.plan, planned.index).filter(
    (one) => one.effect !== "read" && !isFinished(one, session.state) && isForeseen(session, one),
  );
  const units = covered.flatMap((one) => unitsOf(session, one, request));
  const rows = rowsBefore(session, planned);
  session.emit({ type: "review", step: planned.step.id, rows, covers: covered.map(({ step }) => step.id) });
  const question: TypedQuestion = {
    kind: "typed",
    id: "consent",
    prompt: windowPrompt(target, covered, units),
    why: `${damage(covered)}: ${covered.length > MOST_NAMED ? `? names the ${covered.length} steps` : "m shows the commands"}.`,
    expected: target,
    details: [...(rows.length === 0 ? unreviewed(covered, units) : []), ...givenBack(covered)],
    more: [
      ...covered.flatMap((one) => [`${one.step.id} (${one.effect}): ${one.step.title}`, ...wayBackLines(one)]),
      ...goesBack(session, covered),
    ],
    commands: units.map((one) => ({ step: unitName(one.unit), title: titleOf(covered, one), commands: one.commands })),
    ...offersByHand(planned),
  };
  await session.ledger.append({ type: "asked", ...unit, question: question.id, prompt: question.prompt });
  const answer = await confirmWindow(session, question, unit);
  if (answer.value === BY_HAND) return await noteByHand(session, unit, answer);
  const commands = units.flatMap((one) =>
    one.known ? [[unitName(one.unit), hashCommands(one.commands)] as const] : [],
  );
  const names = covered.map(({ step }) => step.id);
  await approve(session, { planned, names, commands: Object.fromEntries(commands) }, answer);
  return answer;
}

/** No review has shown what is about to change: each step stands with its commands, and the cost of its way back. */
function unreviewed(covered: readonly PlannedStep[], units: readonly ForeseenUnit[]): readonly string[] {
  return covered.flatMap((one) => [
    `${one.step.title} (${one.effect})`,
    ...typedLines(units.filter(({ unit }) => unit.step === one.step.id).flatMap(({ commands }) => commands)),
    ...wayBackLines(one),
  ]);
}

/** Two windows of one run have the same target: one of a few steps is told by their titles. */
function windowPrompt(target: string, covered: readonly PlannedStep[], units: readonly ForeseenUnit[]): string {
  if (covered.length > MOST_NAMED) return `Go on with ${target}?`;
  const titles = covered.map(({ step: { id, title } }) => {
    const items = units.flatMap(({ unit }) => (unit.step === id && unit.item !== undefined ? [unit.item] : []));
    return items.length === 0 ? title : `${title} (${items.join(", ")})`;
  });
  return `${titles.join("; ")}: go on with ${target}?`;
}

const MOST_NAMED = 3;

function titleOf(covered: readonly PlannedStep[], { unit }: ForeseenUnit): string {
  return covered.find(({ step }) => step.id === unit.step)?.step.title ?? unit.step;
}

function wayBackLines({ step: { action } }: PlannedStep): readonly string[] {
  return action.effect === "read" ? [] : [`  undo: ${wayBackOf(action.undo)}`];
}

/** Right above the answer: what an undo gives back, and what it cannot (law 8). */
function givenBack(covered: readonly PlannedStep[]): readonly string[] {
  const mutating = covered.flatMap(({ step: { title, action } }) =>
    action.effect === "read" ? [] : [{ title: `"${title}"`, undo: action.undo }],
  );
  const final = mutating.filter(({ undo }) => isFinal(undo)).map(({ title }) => title);
  const left = mutating.filter(({ undo }) => !isFinal(undo) && isLeft(undo)).map(({ title }) => title);
  if (final.length > 0) return [`points of no return: ${final.join(", ")}`, ...leftLine("undo also leaves", left)];
  if (left.length === mutating.length) return leftLine("undo takes nothing of it back", left);
  return left.length === 0 ? ["undo takes all of it back"] : leftLine("undo takes back every step except", left);
}

const leftLine = (what: string, titles: readonly string[]): readonly string[] =>
  titles.length === 0 ? [] : [`${what}: ${titles.join(", ")}`];

/** The action by which `cleanup` knows that a run left something aside. */
const CLEANED_UP = "archive.set-aside";

/** Said only if each step that has anything to take back can be. */
function goesBack(session: Session, covered: readonly PlannedStep[]): readonly string[] {
  const undos = covered.flatMap(({ step: { action } }) => (action.effect === "read" ? [] : [action.undo]));
  if (undos.some(isFinal) || undos.every(isLeft)) return [];
  const { run, rehearsal } = session.state;
  const those = undos.some(isLeft) ? "the others" : "them";
  const setsAside = covered.some(({ step }) => step.action.id === CLEANED_UP);
  const deletes = (command: string): string => (setsAside ? `; only ${command} deletes what was moved aside` : "");
  // A rehearsal's foundation is gone at its end: what is promised of a run would be refused there.
  return [
    rehearsal
      ? `in a real run, undo takes ${those} back, last first${deletes("cleanup")}; "dingo-recover rehearse --undo" plays that`
      : `"dingo-recover undo ${run}" takes ${those} back, last first${deletes(`"dingo-recover cleanup ${run}"`)}`,
  ];
}

async function confirmWindow(session: Session, question: TypedQuestion, unit: Unit): Promise<Answer> {
  const { confirm } = session.options.flags;
  if (confirm !== undefined && confirm === question.expected) {
    const option = confirmFlag(confirm);
    session.emit({ type: "answered", step: unit.step, question: question.id, by: "flag", option });
    return { value: confirm, by: "flag" };
  }
  const remedy = `Approve these steps with --confirm "${question.expected}".`;
  const answer = await askNow(session, question, { unit, effect: "destroy", remedy });
  if (answer.value === "") throw declined(session, unit);
  if (answer.value === BY_HAND && question.byHand === true) return answer;
  if (answer.value !== question.expected) throw mismatch(answer.value, question.expected);
  return answer;
}

/** A step whose condition is false already will not run and is not part of what is asked. */
function isForeseen(session: Session, planned: PlannedStep): boolean {
  return foreseeWhen(foresight(session), planned) !== false;
}

/** The unit at hand with the commands that it will really run; the others as far as they can be told. */
function unitsOf(session: Session, planned: PlannedStep, request: ConsentRequest): readonly ForeseenUnit[] {
  return foreseeUnits(foresight(session), planned).map((one) =>
    unitName(one.unit) === unitName(request.unit) ? { ...one, known: true, commands: request.commands } : one,
  );
}

function foresight(session: Session): Parameters<typeof foreseeUnits>[0] {
  const { plan, state, options } = session;
  const skipped = plan.steps.filter(({ step }) => stateOf(state, { step: step.id }).kind === "skipped");
  const ids = new Set(skipped.map(({ step }) => step.id));
  return { run: state.run, plan, evaluator: options.evaluator, scope: session.scope(), skipped: ids };
}

interface Agreed {
  readonly planned: PlannedStep;
  readonly names: readonly string[];
  readonly commands: Readonly<Record<string, string>>;
}

async function approve(session: Session, agreed: Agreed, answer: Answer): Promise<void> {
  const { planned, names, commands } = agreed;
  const reviewSha256 = hashRows(rowsBefore(session, planned));
  await session.ledger.append({
    type: "approved",
    steps: names,
    shownSha256: sha256(JSON.stringify([reviewSha256, names, commands])),
    reviewSha256,
    commandsSha256: commands,
    by: answer.by,
  });
}

function rowsBefore(session: Session, planned: PlannedStep): readonly ReviewRow[] {
  const review = reviewBefore(session.plan, planned.index);
  const output = review === undefined ? undefined : outputOf(review, session.state);
  const rows = output?.["rows"];
  return Array.isArray(rows) ? (rows as readonly Json[]).flatMap(toRow) : [];
}

function toRow(value: Json): readonly ReviewRow[] {
  if (typeof value !== "object" || value === null) return [];
  const { label, value: shown } = value as JsonObject;
  return typeof label === "string" && typeof shown === "string" ? [{ label, value: shown }] : [];
}

function hashRows(rows: readonly ReviewRow[]): string {
  return sha256(JSON.stringify(rows));
}

function declined(session: Session, unit: Unit): RecoverError {
  return refuse("stopped-by-operator", `the operator did not approve the step "${unitName(unit)}"`)
    .at(`step ${unitName(unit)}`)
    .advise(`The step was not begun. Continue with "${session.resumeCommand}".`);
}

function mismatch(typed: string, target: string): RecoverError {
  return refuse("confirm-mismatch", `"${typed}" is not the target of this run, which is "${target}"`).advise(
    `Look at the target again; if it is the right one, give --confirm "${target}".`,
  );
}
