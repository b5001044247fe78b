/** Copies of volumes, servers on them, dumps, and volumes that are put back. */
import type { JsonObject } from "../../../src/action.ts";
import { checkRoom } from "../../../src/docker/actions/salvage/check-room.ts";
import { chooseDatabases } from "../../../src/docker/actions/salvage/choose.ts";
import { clearCopies } from "../../../src/docker/actions/salvage/clear.ts";
import { copyVolume } from "../../../src/docker/actions/salvage/copy.ts";
import { dumpDatabases } from "../../../src/docker/actions/salvage/dump.ts";
import { inspectCopy } from "../../../src/docker/actions/salvage/inspect.ts";
import { pickVolumes } from "../../../src/docker/actions/salvage/pick.ts";
import { proveDump } from "../../../src/docker/actions/salvage/prove.ts";
import { putBack } from "../../../src/docker/actions/salvage/put-back.ts";
import { surveyVolumes } from "../../../src/docker/actions/salvage/survey.ts";
import { lostHost, LOST } from "../../../src/rehearsal/scenarios/salvage-docker-volumes.ts";
import { SalvageHost } from "../../fakes/counted-copies.ts";
import { RUN, Scene } from "../../traps/scene.ts";
import { at, type MutationCases, tried } from "./shape.ts";

export const HERE = { host: "", sudo: false };
export const OUT = "/var/tmp/out";
export const NAME = `dingo-recover-${RUN}-1`;

const hosts = new WeakMap<Scene, SalvageHost>();
export function salvageHost(scene: Scene): SalvageHost {
  const found = hosts.get(scene);
  if (found === undefined) throw new Error("the scene has no Docker host");
  return found;
}

/** The scenario's host, looked at, and the lost volume picked. */
export async function lost(): Promise<Scene> {
  const scene = new Scene();
  const host = new SalvageHost(lostHost(Date.UTC(2026, 10, 22)));
  hosts.set(scene, host);
  scene.docker.hosts.set("", await host.hosts.open(HERE));
  scene.docker.copying.set("", await host.copies());
  const work = await host.hosts.work({ host: "", sudo: false });
  scene.docker.workable.set("", Object.assign(work, { changed: [] }));
  return scene;
}

export async function survey(
  scene: Scene,
  wanted: JsonObject = { database: "shop", table: "", time: "" },
): Promise<JsonObject> {
  return await scene.perform(surveyVolumes, { ...HERE, ...wanted });
}

export async function planned(scene: Scene): Promise<JsonObject> {
  const { candidates } = await survey(scene);
  const { picked } = await scene.perform(pickVolumes, { ...HERE, candidates: candidates ?? [], volumes: [LOST] });
  return await scene.perform(checkRoom, { ...HERE, picked: picked ?? [], postgres_bin: "", out: OUT });
}

async function copyOf(scene: Scene): Promise<JsonObject> {
  const { copies } = await planned(scene);
  return (copies as readonly JsonObject[])[0] ?? {};
}
const ofCopy = async (scene: Scene): Promise<JsonObject> => ({ ...HERE, copy: await copyOf(scene) });

const theirs = (scene: Scene) =>
  salvageHost(scene).engine.call({
    words: ["volume", "create", "--label", "dingo-recover.run=theirs", NAME],
    stdin: "",
    endpoint: "",
  });

const copying: MutationCases = {
  action: copyVolume,
  input: async (scene) => await ofCopy(scene),
  acts: lost,
  answers: {
    done: /holds the whole copy/,
    "not-done": /there is no volume/,
    partly: [
      /holds a part/,
      async (scene) => {
        salvageHost(scene).dieAfter = 1;
        await tried(scene, copying);
        salvageHost(scene).dieAfter = Number.POSITIVE_INFINITY;
      },
    ],
    unknown: [/is not this run's/, theirs],
  },
};
export const copied = at(lost, (scene) => tried(scene, copying));

/** Cut right behind the start of a server. */
const cutAt = (build: () => Promise<Scene>, of: () => MutationCases, changes: number) =>
  at(build, async (scene) => {
    salvageHost(scene).dieAfter = salvageHost(scene).changed.length + changes;
    await tried(scene, of());
    salvageHost(scene).dieAfter = Number.POSITIVE_INFINITY;
  });

const inspecting: MutationCases = {
  action: inspectCopy,
  input: async (scene) => ({ ...(await ofCopy(scene)), database: "shop", table: "" }),
  acts: copied,
  answers: {
    done: { never: "it leaves nothing to be found, and is done once more" },
    "not-done": /nothing is left of an attempt/,
    partly: { world: cutAt(copied, () => inspecting, 1), evidence: /-1 is left of an attempt/ },
    unknown: { never: "a container is there or is not" },
  },
};

const chosenOf = async (scene: Scene): Promise<JsonObject> => {
  const found = await scene.perform(inspectCopy, await inspecting.input(scene));
  const { chosen } = await scene.perform(chooseDatabases, { found: [found], dump: ["shop"] });
  return (chosen as readonly JsonObject[])[0] ?? {};
};
/** `chosenOf` costs a server: it is asked once for each scene. */
const inputs = new WeakMap<Scene, Promise<JsonObject>>();
const once = (scene: Scene, make: () => Promise<JsonObject>): Promise<JsonObject> => {
  const known = inputs.get(scene) ?? make();
  inputs.set(scene, known);
  return known;
};
const dumpInput = (scene: Scene) => once(scene, async () => ({ ...HERE, chosen: await chosenOf(scene), out: OUT }));
const chosen = at(copied, dumpInput);

const dumping: MutationCases = {
  action: dumpDatabases,
  input: dumpInput,
  acts: chosen,
  answers: {
    done: /2 of 2 dumps/,
    "not-done": /0 of 2 dumps/,
    partly: { world: cutAt(chosen, () => dumping, 2), evidence: /1 of 2 dumps are there, and a server is left/ },
    unknown: { never: "files and a container are there or are not" },
  },
};

const proofs = new WeakMap<Scene, JsonObject>();
const dumped = at(chosen, async (scene) => {
  proofs.set(scene, { ...HERE, dumped: await scene.perform(dumpDatabases, await dumpInput(scene)) });
});

const proving: MutationCases = {
  action: proveDump,
  input: (scene) => proofs.get(scene) ?? {},
  acts: dumped,
  answers: {
    done: { never: "it leaves nothing to be found, and is done once more" },
    "not-done": /nothing is left of an attempt/,
    partly: { world: cutAt(dumped, () => proving, 2), evidence: /-1-proof is left of an attempt/ },
    unknown: { never: "a container and a volume are there or are not" },
  },
};

const puttingBack: MutationCases = {
  action: putBack,
  input: async (scene) => ({ ...HERE, copies: [await copyOf(scene)], into: "shop_db", compose: "shop/db" }),
  acts: lost,
  answers: {
    done: /shop_db is there/,
    "not-done": /shop_db is not there/,
    partly: { world: cutAt(lost, () => puttingBack, 1), evidence: /shop_db is there/ },
    unknown: { never: "a volume is there or is not, and a directory without a note is asked about by its own test" },
  },
};
export const restored = at(lost, (scene) => tried(scene, puttingBack));

const clearing: MutationCases = {
  action: clearCopies,
  input: async (scene) => ({ ...HERE, copies: (await planned(scene))["copies"] ?? [] }),
  acts: copied,
  answers: {
    done: { world: lost, evidence: /no copy is there/ },
    "not-done": /1 copy of 1 left/,
    partly: { never: "with one copy it is there or is not" },
    unknown: { world: at(lost, theirs), evidence: /is not this run's/ },
  },
};

export const SALVAGE: readonly MutationCases[] = [copying, inspecting, dumping, proving, puttingBack, clearing];
