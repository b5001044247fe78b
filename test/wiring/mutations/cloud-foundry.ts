/** The objects that Cloud Foundry makes for the run, and the restart of the bound application. */
import { bindApp } from "../../../src/foundation/actions/cf/bind-app.ts";
import { createServiceKey } from "../../../src/foundation/actions/cf/create-service-key.ts";
import { createSpace } from "../../../src/foundation/actions/cf/create-space.ts";
import { createService } from "../../../src/foundation/actions/cf/create-service.ts";
import { exchangeNames } from "../../../src/foundation/actions/cf/exchange-names.ts";
import { restartApp } from "../../../src/foundation/actions/cf/restart-app.ts";
import type { LastOperation } from "../../../src/ports/cloud-foundry.ts";
import { NEW_GUID, RUN, Scene, SPACE, TAG } from "../../traps/scene.ts";
import { at, type MutationCases, tried } from "./shape.ts";
import { fresh } from "./worlds.ts";

const operation = (state: LastOperation["state"]): LastOperation => ({ type: "create", state, description: "" });

function withApp(): Scene {
  const scene = fresh();
  scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
  return scene;
}

function bound(state: LastOperation["state"] = "succeeded", type: "app" | "key" = "app"): Scene {
  const scene = withApp();
  const own = type === "app" ? { name: undefined, appGuid: "web-guid" } : { name: TAG, appGuid: undefined };
  scene.cf.bindingList.set(NEW_GUID, [{ guid: "binding", type, ...own, lastOperation: operation(state) }]);
  return scene;
}

/** The input of a create. */
export const WANTED = {
  org: "shop",
  space: "prod",
  space_guid: SPACE.guid,
  offering: "dingo-postgresql",
  plan: "cluster",
  name: "important-db",
  run: RUN,
};

const creating: MutationCases = {
  action: createService,
  input: () => WANTED,
  acts: () => new Scene(),
  answers: {
    done: /important-db" is .*, create succeeded/,
    "not-done": /no service instance "important-db"/,
    partly: {
      world: at(fresh, ({ cf }) => cf.change(NEW_GUID, { lastOperation: operation("in progress") })),
      evidence: /create in progress/,
    },
    unknown: {
      world: at(fresh, ({ cf }) => cf.change(NEW_GUID, { tags: [] })),
      evidence: /without the tag of this run/,
    },
  },
};

const key: MutationCases = {
  action: createServiceKey,
  input: () => ({ guid: NEW_GUID, org: "shop", space: "prod", name: "important-db", run: RUN }),
  acts: fresh,
  answers: {
    done: { world: () => bound("succeeded", "key"), evidence: /the service key ".*" is binding, succeeded/ },
    "not-done": /does not have the service key/,
    partly: { world: () => bound("in progress", "key"), evidence: /in progress/ },
    unknown: [/may not be read/, refuseBindings],
  },
};

const binding: MutationCases = {
  action: bindApp,
  input: () => ({
    guid: NEW_GUID,
    org: "shop",
    space: "prod",
    space_guid: SPACE.guid,
    name: "important-db",
    app: "web",
  }),
  acts: withApp,
  answers: {
    done: { world: () => bound(), evidence: /the binding of "web" to "important-db" is binding, succeeded/ },
    "not-done": /does not have the binding/,
    partly: { world: () => bound("in progress"), evidence: /in progress/ },
    unknown: [/may not be read/, refuseBindings],
  },
};

function refuseBindings({ cf }: Scene): void {
  cf.hidesBindings = true;
}

const restarting: MutationCases = {
  action: restartApp,
  input: () => ({ guid: NEW_GUID, org: "shop", space: "prod", space_guid: SPACE.guid, app: "web" }),
  acts: () => bound(),
  answers: {
    done: /1 of 1 instances run/,
    "not-done": /no restart was asked for/,
    partly: [
      /1 of 2 instances run; web\/1 is CRASHED/,
      (scene) => {
        scene.cf.instanceStates.push(["RUNNING", "CRASHED"]);
        return tried(scene, restarting);
      },
    ],
    unknown: [
      /no application "web" in the space any more/,
      async (scene) => {
        await tried(scene, restarting);
        scene.cf.appList.length = 0;
      },
    ],
  },
};

const OTHER = "11111111-2222-4333-8444-555555555555";

/** Recovered under another name: the one that was wanted had been taken by an empty instance. */
function taken(): Scene {
  const scene = fresh();
  scene.cf.change(NEW_GUID, { name: "important-db-2" });
  const [own] = scene.cf.instances;
  if (own !== undefined) scene.cf.instances.push({ ...own, guid: OTHER, name: "important-db", tags: [] });
  return scene;
}

const ASIDE = `important-db-before-${TAG}`;

const exchanging: MutationCases = {
  action: exchangeNames,
  input: () => ({
    org: "shop",
    space: "prod",
    guid: NEW_GUID,
    name: "important-db-2",
    wanted: "important-db",
    other: OTHER,
    run: RUN,
  }),
  acts: taken,
  answers: {
    done: /recovered instance is "important-db", the other "important-db-before-/,
    "not-done": /recovered instance is "important-db-2", the other "important-db"/,
    partly: [
      /recovered instance is "important-db-2", the other "important-db-before-/,
      ({ cf }) => cf.change(OTHER, { name: ASIDE }),
    ],
    unknown: [/the other "theirs"/, ({ cf }) => cf.change(OTHER, { name: "theirs" })],
  },
};

function withoutSpace(): Scene {
  const scene = new Scene();
  scene.cf.spaces.length = 0;
  return scene;
}

const makingSpace: MutationCases = {
  action: createSpace,
  input: () => ({ org: "shop", space: "prod", org_guid: SPACE.orgGuid }),
  acts: withoutSpace,
  answers: {
    done: /"prod" is prod-again/,
    "not-done": /"shop" has no space "prod"/,
    partly: {
      world: at(
        () => new Scene(),
        ({ cf }) => cf.notDeveloped.add(SPACE.guid),
      ),
      evidence: /"prod" is space-guid, and our user is no developer of it/,
    },
    unknown: [
      /may not be read/,
      ({ cf }) => {
        cf.hidesSpaces = true;
      },
    ],
  },
};

export const CLOUD_FOUNDRY: readonly MutationCases[] = [makingSpace, creating, key, binding, restarting, exchanging];
