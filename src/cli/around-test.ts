/** Around a test of a backup: room before it; after it its outcome for Prometheus, and an alert where it is not good. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { asRecoverError, EXIT } from "../errors.js";
import { type BackupTest, backupTestOf } from "../report/backup-test.js";
import { metricsOf } from "../report/backup-metrics.js";
import { REHEARSAL_VARIABLE } from "../rehearsal/variable.js";
import { createOutput } from "../ui/output.js";
import { raise, writeMetrics } from "./alert-channel.js";
import { backupTests } from "./backup-tests.js";
import { configOf } from "./configuration.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { openStateDirectory } from "./state.js";
import { sweepTests } from "./sweep-tests.js";
import { readableEntries } from "./readable-entries.js";

/** Not an outcome: somebody stopped it, or another process is at it. */
const NO_OUTCOME: readonly number[] = [EXIT.interrupted, EXIT.locked];

/** Makes room: what tests left that were killed. */
export async function beforeTest(given: GlobalArguments & { readonly quiet?: boolean | undefined }): Promise<void> {
  const { openLeftCopies } = await import("../wiring.js");
  const screen = createOutput({ secrets, color: given.color });
  const rehearsal = process.env[REHEARSAL_VARIABLE] !== undefined;
  const copies = openLeftCopies({ env: process.env, signal: new AbortController().signal });
  const say = (text: string): void => (given.quiet === true ? undefined : screen.error(text));
  await sweepTests({ state: openStateDirectory({ stateDir: given["state-dir"] }), copies, rehearsal, say });
}

/** Does nothing after a run of another runbook. What cannot be delivered is said, and changes no exit code. */
export async function afterTest(given: GlobalArguments, run: string, code: number): Promise<void> {
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  if (!state.list().includes(run)) return;
  const test = backupTestOf(readableEntries(state, run));
  if (test === undefined || NO_OUTCOME.includes(code)) return;
  const alert = (await configOf(given, ["alert"])).alert ?? {};
  const tell = (thrown: unknown): void =>
    createOutput({ secrets, color: given.color }).error(asRecoverError(thrown).message);
  if (alert.metrics !== undefined) {
    const history = backupTests(state, test.rehearsal).filter(({ archive }) => archive === test.archive);
    const lastSuccess = history.findLast(({ verdict }) => verdict === "good")?.at ?? "";
    attempt(() => writeMetrics(alert.metrics ?? "", metricsName(test.archive), metricsOf({ test, lastSuccess })), tell);
  }
  if (code !== EXIT.done) await raise(alert, alertOf(test, code)).catch(tell);
}

/** A test that was refused before it was a run is a test that does not run. */
export async function afterRefusal(given: GlobalArguments, thrown: unknown): Promise<void> {
  const { code, message, exitCode } = asRecoverError(thrown);
  try {
    const { alert } = await configOf(given, ["alert"]);
    await raise(alert ?? {}, {
      ...HEAD,
      verdict: "untested",
      exitCode,
      host: hostname(),
      code,
      text: message,
      findings: [],
    });
  } catch (failed) {
    // The configuration itself may be what is wrong: whoever called is told of that in any case.
    if (!["config-invalid", "config-untrusted"].includes(asRecoverError(failed).code))
      createOutput({ secrets, color: given.color }).error(asRecoverError(failed).message);
  }
}

const HEAD = { schema: "dingo-recover/alert@1", runbook: "test-backup" } as const;

function alertOf({ run, at, archive, verdict, why, found }: BackupTest, exitCode: number): object {
  const grave = (found?.findings ?? []).filter(({ severity }) => severity !== "note");
  const text =
    verdict === "untested"
      ? `the backup ${archive} could not be tested: ${why}`
      : `the backup ${archive} is ${verdict}: ${grave.map(({ message }) => message).join("; ")}`;
  return { ...HEAD, run, at, archive, verdict, exitCode, host: hostname(), text, findings: grave };
}

const metricsName = (archive: string): string =>
  `dingo_recover_backup_${createHash("sha256").update(archive).digest("hex").slice(0, 12)}.prom`;

function attempt(work: () => void, tell: (thrown: unknown) => void): void {
  try {
    work();
  } catch (thrown) {
    tell(thrown);
  }
}
