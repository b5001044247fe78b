/** The options of the command line, as yargs reads them: one definition for parsing, `--help` and completion. */
import type { InferredOptionTypes } from "yargs";
import { keyOptions } from "./archive-options.ts";

export const globalOptions = {
  config: {
    type: "string",
    describe: "configuration file (default ./dingo-recover.yml, then the one in your XDG config directory)",
    requiresArg: true,
  },
  "state-dir": {
    type: "string",
    describe: "directory of runs and locks (default $DINGO_RECOVER_STATE, then your XDG state directory)",
    requiresArg: true,
  },
  json: { type: "boolean", default: false, describe: "JSON on stdout and nothing else; asks nothing" },
  color: { type: "boolean", default: true, describe: "colours (--no-color or NO_COLOR: none)" },
  verbose: { type: "boolean", default: false, describe: "say more: every command, every probe" },
} as const;

export type GlobalArguments = InferredOptionTypes<typeof globalOptions>;

/** Options that `run`, `resume` and `rehearse` share. */
export const consentOptions = {
  "non-interactive": {
    type: "boolean",
    default: false,
    describe: "ask nothing; a question without an answer stops the run (13)",
  },
  yes: { type: "boolean", default: false, describe: "approve creations and harmless questions" },
  confirm: {
    type: "string",
    describe: "approve disruptive and destructive steps for this target, which must be equal byte for byte",
    requiresArg: true,
    nargs: 1,
  },
  "accept-loss": {
    type: "number",
    describe: "segments that may be lost after the recovery point; more is refused (16)",
    requiresArg: true,
  },
  patience: {
    type: "string",
    default: "10m",
    describe: "how long to wait for a system that does not answer (default 10m)",
    requiresArg: true,
  },
} as const;

export const inputOptions = {
  input: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "an input of the runbook, NAME=VALUE (repeatable)",
    requiresArg: true,
    nargs: 1,
  },
  inputs: { type: "string", describe: "YAML or JSON file with inputs", requiresArg: true },
  "dry-run": {
    type: "boolean",
    default: false,
    describe: "run what only reads, print every other command with real values, change nothing",
  },
} as const;

export const actionsOptions = {
  "with-actions": {
    type: "boolean",
    default: false,
    describe: "load your own actions, `actions:` of the configuration; they are programs and run",
  },
} as const;

export const quietOptions = {
  quiet: {
    type: "boolean",
    default: false,
    describe: "say nothing of a run that ends with 0, and everything of any other; asks nothing",
  },
} as const;

export const resumeOptions = {
  decide: {
    type: "array",
    string: true,
    default: [] as string[],
    describe:
      "STEP[ITEM]=adopt|redo|undo|by-hand for a step in doubt, STEP[ITEM]=CHOICE for a choice that the run stopped at (repeatable)",
    requiresArg: true,
    nargs: 1,
  },
  "accept-runbook": { type: "boolean", default: false, describe: "go on with a runbook that was edited since" },
  "take-over": { type: "boolean", default: false, describe: "take the run over from another process" },
} as const;

export const fromOptions = {
  from: {
    type: "string",
    describe:
      "take a run in that was carried elsewhere: its directory or a copy of it, or its mirror, s3://BUCKET/PREFIX",
    requiresArg: true,
    nargs: 1,
  },
} as const;

export const acceptOptions = {
  accept: {
    type: "string",
    describe: "head hash of the journal that is taken in, as its last stop printed it: in place of the question",
    requiresArg: true,
    nargs: 1,
  },
} as const;

export const REPORT_FORMATS = ["markdown", "html", "json", "update"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const reportOptions = {
  format: {
    choices: REPORT_FORMATS,
    describe:
      "markdown, html (one file), json, or update: a few sentences for the people who wait; else that of -o NAME.html or .json, or markdown",
  },
  output: { type: "string", alias: "o", describe: "file to write; stdout where absent", requiresArg: true },
} as const;

export const undoOptions = {
  "dry-run": {
    type: "boolean",
    default: false,
    describe: "print every command of the way back with real values, ask no system, change nothing",
  },
} as const;

export const cleanupOptions = {
  "dry-run": {
    type: "boolean",
    default: false,
    describe: "list the objects and bytes and print every command, delete nothing",
  },
  "owner-agrees": {
    type: "string",
    describe: "name of the database's owner, who agreed to this; journaled as the owner's yes",
    requiresArg: true,
    nargs: 1,
  },
} as const;

export const rehearseOptions = {
  undo: { type: "boolean", default: false, describe: "take everything back afterwards, as undo would" },
  list: { type: "boolean", default: false, describe: "list the scenarios to begin with, and what they teach" },
  all: { type: "boolean", default: false, describe: "with --list: every scenario, by runbook" },
  "real-database": {
    type: "boolean",
    default: false,
    describe: "end with a real PostgreSQL on an archive that a real one has written, and its rows by SQL",
  },
  "postgres-bin": {
    type: "string",
    describe: "with --real-database: directory with the postgres of release 11 that is started",
    requiresArg: true,
    nargs: 1,
  },
  pace: {
    choices: ["person", "max"] as const,
    default: "person" as const,
    describe: "how fast the box's time goes: person or max (default person)",
  },
} as const;

export const discoverOptions = {
  logs: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "log files: a path, a glob, or - for stdin (repeatable; default `logs:` of the configuration)",
    requiresArg: true,
    nargs: 1,
  },
  elasticsearch: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "Elasticsearch 7 to 9, its URL (repeatable; default `elasticsearch:` of the configuration)",
    requiresArg: true,
    nargs: 1,
  },
  opensearch: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "OpenSearch 1 to 3, its URL (repeatable; default `opensearch:` of the configuration)",
    requiresArg: true,
    nargs: 1,
  },
  "cf-events": { type: "boolean", default: false, describe: "search Cloud Foundry's own records" },
  inventory: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "what `inventory` wrote: a path or a glob (repeatable)",
    requiresArg: true,
    nargs: 1,
  },
  clusterdata: {
    type: "string",
    describe: "the broker's own records of instances, s3://BUCKET; with --cf-events also of what was deleted long ago",
    requiresArg: true,
    nargs: 1,
  },
  name: { type: "string", describe: "name of the service, or its GUID", requiresArg: true },
  space: { type: "string", describe: "name or GUID of its space", requiresArg: true },
  around: {
    type: "string",
    describe: 'when it was deleted: "40m ago", a time with zone or offset, or as a log shows it',
    requiresArg: true,
  },
  window: {
    type: "string",
    default: "2h",
    describe: "how far before and after --around to look (default 2h)",
    requiresArg: true,
  },
  all: {
    type: "boolean",
    default: false,
    describe: "also list what does not fit the question, and what was not a deletion and why",
  },
} as const;

export const inventoryOptions = {
  file: {
    type: "string",
    describe: "file to append to (default inventory.jsonl in the state directory)",
    requiresArg: true,
    nargs: 1,
  },
  offering: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "offering to look at (repeatable; default those that begin with dingo-postgresql)",
    requiresArg: true,
    nargs: 1,
  },
} as const;

export const archiveRestoreOptions = {
  "target-time": {
    type: "string",
    describe:
      'go back to this moment: "40m ago", or a time with zone or offset (default: as far as the archive reaches)',
    requiresArg: true,
    nargs: 1,
  },
  base: {
    type: "string",
    describe: "begin from the base backup of this name and no other (default the one that brings back the most)",
    requiresArg: true,
    nargs: 1,
  },
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
