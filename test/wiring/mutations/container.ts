/** The new instance's container and its data, and the remains of the deleted one. */
import type { AnyAction, JsonObject } from "../../../src/action.ts";
import { copyOldDatabase } from "../../../src/foundation/actions/docker/copy-old-database.ts";
import { holdRestart, releaseRestart } from "../../../src/foundation/actions/docker/hold-restart.ts";
import { setDataAside } from "../../../src/foundation/actions/docker/set-data-aside.ts";
import { startContainer } from "../../../src/foundation/actions/docker/start-container.ts";
import { stopContainer } from "../../../src/foundation/actions/docker/stop-container.ts";
import { stopOldInstance } from "../../../src/foundation/actions/docker/stop-old-instance.ts";
import { proveRestored } from "../../../src/foundation/actions/recovery/prove-restored.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { containerDataDirectory } from "../../../src/kit/commands/host-commands.ts";
import { NEW, segment, SYSID } from "../../archive/sample-archive.ts";
import {
  CONTAINER,
  containerOf,
  DATA,
  FIRST_LIFE,
  OLD_GUID,
  RUN,
  Scene,
  TAG,
  TARGET,
  WITH_ETCD,
} from "../../traps/scene.ts";
import { at, type MutationCases, ONE_VALUE, tried } from "./shape.ts";
import { baselineOf, copied, fresh, stopped } from "./worlds.ts";

function policy(action: AnyAction, set: "no" | "always", other: "no" | "always"): MutationCases {
  const is = (value: string) => at(fresh, ({ cell }) => cell.alter(CONTAINER, { restartPolicy: value }));
  return {
    action,
    input: () => TARGET,
    acts: is(other),
    answers: {
      done: { world: is(set), evidence: new RegExp(`is "${set}"`) },
      "not-done": new RegExp(`is "${other}"`),
      partly: { never: ONE_VALUE },
      unknown: { world: at(fresh, ({ cell }) => cell.containers.clear()), evidence: /is not on cell_z1/ },
    },
  };
}

const stopping: MutationCases = {
  action: stopContainer,
  input: () => TARGET,
  acts: fresh,
  answers: {
    done: { world: () => fresh().stopped(), evidence: /is exited/ },
    "not-done": /is running/,
    partly: { never: "a stop that was asked for is waited for to its end: the container runs, or it does not" },
    unknown: [/is restarting/, ({ cell }) => cell.alter(CONTAINER, { running: false, status: "restarting" })],
  },
};

const dataAside: MutationCases = {
  action: setDataAside,
  input: () => ({ ...TARGET, run: RUN }),
  acts: stopped,
  answers: {
    done: /and the former is empty/,
    "not-done": /is absent$/,
    partly: [new RegExp(`^${DATA} is absent`), ({ cell }) => cell.files.rename(DATA, `${DATA}.${TAG}`)],
    unknown: [
      /is directory, and the former holds 1 entries again/,
      ({ cell }) => cell.directories.add(`${DATA}.${TAG}`),
    ],
  },
};

const starting: MutationCases = {
  action: startContainer,
  input: async (scene) => ({
    ...(await baselineInput(scene)),
    ...WITH_ETCD,
    system_id: SYSID,
    stopped_life: FIRST_LIFE,
    target: formatLocation(NEW),
  }),
  acts: copied,
  answers: {
    done: [
      /is running.*; preparing patroni to restore/,
      (scene) => {
        scene.cell.onStart = () => ["preparing patroni to restore this container from wal-e backups"];
        return tried(scene, starting);
      },
    ],
    "not-done": /is exited/,
    partly: [
      /did not restore and was stopped at once/,
      (scene) => {
        scene.cell.onStart = () => ["INFO: initialized a new cluster"];
        return tried(scene, starting);
      },
    ],
    unknown: [
      /another life than the one that was stopped/,
      async (scene) => {
        await scene.context.record("starting", { stopped_life: FIRST_LIFE });
        scene.cell.alter(CONTAINER, { startedAt: "2026-11-21T12:20:00Z" });
      },
    ],
  },
};

async function baselineInput(scene: Scene): Promise<JsonObject> {
  const { baseline } = await baselineOf(scene);
  return { baseline: baseline ?? null };
}

const OLD_NAMES = ["cf-11111111-1111-4111-8111-111111111111", "cf-22222222-2222-4222-8222-222222222222"] as const;
const OLD_DATABASE = `${containerDataDirectory(OLD_NAMES[0])}/postgres0`;
const NEW_DATABASE = `${DATA}/postgres0`;

/** Two nodes of the deleted instance live on; the first of them has a database. */
function oldLivesOn(): Scene {
  const scene = stopped();
  for (const name of OLD_NAMES) scene.cell.put(containerOf(OLD_GUID, { name }));
  return scene;
}

const stoppingOld: MutationCases = {
  action: stopOldInstance,
  input: () => {
    const containers = OLD_NAMES.map((container) => ({ cell: TARGET.cell, container }));
    return { guid: OLD_GUID, deployment: TARGET.deployment, containers };
  },
  acts: oldLivesOn,
  answers: {
    done: /cf-1.* is exited.*cf-2.* is exited/,
    "not-done": /cf-1.* is running.*cf-2.* is running/,
    partly: [
      /cf-1.* is exited.*cf-2.* is running/,
      ({ cell }) => cell.alter(OLD_NAMES[0], { running: false, status: "exited" }),
    ],
    unknown: [/cf-2.* is not on/, ({ cell }) => cell.containers.delete(OLD_NAMES[1])],
  },
};

/** Its own directory is the source; the new one was moved aside. */
function oldDirectoryLeft(): Scene {
  const scene = new Scene().withNew().swapped();
  scene.cell.directories.add(OLD_DATABASE);
  return scene;
}

const copyingOld: MutationCases = {
  action: copyOldDatabase,
  input: () => ({ ...TARGET, source_guid: OLD_GUID, source_cell: TARGET.cell, database: OLD_DATABASE }),
  acts: oldDirectoryLeft,
  answers: {
    done: /postgres0 is directory/,
    "not-done": /postgres0 is absent, .*part is absent/,
    partly: [/postgres0 is absent, .*part is directory/, ({ cell }) => cell.directories.add(`${NEW_DATABASE}.part`)],
    unknown: [/postgres0 is file/, ({ cell }) => cell.fileTexts.set(NEW_DATABASE, "")],
  },
};

/** It runs, and prints a line that no restore prints. */
function wentWrong(): Scene {
  const scene = fresh();
  scene.cell.logLines.set(CONTAINER, ["CRITICAL: system ID mismatch, node x belongs to a different cluster: 1 != 2"]);
  return scene;
}

const proving: MutationCases = {
  action: proveRestored,
  input: () => ({
    ...TARGET,
    started_at: FIRST_LIFE,
    system_id: SYSID,
    segments: 5,
    last_segment: segment(6),
    base_backup: `base_${segment(2)}_00000040`,
  }),
  acts: wentWrong,
  answers: {
    done: { never: "only the proof itself is done, and proving again costs nothing" },
    "not-done": { world: fresh, evidence: /0 of 5 segments are restored/ },
    partly: { never: "it changes nothing but for one stop, where the proof has failed" },
    unknown: { world: at(fresh, ({ cell }) => cell.containers.clear()), evidence: /is not on cell_z1/ },
  },
};

export const CONTAINERS: readonly MutationCases[] = [
  stoppingOld,
  copyingOld,
  policy(holdRestart, "no", "always"),
  stopping,
  dataAside,
  starting,
  proving,
  policy(releaseRestart, "always", "no"),
];
