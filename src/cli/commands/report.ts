import { EXIT, refuse } from "../../errors.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { referencesIn } from "../../engine/journal/evidence.ts";
import { evidenceHolds } from "../../engine/journal/verification.ts";
import { unitsOf } from "../../report/digest.ts";
import { htmlOf } from "../../report/html.ts";
import { incidentUpdate } from "../../report/incident.ts";
import { markdownOf } from "../../report/markdown.ts";
import { storageFindings } from "../../report/storage.ts";
import { growYoungBy } from "../../kit/process/optimizing.ts";
import { asCalled } from "../../kit/process/called-as.ts";
import { optional } from "../../kit/optional.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments, ReportFormat } from "../options/options.ts";
import { requireNotLost } from "../runs/never-began.ts";
import { writeOwnText } from "../process/own-text.ts";
import { formatFor } from "../options/report-format.ts";
import { batchIn, reportOf } from "../runs/run-report.ts";
import { openStateDirectory } from "../process/state.ts";

export interface ReportQuestion extends GlobalArguments {
  readonly run?: string | undefined;
  /** Absent: that of the output's name. */
  readonly format?: ReportFormat | undefined;
  readonly output?: string | undefined;
}

export async function report(given: ReportQuestion): Promise<number> {
  const screen = createOutput({ secrets, color: given.color, isForOthers: true });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = directory.find(given.run ?? named(directory));
  // Loads `node:crypto` before the journal's first line needs it.
  process.getBuiltinModule("node:crypto");
  growYoungBy(16);
  const format = given.format ?? formatFor(given.output);
  const { about, whole, text } =
    format === "update" ? updateAbout(directory, run) : reportAbout(directory, run, format);
  if (given.output !== undefined) {
    const isReplaced = writeOwnText(given.output, `${secrets.mask(text).trimEnd()}\n`, REMEDY);
    screen.error(
      `written to ${given.output}, as ${format}${isReplaced ? ", in place of the file that was there" : ""}`,
    );
  }
  if (given.json) screen.json(format === "json" ? whole : { ...about, text });
  else if (given.output === undefined && format === "json") screen.json(whole);
  else if (given.output === undefined) for (const line of text.trimEnd().split("\n")) screen.line(line);
  if (given.output === undefined && given.format === undefined && !given.json && screen.isTerminal)
    screen.error(asCalled(`In a few sentences: dingo-recover report ${run} --format update`));
  return await Promise.resolve(EXIT.done);
}

/** Which one is meant is not guessed: a report is sent to people. */
function named(directory: StateDirectory): never {
  const last = [...directory.list()].sort().at(-1);
  throw refuse("usage", "the run to report is missing").advise(
    last === undefined
      ? "No run has begun here: begin one with dingo-recover run."
      : `Name one, such as dingo-recover report ${last}; dingo-recover runs lists all.`,
  );
}

interface Written {
  readonly about: object;
  /** Of JSON alone: the report as a document. */
  readonly whole: object;
  readonly text: string;
}

/** Some sentences need no report. */
function updateAbout(directory: StateDirectory, run: string): Written {
  const { entries, head } = directory.read(run);
  requireNotLost(directory, run, entries);
  const chainHolds = evidenceHolds(directory.directoryOf(run), referencesIn(entries));
  const about = { schema: SCHEMA, run, head, chainHolds, format: "update" };
  return {
    about,
    whole: about,
    text: incidentUpdate(entries, { batch: batchIn(directory, entries), carried: directory.isCarried(run) }),
  };
}

function reportAbout(directory: StateDirectory, run: string, format: Exclude<ReportFormat, "update">): Written {
  const { entries, head, holds, document } = reportOf(directory, run, { isAbridged: format !== "json" });
  requireNotLost(directory, run, entries);
  const about = { schema: SCHEMA, run, head, chainHolds: holds, format };
  switch (format) {
    case "markdown":
      return { about, whole: about, text: markdownOf(document) };
    case "html":
      return { about, whole: about, text: htmlOf(document) };
    case "json": {
      const findings = storageFindings(unitsOf(entries));
      const whole = { ...about, ...document, ...optional("findings", findings) };
      return { about, whole, text: JSON.stringify(whole) };
    }
  }
}

const SCHEMA = "dingo-recover/report@1";

const REMEDY = "Name a file with -o that can be written, or leave -o out: then the report goes to stdout.";
