/** Reasons why a backup cannot be tested, apart from its own faults: exit 15, never 21. */
import { RecoverError, refuse } from "../../../errors.ts";

export function untested(message: string, { remedy, place }: { readonly remedy: string; readonly place: string }) {
  return refuse("could-not-test", message).at(place).advise(remedy);
}

/** Refusals that elsewhere protect something; here nothing but the test is at stake. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  "command-failed",
  "deadline-passed",
  "does-not-fit",
  "guard-refused",
  "locked",
  "object-changed",
  "target-not-fresh",
]);

/** Turns an error that lies outside the backup into `could-not-test`; leaves every other error as it is. */
export function asUntested(thrown: unknown): unknown {
  if (!(thrown instanceof RecoverError) || !OF_THE_MACHINE.has(thrown.code)) return thrown;
  const { message, remedy, place, effect } = thrown;
  return new RecoverError("could-not-test", message, {
    ...{ remedy, effect, cause: thrown },
    ...(place === undefined ? {} : { place }),
  });
}
