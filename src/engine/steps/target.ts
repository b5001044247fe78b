/** The target and the lock keys: fixed as soon as what they refer to is known, and locked before anything is changed. */
import type { Json } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { references } from "../runbook/resolve.ts";
import type { Template } from "../runbook/runbook.ts";
import { checkConfirm } from "./consent.ts";
import { has } from "../state/scope.ts";
import { requireWhole } from "../state/secret-names.ts";
import type { Session } from "../state/session.ts";

/** Errors: `locked`, `confirm-mismatch`, `secret-in-name`. */
export async function fixTarget(session: Session): Promise<void> {
  const { runbook, locks: keeper } = session.options;
  const { state } = session;
  const target = state.target ?? resolved(session, runbook.target);
  if (target === undefined) return;
  const locks = runbook.locks.flatMap((template) => resolved(session, template) ?? []);
  const fresh = locks.filter((key) => key !== "" && !state.locks.includes(key));
  if (state.target !== undefined && fresh.length === 0) return;
  await keeper.acquire(fresh);
  await session.ledger.append({ type: "target-fixed", target, locks: [...new Set(fresh)] });
  if (state.target === undefined) session.emit({ type: "target-fixed", target });
  checkConfirm(session);
}

/**
 * Of a journal from elsewhere: what is typed to confirm is what its inputs and findings make, and no name that somebody
 * wrote over them. Errors: `guard-refused`.
 */
export function requireMadeTarget(session: Session): void {
  const { target } = session.state;
  if (target === undefined) return;
  const made = resolved(session, session.options.runbook.target);
  if (made === target) return;
  const what = made === undefined ? "nothing in it says what the target would be" : `its inputs make ${quoted(made)}`;
  throw refuse("guard-refused", `the journal calls ${quoted(target)} its target, and ${what}`)
    .at(`run ${session.state.run}`)
    .advise("Nothing was changed. Ask who made it, or begin a run of your own with the right inputs.");
}

/** No step may change anything before its target has a name and a lock. Errors: `runbook-invalid`. */
export function requireTarget(session: Session): void {
  const { runbook } = session.options;
  const open = runbook.locks.some((template) => resolved(session, template) === undefined);
  if (session.state.target !== undefined && !open) return;
  throw refuse("runbook-invalid", "a step would change something before the target and its locks are known")
    .at(runbook.file)
    .advise("Let `target` and `locks` refer only to inputs and to steps before the first one that changes something.");
}

/** Undefined while a reference has no value; a null value means that there is nothing to lock. */
function resolved(session: Session, template: Template): string | undefined {
  const scope = session.scope();
  if (!references(template).every((path) => has(scope, path))) return undefined;
  const value: Json = session.options.evaluator.resolve(template, scope);
  requireWhole(session.options.secrets, value, { what: "the target", place: session.options.runbook.file });
  return value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
