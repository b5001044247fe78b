/**
 * The way back of a whole run, last step first. It is asked for once: a target that is typed if anything is disrupted,
 * a y/n if only what the run made is renamed or removed.
 */
import { EFFECTS, type Effect } from "../../action.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { sha256 } from "../journal/line.ts";
import type { Answer, StepCommands } from "../../ports/operator.ts";
import { hashCommands } from "../state/foresight.ts";
import { confirmFlag, decideFlag, doubtDecidedFor } from "../steps/decided.ts";
import { askNow } from "../steps/questions.ts";
import type { Session } from "../state/session.ts";
import { decisionOf, outgrownNames, unitName } from "../state/state.ts";
import { markUndone, undoUnit, undoUnitTitle } from "../steps/undo-step.ts";
import { isLeft, strangersTo, type UnitToUndo, unitsToUndo, wayBackOf } from "../steps/way-back.ts";

/** Errors: those of the consent, and those of the steps' ways back. */
export async function undoAll(session: Session): Promise<void> {
  const units = unitsToUndo(session.plan, session.state);
  await consentToUndo(session, units);
  for (const one of units) {
    await session.checkStop();
    if (one.undo === undefined) await takeOperatorsWord(session, one);
    else await undoUnit(session, one);
  }
}

/**
 * Beyond a point of no return nothing is begun: a run that is half undone helps nobody. It is called before the journal says
 * that the run goes back. Error: `guard-refused`.
 */
export function refuseWithoutWay(session: Session): void {
  const units = unitsToUndo(session.plan, session.state);
  const strange = [...strangersTo(session.plan, session.state), ...outgrownNames(session.state)].filter(
    (name) => !isSaidUndone(session, name),
  );
  const without = units.filter(({ undo, unit }) => undo === undefined && !isSaidUndone(session, unitName(unit)));
  const names = [...without.map(({ unit }) => unitName(unit)), ...strange];
  if (names.length === 0) return;
  tellOutgrown(session);
  throw refuse("guard-refused", `there is no way back by the tool from: ${names.join(", ")}`)
    .at(`step ${names[0] ?? ""}`)
    .advise(
      `Undo these by hand, then continue with "dingo-recover undo ${session.state.run}${names.map((name) => ` ${decideFlag(name, "by-hand")}`).join("")}".`,
    );
}

/** Names what a person must take back: the names of attempts do not tell it. */
function tellOutgrown(session: Session): void {
  for (const [name, attempts] of session.state.outgrown)
    for (const { attempt, input } of attempts)
      session.emit({ type: "note", message: `${name}@${attempt} acted on ${JSON.stringify(input)}` });
}

function isSaidUndone(session: Session, name: string): boolean {
  const earlier = decisionOf(session.state, { step: name }, { back: true })?.decision;
  return (doubtDecidedFor(session, { step: name }) ?? earlier) === "by-hand";
}

async function takeOperatorsWord(session: Session, one: UnitToUndo): Promise<void> {
  const why = "the step has no way back by the tool";
  await session.ledger.append({
    type: "decided",
    ...one.unit,
    decision: "by-hand",
    by: "flag",
    operator: session.options.carrier.operator,
    why,
    back: true,
  });
  const evidence = "undone by hand, on the operator's word: nothing can probe it";
  await markUndone(session, one, { how: "by-hand", evidence });
}

/** An approval is of the commands that were shown, and holds while exactly these are left to run. */
async function consentToUndo(session: Session, units: readonly UnitToUndo[]): Promise<void> {
  const commands = Object.fromEntries(units.map((one) => [nameBack(one), hashCommands(one.commands)]));
  const effect = worstOf(units);
  if (effect === "read" || isApproved(session, commands)) return;
  const answer = effect === "create" ? await askToRemove(session, units) : await askForTarget(session, units);
  await session.ledger.append({
    type: "approved",
    steps: Object.keys(commands),
    shownSha256: sha256(JSON.stringify([commands, detailsOf(units)])),
    commandsSha256: commands,
    by: answer.by,
  });
}

const nameBack = ({ unit }: UnitToUndo): string => `undo ${unitName(unit)}`;

function isApproved(session: Session, commands: Readonly<Record<string, string>>): boolean {
  return session.state.approvals.some((approval) =>
    Object.entries(commands).every(([name, hash]) => approval.commandsSha256[name] === hash),
  );
}

const effectsOf = (units: readonly UnitToUndo[]): readonly Effect[] =>
  units.map(({ undo }) => (undo === undefined || isLeft(undo) ? "read" : undo.effect));

function worstOf(units: readonly UnitToUndo[]): Effect {
  const effects = effectsOf(units);
  return EFFECTS.findLast((effect) => effects.includes(effect)) ?? "read";
}

const WHY = "What this run did is taken back. m shows the commands.";

async function askToRemove(session: Session, units: readonly UnitToUndo[]): Promise<Answer> {
  const prompt = `Undo run ${session.state.run}?`;
  await session.ledger.append({ type: "asked", question: "consent-undo", prompt });
  const shown = { why: WHY, details: detailsOf(units), commands: commandsOf(units) };
  const question = { kind: "confirm", id: "consent-undo", prompt, ...shown } as const;
  const answer = await askNow(session, question, { effect: "create", remedy: "Approve it with --yes." });
  if (answer.value === "yes") return answer;
  throw declined(session);
}

async function askForTarget(session: Session, units: readonly UnitToUndo[]): Promise<Answer> {
  const expected = session.state.target ?? "";
  const { confirm } = session.options.flags;
  const prompt = `Undo everything that this run did to ${expected}?`;
  await session.ledger.append({ type: "asked", question: "consent-undo", prompt });
  if (confirm !== undefined && confirm === expected) {
    session.emit({ type: "answered", question: "consent-undo", by: "flag", option: confirmFlag(confirm) });
    return { value: confirm, by: "flag" };
  }
  const shown = { why: WHY, details: detailsOf(units), commands: commandsOf(units) };
  const question = { kind: "typed", id: "consent-undo", prompt, expected, ...shown } as const;
  const answer = await askNow(session, question, {
    effect: "destroy",
    remedy: `Approve it with --confirm "${expected}".`,
  });
  if (answer.value === expected) return answer;
  if (answer.value === "") throw declined(session);
  throw refuse("confirm-mismatch", `"${answer.value}" is not the target of this run, which is "${expected}"`).advise(
    `Look at the target again; if it is the right one, give --confirm "${expected}".`,
  );
}

/** The steps that go back, with their costs. Steps that stay as they are come last, right above the answer. The commands are behind "m". */
function detailsOf(units: readonly UnitToUndo[]): readonly string[] {
  const left = units.filter(({ undo }) => undo === undefined || isLeft(undo));
  const back = units.flatMap((one) => {
    const { undo, unit } = one;
    return undo === undefined || isLeft(undo) ? [] : [`${unitName(unit)} (${undo.effect}): ${undo.cost}`];
  });
  return [
    ...headed("taken back, last step first:", back),
    ...headed(
      "not taken back:",
      left.map(({ unit, undo }) => `${unitName(unit)}: ${wayBackOf(undo)}`),
    ),
  ];
}

const headed = (head: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [head, ...lines.map((line) => `  ${line}`)];

function commandsOf(units: readonly UnitToUndo[]): readonly StepCommands[] {
  const withCommands = units.filter(({ commands }) => commands.length > 0);
  return withCommands.map((one) => ({ step: unitName(one.unit), title: undoUnitTitle(one), commands: one.commands }));
}

function declined(session: Session): RecoverError {
  return refuse("stopped-by-operator", "the operator did not approve the undo").advise(
    `Nothing was taken back. Ask for it again with "${session.resumeCommand}".`,
  );
}
