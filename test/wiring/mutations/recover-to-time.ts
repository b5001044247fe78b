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
    done: { world: at(fresh, (scene) => tried(scene, closing)), evidence: /000000010000000000000003 is archived/ },
    "not-done": { world: fresh, evidence: /no segment is noted as closed/ },
    partly: {
      world: at(fresh, ({ context }) => context.record("segment-closed", { segment: "0000000100000000000000AA" })),
      evidence: /0000000100000000000000AA is closed, and not in the archive yet/,
    },
    unknown: { never: "what was not noted is closed once more, which does no harm" },
  },
};

export const RESTORE: JsonObject = { place: PLACE, archive: COPY.archive, time: TIME, base: BASE, postgres_bin: "" };

const restoring: MutationCases = {
  action: restoreScratch,
  input: () => RESTORE,
  acts: fresh,
  answers: {
    done: { world: at(fresh, (scene) => tried(scene, restoring)), evidence: /a copy of .* as of .*, and whole/ },
    "not-done": { world: fresh, evidence: /there is no \/var\/tmp/ },
    partly: {
      world: at(fresh, ({ scratch }) =>
        scratch.places.set(PLACE, { state: "begun", copy: COPY, evidence: "there is data.partial" }),
      ),
      evidence: /not whole: there is data\.partial/,
    },
    unknown: {
      world: at(fresh, ({ scratch }) => scratch.places.set(PLACE, { state: "foreign", evidence: "it is run x's" })),
      evidence: /it is run x's/,
    },
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
    done: { world: at(restored, (scene) => tried(scene, recovering)), evidence: /recovered, and its rows are counted/ },
    "not-done": { world: restored, evidence: /no server was started/ },
    partly: {
      world: at(restored, ({ scratch }) => scratch.lines.push("starting point-in-time recovery")),
      evidence: /not recovered: starting point-in-time recovery/,
    },
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
    done: { world: at(restored, (scene) => tried(scene, dumping)), evidence: /tables\.dump has \d+ bytes, SHA-256/ },
    "not-done": { world: restored, evidence: /there is no dump/ },
    partly: {
      world: at(restored, ({ scratch }) => {
        scratch.text = "CREATE TAB";
      }),
      evidence: /not known to be whole/,
    },
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
    done: { world: at(fresh, (scene) => tried(scene, making)), evidence: /"recovered" belongs to "app"/ },
    "not-done": { world: fresh, evidence: /there is no schema "recovered"/ },
    partly: { never: "one statement makes it: it is there or it is not" },
    unknown: {
      world: at(fresh, ({ cell }) => cell.sql.schemas.set("recovered", "ann")),
      evidence: /"recovered" belongs to "ann"/,
    },
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
    done: { world: at(dumped, (scene) => tried(scene, loading)), evidence: /public\.visits: 60 rows/ },
    "not-done": { world: dumped, evidence: /public\.visits: not there/ },
    partly: {
      world: at(dumped, ({ cell }) => {
        cell.sql.loading = true;
      }),
      evidence: /the load of this run is still going on/,
    },
    unknown: {
      world: at(dumped, ({ cell }) => cell.sql.tables.set("visits", 5)),
      evidence: /5 rows; public\.visits: 60 rows were to be loaded, all or none/,
    },
  },
};

const deleting: MutationCases = {
  action: deleteCopy,
  input: () => ({ run: RUN, place: PLACE, postgres_bin: "" }),
  acts: restored,
  answers: {
    done: { world: at(restored, (scene) => tried(scene, deleting)), evidence: /there is no \/var\/tmp/ },
    "not-done": { world: restored, evidence: /a copy of .*, restored/ },
    partly: {
      world: at(restored, ({ scratch }) => scratch.places.set(PLACE, { state: "begun", copy: COPY, evidence: "" })),
      evidence: /a copy of .*, begun/,
    },
    unknown: {
      world: at(restored, ({ scratch }) => scratch.places.set(PLACE, { state: "foreign", evidence: "not ours" })),
      evidence: /not ours/,
    },
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
