/** The results of a recovery, read from the outputs of its steps by the ids of their actions. */
import { z } from "zod";
import { renamedIn } from "./called.ts";
import { lastOutput, outputField, outputList, type UnitDigest } from "./digest.ts";
import { type FindingDigest, findingsIn } from "./findings.ts";
import { lossAfter, type LossRange } from "../archive/loss.ts";
import { listed } from "../kit/optional.ts";
import { named } from "../kit/text/printable.ts";

const CHECK = "platform.check";
const FIND = "discovery.find-deleted-instance";
const VERIFY = "archive.verify-source";
const ESTIMATE = "archive.estimate";
const CREATE = "cf.create-service";
const PROVE = "recovery.prove-restored";
const LOGIN = "postgres.prove-login";
const APPS = "cf.review-apps";
const RESTART = "cf.restart-app";
const SUMMARISE = "recovery.summarise";
const TABLES = "scratch.summarise";
const DRILL = "drill.summarise";
const AGREE = "recovery.agree-batch";
/** These actions have lines that tell what they did. */
const TELLING = ["salvage.summarise", "compose.summarise"];

export interface Found {
  readonly name: string | undefined;
  readonly guid: string | undefined;
  /** ISO 8601. */
  readonly deletedAt: string | undefined;
  readonly deletedBy: string | undefined;
  readonly archive: string | undefined;
  /** ISO 8601: the archive reaches no later. */
  readonly promised: string | undefined;
  /** PostgreSQL's own word after the restore. */
  readonly reached: string | undefined;
  /** `TABLE: N rows`, as an application read them; undefined if no login was proved. */
  readonly readBack: readonly string[] | undefined;
  /** Why no row proves the data, and what was proved instead; undefined if rows do, or before a login. */
  readonly unproved: string | undefined;
  /** Applications that were not restarted with the database yet. */
  readonly appsLeft: readonly string[];
  /** Undefined before the archive was looked at. Later proofs narrow it. */
  readonly loss: LossRange | undefined;
  readonly minutes: string | undefined;
  readonly newInstance: string | undefined;
  readonly recovered: readonly string[];
  /** How many databases a batch has agreed on; 0 for every other run. */
  readonly agreed: number;
  /** The last words of a runbook that brings no service back. */
  readonly told: readonly string[];
  readonly leftAside: readonly string[];
  readonly next: readonly string[];
  readonly unprotected: readonly string[];
  readonly findings: readonly FindingDigest[];
}

export function foundIn(units: readonly UnitDigest[]): Found {
  const field = (action: string, name: string): string | undefined => outputField(units, action, name);
  return {
    name: field(FIND, "name"),
    guid: field(FIND, "guid"),
    deletedAt: field(FIND, "deleted_at"),
    deletedBy: field(FIND, "deleted_by"),
    archive: field(VERIFY, "location"),
    promised: field(VERIFY, "recovery_point"),
    reached: field(PROVE, "recovered_to"),
    readBack: readBack(units),
    unproved: unproved(units),
    appsLeft: appsLeft(units),
    loss: lossIn(field),
    minutes: field(ESTIMATE, "minutes"),
    newInstance: field(CREATE, "guid"),
    recovered: [...outputList(units, SUMMARISE, "recovered"), ...tablesBack(field(TABLES, "proved"))],
    told: [...listed(field(DRILL, "proved")), ...TELLING.flatMap((action) => outputList(units, action, "lines"))],
    agreed: outputList(units, AGREE, "members").length,
    leftAside: [...outputList(units, SUMMARISE, "left_aside"), ...otherInstance(units)],
    next: [SUMMARISE, TABLES, DRILL].flatMap((action) => outputList(units, action, "next")),
    unprotected: outputList(units, CHECK, "unprotected"),
    findings: findingsIn(units),
  };
}

/** From what the run found out: journals of earlier versions have only some of it. */
function lossIn(field: (action: string, name: string) => string | undefined): LossRange | undefined {
  const stored = field(VERIFY, "recovery_point");
  if (stored === undefined) return undefined;
  const found = {
    segments: Number(field(VERIFY, "lost") ?? 0),
    which: field(VERIFY, "lost_segments") ?? "",
    lastTransaction: field(VERIFY, "last_transaction") ?? "",
    stored,
    deletedAt: field(FIND, "deleted_at") ?? "",
    livedOn: field(VERIFY, "lived_on") === "true",
    shown: field(VERIFY, "nothing_lost") ?? "",
    readInFull: field(VERIFY, "unread") === "",
    ownDirectory: field(VERIFY, "database") !== undefined,
  };
  return lossAfter(found, field(PROVE, "recovered_to") ?? "");
}

function otherInstance(units: readonly UnitDigest[]): readonly string[] {
  const renamed = renamedIn(units);
  if (renamed === undefined) return [];
  return [`the instance that was called ${named(renamed.to)}, with its data and bindings: ${named(renamed.other)}`];
}

const login = z.object({ tables: z.array(z.unknown()) });
const counted = z.object({ table: z.string(), rows: z.number() });
const seen = z.object({ tables: z.array(z.object({ rows: z.number().nullable() })) });
const identified = z.object({ system_id: z.string() });

function readBack(units: readonly UnitDigest[]): readonly string[] | undefined {
  return login
    .safeParse(lastOutput(units, LOGIN))
    .data?.tables.flatMap((each) => counted.safeParse(each).data ?? [])
    .map(({ table, rows }) => `${named(table)}: ${rows} rows`);
}

/** A log-in alone shows that a database answers, and not that its data are back. */
function unproved(units: readonly UnitDigest[]): string | undefined {
  const rows = seen.safeParse(lastOutput(units, LOGIN)).data?.tables.map((each) => each.rows);
  if (rows === undefined || rows.some((count) => (count ?? 0) > 0)) return undefined;
  const [first] = rows;
  const why =
    first === undefined
      ? "it has no table"
      : rows.includes(0)
        ? "no table that the application may read has one"
        : "the application may read none of its tables";
  const same = identified.safeParse(lastOutput(units, PROVE)).success;
  return `no row proves its data, for ${why}; ${same ? "it has the archive's system identifier, and " : ""}a log-in through the router works`;
}

const reviewed = z.object({ apps: z.array(z.string()) });

function appsLeft(units: readonly UnitDigest[]): readonly string[] {
  const input = units.findLast(({ action, output }) => action === APPS && output !== undefined)?.input;
  const restarted = units.filter(({ action, output }) => action === RESTART && output !== undefined);
  const done = new Set(restarted.map(({ input: { app } }) => app));
  return reviewed.safeParse(input).data?.apps.filter((app) => !done.has(app)) ?? [];
}

/** Without the target, which stands above them. */
function tablesBack(proved: string | undefined): readonly string[] {
  return proved === undefined ? [] : [proved.replace(/^\S+: (?=\S+: )/u, "")];
}
