/** The options of the command line, as yargs reads them: one definition for parsing, `--help` and completion. */
import type { InferredOptionTypes } from "yargs";
import { keyOptions } from "./archive-options.ts";
import { flag, list, value } from "./kinds.ts";

export const globalOptions = {
  config: value("FILE", "configuration file (default ./dingo-recover.yml, then the one in your XDG config directory)"),
  "state-dir": value(
    "DIRECTORY",
    "directory of runs and locks (default $DINGO_RECOVER_STATE, then your XDG state directory)",
  ),
  json: flag("JSON on stdout and nothing else; asks nothing"),
  color: { type: "boolean", default: true, describe: "colours (--no-color or NO_COLOR: none)" },
  verbose: flag("say more: every command, every probe"),
} as const;

export type GlobalArguments = InferredOptionTypes<typeof globalOptions>;

/** Options that `run`, `resume` and `rehearse` share. */
export const consentOptions = {
  "non-interactive": flag("ask nothing; a question without an answer stops the run (13)"),
  yes: flag("approve creations and harmless questions"),
  confirm: value(
    "TARGET",
    "approve disruptive and destructive steps for this target, which must be equal byte for byte",
  ),
  "accept-loss": {
    type: "number",
    word: "N",
    describe: "segments that may be lost after the recovery point; more is refused (16)",
    requiresArg: true,
  },
  patience: {
    ...value("DURATION", "how long to wait for a system that does not answer (default 10m)"),
    default: "10m",
  },
} as const;

export const inputOptions = {
  input: list("NAME=VALUE", "an input of the runbook, NAME=VALUE (repeatable)"),
  inputs: value("FILE", "YAML or JSON file with inputs"),
  "dry-run": flag("run what only reads, print every other command with real values, change nothing"),
} as const;

export const actionsOptions = {
  "with-actions": flag("load your own actions, `actions:` of the configuration; they are programs and run"),
} as const;

export const quietOptions = {
  quiet: flag("say nothing of a run that ends with 0, and everything of any other; asks nothing"),
} as const;

export const resumeOptions = {
  decide: list(
    "STEP=CHOICE",
    "STEP[ITEM]=adopt|redo|undo|by-hand for a step in doubt, STEP[ITEM]=CHOICE for a choice that the run stopped at (repeatable)",
  ),
  "accept-runbook": flag("go on with a runbook that was edited since"),
  "take-over": flag("take the run over from another process"),
} as const;

export const fromOptions = {
  from: value(
    "PLACE",
    "take a run in that was carried elsewhere: its directory or a copy of it, or its mirror, s3://BUCKET/PREFIX",
  ),
} as const;

export const acceptOptions = {
  accept: value(
    "HASH",
    "head hash of the journal that is taken in, as its last stop printed it: in place of the question",
  ),
} as const;

export const REPORT_FORMATS = ["markdown", "html", "json", "update"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const reportOptions = {
  format: {
    choices: REPORT_FORMATS,
    word: "FORMAT",
    describe:
      "markdown, html (one file), json, or update: a few sentences for the people who wait; else that of -o NAME.html or .json, or markdown",
  },
  output: { ...value("FILE", "file to write; stdout if absent"), alias: "o" },
} as const;

export const undoOptions = {
  "dry-run": flag("print every command of the way back with real values, ask no system, change nothing"),
} as const;

export const cleanupOptions = {
  "dry-run": flag("list the objects and bytes and print every command, delete nothing"),
  "owner-agrees": value("NAME", "name of the database's owner, who agreed to this; journaled as the owner's yes"),
} as const;

export const rehearseOptions = {
  undo: flag("take everything back afterwards, as undo would"),
  list: flag("list the scenarios to begin with, and what they teach"),
  all: flag("with --list: every scenario, by runbook"),
  "real-database": flag("end with a real PostgreSQL on an archive that a real one has written, and its rows by SQL"),
  "postgres-bin": value("DIRECTORY", "with --real-database: directory with the postgres of release 11 that is started"),
  pace: {
    choices: ["person", "max"] as const,
    word: "PACE",
    default: "person" as const,
    describe: "how fast the box's time goes: person or max (default person)",
  },
} as const;

export const discoverOptions = {
  logs: list("FILE", "log files: a path, a glob, or - for stdin (repeatable; default `logs:` of the configuration)"),
  elasticsearch: list(
    "URL",
    "Elasticsearch 7 to 9, its URL (repeatable; default `elasticsearch:` of the configuration)",
  ),
  opensearch: list("URL", "OpenSearch 1 to 3, its URL (repeatable; default `opensearch:` of the configuration)"),
  "cf-events": flag("search Cloud Foundry's own records"),
  inventory: list("FILE", "what `inventory` wrote: a path or a glob (repeatable)"),
  clusterdata: value(
    "BUCKET",
    "the broker's own records of instances, s3://BUCKET; with --cf-events also of what was deleted long ago",
  ),
  name: value("NAME", "name of the service, or its GUID"),
  space: value("NAME", "name or GUID of its space"),
  around: value("TIME", 'when it was deleted: "40m ago", a time with zone or offset, or as a log shows it'),
  window: { ...value("DURATION", "how far before and after --around to look (default 2h)"), default: "2h" },
  all: flag("also list what does not fit the question, and what was not a deletion and why"),
} as const;

export const inventoryOptions = {
  file: value("FILE", "file to append to (default inventory.jsonl in the state directory)"),
  offering: list("NAME", "offering to look at (repeatable; default those that begin with dingo-postgresql)"),
} as const;

export const archiveRestoreOptions = {
  "target-time": value(
    "TIME",
    'go back to this moment: "40m ago", or a time with zone or offset (default: as far as the archive reaches)',
  ),
  base: value(
    "NAME",
    "begin from the base backup of this name and no other (default the one that brings back the most)",
  ),
  ...keyOptions,
} as const;

export type ArchiveRestoreArguments = InferredOptionTypes<typeof archiveRestoreOptions> & {
  readonly source: string;
  readonly directory: string;
};
export type InventoryArguments = InferredOptionTypes<typeof inventoryOptions>;
export type ConsentArguments = InferredOptionTypes<typeof consentOptions>;
export type InputArguments = InferredOptionTypes<typeof inputOptions>;
export type ActionsArguments = InferredOptionTypes<typeof actionsOptions>;
export type CleanupArguments = InferredOptionTypes<typeof cleanupOptions>;
export type UndoArguments = InferredOptionTypes<typeof undoOptions>;
export type ResumeArguments = InferredOptionTypes<typeof resumeOptions>;
export type FromArguments = InferredOptionTypes<typeof fromOptions>;
export type AcceptArguments = InferredOptionTypes<typeof acceptOptions>;
export type DiscoverArguments = InferredOptionTypes<typeof discoverOptions>;
