/**
 * The products of a recovery to a time: a segment in the archive, a copy on this machine, a dump of it, tables in the
 * service.
 */
import type { JsonObject } from "../../../src/action.ts";
import { closeOpenSegment } from "../../../src/foundation/actions/postgres/close-segment.ts";
import { loadTables } from "../../../src/foundation/actions/postgres/load-tables.ts";
import { makeSchema } from "../../../src/foundation/actions/postgres/make-schema.ts";
import { deleteCopy } from "../../../src/archive/actions/scratch/delete-copy.ts";
import { dumpTables } from "../../../src/archive/actions/scratch/dump.ts";
import { recoverScratch } from "../../../src/archive/actions/scratch/recover.ts";
import { restoreScratch } from "../../../src/archive/actions/scratch/restore.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { BASE, BUCKET, NEW } from "../../archive/sample-archive.ts";
import { RUN, type Scene, TAG, TARGET } from "../../traps/scene.ts";
import { keyed } from "./drill.ts";
import { at, type MutationCases, tried } from "./shape.ts";
import { fresh } from "./worlds.ts";

export const PLACE = `/var/tmp/dingo-recover-${RUN}`;
export const TIME = "2026-11-21T11:04:30.000Z";
const COPY = { run: RUN, archive: formatLocation(NEW), time: TIME, base: BASE };
const VISITS = { schema: "public", table: "visits", rows: 60 };

const closing: MutationCases = {
  action: closeOpenSegment,
  input: () => ({ ...TARGET, bucket: BUCKET, server_version: "9.6.24" }),
  acts: fresh,
  answers: {
    done: /000000010000000000000003 is archived/,
    "not-done": /no segment is noted as closed/,
    partly: [
      /0000000100000000000000AA is closed, and not in the archive yet/,
      ({ context }) => context.record("segment-closed", { segment: "0000000100000000000000AA" }),
    ],
    unknown: { never: "what was not noted is closed once more, which does no harm" },
  },
};

export const RESTORE: JsonObject = { place: PLACE, archive: COPY.archive, time: TIME, base: BASE, postgres_bin: "" };

const restoring: MutationCases = {
  action: restoreScratch,
  input: () => RESTORE,
  acts: fresh,
  answers: {
    done: /a copy of .* as of .*, and whole/,
    "not-done": /there is no \/var\/tmp/,
    partly: [
      /not whole: there is data\.partial/,
      ({ scratch }) => scratch.places.set(PLACE, { state: "begun", copy: COPY, evidence: "there is data.partial" }),
    ],
    unknown: [
      /it is run x's/,
      ({ scratch }) => scratch.places.set(PLACE, { state: "foreign", evidence: "it is run x's" }),
    ],
  },
};

/** The copy is whole, and no server was started on it. */
export const restored = at(keyed, (scene) => tried(scene, restoring));

export const RECOVER: JsonObject = {
  ...{ place: PLACE, postgres_bin: "", time: TIME, database: "postgres", tables: ["visits"], into_schema: "" },
};

const recovering: MutationCases = {
  action: recoverScratch,
  input: () => RECOVER,
  acts: restored,
  answers: {
    done: /recovered, and its rows are counted/,
    "not-done": /no server was started/,
    partly: [
      /not recovered: starting point-in-time recovery/,
      ({ scratch }) => scratch.lines.push("starting point-in-time recovery"),
    ],
    unknown: { world: fresh, evidence: /the copy in .* is absent/ },
  },
};

export const DUMP: JsonObject = {
  ...{ place: PLACE, postgres_bin: "", database: "postgres", tables: [VISITS], into_schema: "" },
};

const dumping: MutationCases = {
  action: dumpTables,
  input: () => DUMP,
  acts: restored,
  answers: {
    done: /tables\.dump has \d+ bytes, SHA-256/,
    "not-done": /there is no dump/,
    partly: [
      /not known to be whole/,
      ({ scratch }) => {
        scratch.text = "CREATE TAB";
      },
    ],
    unknown: { world: fresh, evidence: /the copy in .* is absent/ },
  },
};

export const SCHEMA: JsonObject = {
  ...{ ...TARGET, name: "important-db", database: "postgres", schema: "recovered", owner: "app" },
};

const making: MutationCases = {
  action: makeSchema,
  input: () => SCHEMA,
  acts: fresh,
  answers: {
    done: /"recovered" belongs to "app"/,
    "not-done": /there is no schema "recovered"/,
    partly: { never: "one statement makes it: it is there or it is not" },
    unknown: [/"recovered" belongs to "ann"/, ({ cell }) => cell.sql.schemas.set("recovered", "ann")],
  },
};

export const dumped = at(restored, (scene) => tried(scene, dumping));

export async function loadOf({ scratch }: Scene): Promise<JsonObject> {
  const { path = "", bytes = 0, sha256 = "" } = (await scratch.dumped(PLACE)) ?? {};
  const at = { ...TARGET, name: "important-db", key_guid: `key-${TAG}`, database: "", place: PLACE };
  return { ...at, path, bytes, sha256, tables: [VISITS] };
}

const loading: MutationCases = {
  action: loadTables,
  input: loadOf,
  acts: dumped,
  answers: {
    done: /public\.visits: 60 rows/,
    "not-done": /public\.visits: not there/,
    partly: [
      /the load of this run is still going on/,
      ({ cell }) => {
        cell.sql.loading = true;
      },
    ],
    unknown: [
      /5 rows; public\.visits: 60 rows were to be loaded, all or none/,
      ({ cell }) => cell.sql.tables.set("visits", 5),
    ],
  },
};

const deleting: MutationCases = {
  action: deleteCopy,
  input: () => ({ run: RUN, place: PLACE, postgres_bin: "" }),
  acts: restored,
  answers: {
    done: /there is no \/var\/tmp/,
    "not-done": /a copy of .*, restored/,
    partly: [
      /a copy of .*, begun/,
      ({ scratch }) => scratch.places.set(PLACE, { state: "begun", copy: COPY, evidence: "" }),
    ],
    unknown: [/not ours/, ({ scratch }) => scratch.places.set(PLACE, { state: "foreign", evidence: "not ours" })],
  },
};

export const RECOVER_TO_TIME: readonly MutationCases[] = [
  closing,
  restoring,
  recovering,
  dumping,
  making,
  loading,
  deleting,
];
