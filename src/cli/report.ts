import { EXIT, RecoverError } from "../errors.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { referencesIn } from "../journal/evidence.js";
import { evidenceHolds } from "../journal/verification.js";
import { unitsOf } from "../report/digest.js";
import { htmlOf } from "../report/html.js";
import { incidentUpdate } from "../report/incident.js";
import { markdownOf } from "../report/markdown.js";
import { storageFindings } from "../report/storage.js";
import { growYoungBy } from "../optimizing.js";
import { optional } from "../optional.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { GlobalArguments, ReportFormat } from "./options.js";
import { requireNotLost } from "./never-began.js";
import { writeOwnText } from "./own-text.js";
import { formatFor } from "./report-format.js";
import { reportOf } from "./run-report.js";
import { openStateDirectory } from "./state.js";

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
  // What a journal is hashed with is loaded otherwise when its first line is.
  process.getBuiltinModule("node:crypto");
  growYoungBy(16);
  const format = given.format ?? formatFor(given.output);
  const { about, whole, text } =
    format === "update" ? updateAbout(directory, run) : reportAbout(directory, run, format);
  if (given.output !== undefined) {
    writeOwnText(given.output, `${secrets.mask(text).trimEnd()}\n`, REMEDY);
    screen.error(`written to ${given.output}, as ${format}`);
  }
  if (given.json) screen.json(format === "json" ? whole : { ...about, text });
  else if (given.output === undefined && format === "json") screen.json(whole);
  else if (given.output === undefined) for (const line of text.trimEnd().split("\n")) screen.line(line);
  return await Promise.resolve(EXIT.done);
}

/** Which one is meant is not guessed: a report is sent to people. */
function named(directory: StateDirectory): never {
  const last = [...directory.list()].sort().at(-1);
  throw new RecoverError("usage", "the run to report is missing", {
    remedy:
      last === undefined
        ? "No run has begun here: begin one with dingo-recover run."
        : `Name one, such as dingo-recover report ${last}; dingo-recover runs lists all.`,
    effect: "none",
  });
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
  return { about, whole: about, text: incidentUpdate(entries) };
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
