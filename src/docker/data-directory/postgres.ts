/** A data directory of PostgreSQL by the files of it that were looked at. */
import { CONTROL_FIELDS_BYTES, type ControlState, controlState } from "../../archive/wal/control-state.ts";
import { CONTROL_BYTES } from "../../archive/wal/control-values.ts";
import type { LookedFile } from "../../ports/docker-host.ts";
import {
  CATALOGUE_BYTES,
  type CatalogueDatabase,
  DATABASES_FILE,
  databasesIn,
  ROLES_FILE,
  superusers,
} from "./catalogue-names.ts";

export interface PostgresDirectory {
  /** Of PG_VERSION, else of pg_control: `9.6`, `16`; "" if neither says. */
  readonly version: string;
  /** Whole: it can be started as it is, or after a crash recovery. Begun: initdb did not come to its end. */
  readonly condition: "whole" | "begun" | "damaged";
  readonly control: ControlState | undefined;
  /** A server wrote its pid there and did not take it away: it runs, or it was killed. */
  readonly pidFile: boolean;
  /** It follows another server, or recovers from an archive, as soon as it is started. */
  readonly standby: boolean;
  /** As its catalogue on disk names them: those that only the WAL knows are not here. Absent in surveys of before. */
  readonly databases?: readonly CatalogueDatabase[];
  readonly superusers?: readonly string[];
  /** Its WAL is a link to another place (`initdb --waldir`), which no copy of the directory has. */
  readonly walElsewhere?: true;
  /** The fault of the directory, as a sentence; "" when it has none. */
  readonly why: string;
}

export const POSTGRES_FILES = [
  { path: "PG_VERSION", bytes: 16 },
  { path: "global/pg_control", bytes: CONTROL_FIELDS_BYTES },
  { path: "postmaster.pid", bytes: 0 },
  { path: "standby.signal", bytes: 0 },
  { path: "recovery.signal", bytes: 0 },
  { path: "recovery.conf", bytes: 0 },
  { path: "base/1/PG_VERSION", bytes: 0 },
  { path: DATABASES_FILE, bytes: CATALOGUE_BYTES },
  { path: ROLES_FILE, bytes: CATALOGUE_BYTES },
] as const;

/** Undefined when no file is PostgreSQL's. `is` tells of a path whether it is there. */
export function readPostgres(
  files: ReadonlyMap<string, LookedFile>,
  is: (path: string) => boolean,
): PostgresDirectory | undefined {
  if (!is("PG_VERSION") && !is("global/pg_control")) return undefined;
  const file = files.get("global/pg_control");
  const control = file === undefined ? undefined : controlState(file.content);
  const said = textOf(files.get("PG_VERSION"));
  // Any image may have a file of that name; only a release looks like this.
  if (control === undefined && !/^\d{1,2}(?:\.\d{1,2})?$/.test(said)) return undefined;
  const judged = judge({ file, control, said, is });
  return {
    version: said !== "" ? said : control?.known === true ? control.version : "",
    ...judged,
    control,
    pidFile: is("postmaster.pid"),
    standby: is("standby.signal") || is("recovery.signal") || is("recovery.conf"),
    databases: databasesIn(files.get(DATABASES_FILE)?.content ?? NOTHING),
    superusers: superusers(files.get(ROLES_FILE)?.content ?? NOTHING),
  };
}

const NOTHING = new Uint8Array();

interface Found {
  readonly file: LookedFile | undefined;
  readonly control: ControlState | undefined;
  readonly said: string;
  readonly is: (path: string) => boolean;
}

function judge({ file, control, said, is }: Found): Pick<PostgresDirectory, "condition" | "why"> {
  if (file === undefined && is("global/pg_control"))
    return { condition: "damaged", why: "global/pg_control cannot be read" };
  if (file === undefined || control === undefined)
    return { condition: "begun", why: "initdb did not come to its end: there is no global/pg_control" };
  if (file.size !== CONTROL_BYTES) return { condition: "damaged", why: `global/pg_control has ${file.size} bytes` };
  if (said === "") return { condition: "damaged", why: "PG_VERSION is missing or cannot be read" };
  if (!control.known) return { condition: "damaged", why: control.why };
  if (control.version !== said)
    return { condition: "damaged", why: `PG_VERSION says ${said}, and global/pg_control is of ${control.version}` };
  if (!is("base/1/PG_VERSION"))
    return { condition: "begun", why: "initdb did not come to its end: there is no template database" };
  return { condition: "whole", why: "" };
}

function textOf(file: LookedFile | undefined): string {
  const text = file === undefined ? "" : Buffer.from(file.content).toString("latin1").trim();
  return /^[0-9.]{1,8}$/.test(text) ? text : "";
}
