/** The actions of a drill on the service that it made itself: it fills it, and deletes it. */
import type { JsonObject } from "../../../src/action.ts";
import { deleteDrillService } from "../../../src/foundation/actions/drill/delete-service.ts";
import { TABLE } from "../../../src/foundation/actions/drill/rows.ts";
import { writeRows } from "../../../src/foundation/actions/drill/write-rows.ts";
import type { LastOperation } from "../../../src/ports/cloud-foundry.ts";
import { BUCKET } from "../../archive/sample-archive.ts";
import { NEW_GUID, RUN, type Scene, SPACE, TAG, TARGET } from "../../traps/scene.ts";
import type { MutationCases } from "./shape.ts";
import { fresh } from "./worlds.ts";

const KEY = `key-${TAG}`;
const ROWS = 30;

/** The run's own key is there, and the application's role has its password. */
export function keyed(): Scene {
  const scene = fresh();
  const login = { host: "10.58.111.10", port: 30_003, database: "postgres", username: "app", password: "a-password" };
  scene.cf.credentials.set(KEY, login);
  scene.cell.sql.passwords.set(login.username, login.password);
  return scene;
}

const filling: MutationCases = {
  action: writeRows,
  input: () => ({ ...TARGET, key_guid: KEY, bucket: BUCKET, rows: ROWS, run: RUN }),
  acts: keyed,
  answers: {
    done: /30 rows, MD5 [0-9a-f]{32}; 000000010000000000000003 is archived/,
    "not-done": /there is no table dingo_recover_drill/,
    partly: [/30 rows, .*not seen in the archive yet/, ({ cell }) => cell.sql.fill(TABLE, RUN, ROWS)],
    unknown: [/30 rows, MD5 [0-9a-f]{32}, not 30 rows/, ({ cell }) => cell.sql.fill(TABLE, "another run", ROWS)],
  },
};

export const LOST: JsonObject = {
  guid: NEW_GUID,
  org: SPACE.orgName,
  space: SPACE.name,
  space_guid: SPACE.guid,
  name: "important-db",
  run: RUN,
};

/** Before the scene's instance was created: which others were there. */
const NEIGHBOUR = "99999999-2222-4333-8444-555555555555";
export const free = (there: readonly string[]): JsonObject => {
  return { name: "important-db", space_guid: SPACE.guid, there: [...there] };
};

/** The create is in the journal of the run, with the notes before it. */
export function created(): Scene {
  const scene = fresh();
  scene.context.earlier.set("cf.create-service", [
    {
      step: "sacrifice",
      how: "ran",
      input: { name: "important-db" },
      output: { guid: NEW_GUID },
      records: (kind) => (kind === "name-was-free" ? [free([NEIGHBOUR])] : []),
    },
  ]);
  return scene;
}

const operation = (state: LastOperation["state"]): LastOperation => ({ type: "delete", state, description: "stuck" });

const losing: MutationCases = {
  action: deleteDrillService,
  input: () => LOST,
  acts: created,
  answers: {
    done: /no instance .* any more/,
    "not-done": /"important-db" \(.*\): create succeeded/,
    partly: [/delete in progress/, ({ cf }) => cf.change(NEW_GUID, { lastOperation: operation("in progress") })],
    unknown: [/delete failed: stuck/, ({ cf }) => cf.change(NEW_GUID, { lastOperation: operation("failed") })],
  },
};

export const DRILL: readonly MutationCases[] = [filling, losing];
