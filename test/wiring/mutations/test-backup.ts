/** The product of a backup test: a copy on this machine with its server, of which nothing is left in the end. */
import type { JsonObject } from "../../../src/action.ts";
import { restoreTest } from "../../../src/archive/actions/backup/restore-test.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { BASE, NEW } from "../../archive/sample-archive.ts";
import { RUN } from "../../traps/scene.ts";
import { PLACE } from "./recover-to-time.ts";
import { at, type MutationCases } from "./shape.ts";
import { fresh } from "./worlds.ts";

const INPUT: JsonObject = {
  ...{ place: PLACE, postgres_bin: "", archive: formatLocation(NEW), base: BASE, database: "postgres" },
  ...{ sanity_query: "select count(*) from visits;", expect: "value > 50", time_limit: "6h", keep: false },
};
const COPY = { run: RUN, archive: formatLocation(NEW), time: "", base: BASE };

const recoverable = at(fresh, ({ scratch }) => {
  scratch.onStart = [
    "last completed transaction was at log time 2026-11-21 11:04:10.5+00",
    "archive recovery complete",
  ];
});

const testing: MutationCases = {
  action: restoreTest,
  input: () => INPUT,
  acts: recoverable,
  answers: {
    done: /was tested, and is as it should be/,
    "not-done": { world: fresh, evidence: /there is no \/var\/tmp.*, and no outcome of a test/ },
    partly: {
      world: at(fresh, ({ scratch }) => scratch.places.set(PLACE, { state: "begun", copy: COPY, evidence: "" })),
      evidence: /the copy in .* is begun/,
    },
    unknown: {
      world: at(fresh, ({ scratch }) => scratch.places.set(PLACE, { state: "foreign", evidence: "it is run x's" })),
      evidence: /it is run x's/,
    },
  },
};

export const TEST_BACKUP: readonly MutationCases[] = [testing];
