/** `report --trend`: how tests of backups went, as a table, a picture or JSON. */
import { EXIT, RecoverError } from "../errors.js";
import { quoted } from "../printable.js";
import { backupTestOf } from "../report/backup-test.js";
import { type Trend, trendLines, trendsOf, trendSvg } from "../report/backup-trend.js";
import { createOutput } from "../ui/output.js";
import { backupTests } from "./backup-tests.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { writeOwnText } from "./own-text.js";
import { openStateDirectory } from "./state.js";

export async function reportTrend(
  given: GlobalArguments & { readonly run?: string | undefined; readonly svg?: string | undefined },
): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  const one = given.run === undefined ? undefined : backupTestOf(state.read(state.find(given.run)).entries);
  if (given.run !== undefined && one === undefined) throw noTest(given.run);
  const tests = backupTests(state, one?.rehearsal ?? false);
  const trends = trendsOf(one === undefined ? tests : tests.filter(({ archive }) => archive === one.archive));
  if (given.svg !== undefined) {
    writePicture(given.svg, trends);
    screen.error(`written to ${given.svg}`);
  }
  if (given.json) screen.json({ schema: "dingo-recover/backup-trend@1", trends });
  else for (const line of trends.length === 0 ? [NONE] : linesOf(trends)) screen.line(line);
  if (one === undefined && backupTests(state, true).length > 0) screen.error(LEFT_OUT);
  return await Promise.resolve(EXIT.done);
}

const NONE = "no backup was tested here: dingo-recover run test-backup";

const LEFT_OUT = "Rehearsals are left out; dingo-recover report RUN --trend shows them, RUN being one of them.";

const linesOf = (trends: readonly Trend[]): readonly string[] =>
  trends.flatMap((trend, index) => [...(index === 0 ? [] : [""]), ...trendLines(trend)]);

function writePicture(file: string, trends: readonly Trend[]): void {
  const [trend, ...others] = trends;
  if (trend === undefined || others.length > 0)
    throw new RecoverError("usage", `a picture shows the tests of one archive, and there are ${trends.length} here`, {
      remedy: "Name a run of the archive: dingo-recover report RUN --trend --svg FILE.",
      place: file,
      effect: "none",
    });
  writeOwnText(file, secrets.mask(trendSvg(trend)), "Name a file with --svg that can be written.");
}

function noTest(run: string): RecoverError {
  return new RecoverError("usage", `run ${quoted(run)} is no test of a backup`, {
    remedy: "Leave the run out to see all tests: dingo-recover report --trend.",
    effect: "none",
  });
}
