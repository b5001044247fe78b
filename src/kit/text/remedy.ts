/**
 * Remedies of adapters say how a run goes on: "…, then resume", "…, then try again". Here is what a command says with them
 * that is no run.
 */
import { RecoverError } from "../../errors.ts";

const GOES_ON = /[,;] (?:and )?then (?:(?:run or )?resume(?: the run)?|try again)\.$/u;

/** For a place where no run has begun. */
export function withoutGoingOn(remedy: string): string {
  return remedy.replace(GOES_ON, ".");
}

/** For a command that goes on from what it finds. */
export function goingOnByCommand(remedy: string): string {
  return remedy.replace(GOES_ON, ", then run the same command again.");
}

/** The error of a command that is no run. Anything but a RecoverError is given back as it is. */
export function ofCommand(thrown: unknown): unknown {
  if (!(thrown instanceof RecoverError)) return thrown;
  const remedy = goingOnByCommand(thrown.remedy);
  return remedy === thrown.remedy ? thrown : thrown.with({ remedy });
}
