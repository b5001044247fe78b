/** The archive, the keys in etcd and the roles' passwords. */
import { copy } from "../../../src/foundation/actions/archive/copy.ts";
import { setAside } from "../../../src/foundation/actions/archive/set-aside.ts";
import { removeOptime } from "../../../src/foundation/actions/etcd/remove-optime.ts";
import { setInitialize } from "../../../src/foundation/actions/etcd/set-initialize.ts";
import { setRolePasswords } from "../../../src/foundation/actions/postgres/set-role-passwords.ts";
import { BUCKET, lzopLike, NEW, segment, SYSID } from "../../archive/sample-archive.ts";
import { NEW_GUID, NEW_SYSID, type Scene, WITH_ETCD } from "../../traps/scene.ts";
import { at, cutAfter, type MutationCases, ONE_VALUE, tried } from "./shape.ts";
import { asideInput, baselineOf, copied, emptied, fresh, stopped } from "./worlds.ts";

const INITIALIZE = `/service/${NEW_GUID}/initialize`;
const OPTIME = `/service/${NEW_GUID}/optime/leader`;

function restored(): Scene {
  const scene = fresh();
  const role = (username: string) => ({ username, password: `new-${username}` });
  const roles = { superuser: role("postgres"), admin: role("dvw7DJgqzFBJC8"), app: role("appuser") };
  const state = Object.fromEntries(Object.entries(roles).map(([name, one]) => [`${name}_credentials`, one]));
  scene.etcd.keys.set(`/service/${NEW_GUID}/state`, JSON.stringify(state));
  for (const { username } of Object.values(roles)) scene.cell.database.passwords.set(username, "old");
  return scene;
}

const movingAside: MutationCases = {
  action: setAside,
  input: () => asideInput,
  acts: stopped,
  answers: {
    done: { world: emptied, evidence: /8 of 8 objects are aside/ },
    "not-done": /no object was moved/,
    partly: [/^2 of 8 objects are aside/, (scene) => cutAfter(scene, 10, movingAside)],
    unknown: [
      /2 of 8 objects are aside; .* is new/,
      async (scene) => {
        await cutAfter(scene, 10, movingAside);
        scene.store.seed(BUCKET, `${NEW.prefix}/wal_005/${segment(9)}.lzo`, lzopLike("new 9"));
      },
    ],
  },
};

const copying: MutationCases = {
  action: copy,
  input: baselineOf,
  acts: emptied,
  answers: {
    done: { world: copied, evidence: /11 of 11 objects are there and equal, 0 missing, 0 foreign/ },
    "not-done": /0 of 11 objects/,
    partly: [/4 of 11 objects are there and equal, 7 missing/, (scene) => cutAfter(scene, 4, copying)],
    unknown: {
      world: at(copied, ({ store }) => store.seed(BUCKET, `${NEW.prefix}/sysids/sysid`, `${NEW_SYSID}\n`)),
      evidence: /10 of 11 .* 1 foreign/,
    },
  },
};

const initialize: MutationCases = {
  action: setInitialize,
  input: () => ({ ...WITH_ETCD, system_id: SYSID }),
  acts: stopped,
  answers: {
    done: new RegExp(`is "${SYSID}"`),
    "not-done": new RegExp(`is "${NEW_SYSID}"`),
    partly: { never: ONE_VALUE },
    unknown: [
      new RegExp(`it was "${NEW_SYSID}" before: somebody else writes it`),
      async (scene) => {
        await tried(scene, initialize);
        scene.etcd.keys.set(INITIALIZE, "1111111111111111111");
      },
    ],
  },
};

const optime: MutationCases = {
  action: removeOptime,
  input: () => WITH_ETCD,
  acts: stopped,
  answers: {
    done: /is absent/,
    "not-done": /is "83886336"/,
    partly: { never: "one call removes one key: it is there or it is not" },
    unknown: [
      /it was "83886336" before: somebody else writes it/,
      async (scene) => {
        await tried(scene, optime);
        scene.etcd.keys.set(OPTIME, "99999999");
      },
    ],
  },
};

const passwords: MutationCases = {
  action: setRolePasswords,
  input: () => WITH_ETCD,
  acts: restored,
  answers: {
    done: /appuser can log in/,
    "not-done": /refused for .* \(3 of 3 roles\)/,
    partly: [
      /refused for postgres, dvw7DJgqzFBJC8 \(2 of 3 roles\)/,
      ({ cell }) => cell.database.passwords.set("appuser", "new-appuser"),
    ],
    unknown: [
      /nobody can tell .* postgres \(the database system is starting up\)/,
      ({ cell }) =>
        cell.database.hiccups.push({ ok: false, why: "other", message: "the database system is starting up" }),
    ],
  },
};

export const ARCHIVE_AND_KEYS: readonly MutationCases[] = [movingAside, copying, initialize, optime, passwords];
