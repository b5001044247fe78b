/** The actions that give a Compose stack directories for its data. */
import type { JsonObject } from "../../../src/action.ts";
import { copyService } from "../../../src/docker/actions/compose/copy-data.ts";
import { editFile } from "../../../src/docker/actions/compose/edit-file.ts";
import { proveCopy } from "../../../src/docker/actions/compose/prove-copy.ts";
import { setContainerAside } from "../../../src/docker/actions/compose/set-aside.ts";
import { stopStack } from "../../../src/docker/actions/compose/stop.ts";
import { bringUp } from "../../../src/docker/actions/compose/up.ts";
import { warmCopy } from "../../../src/docker/actions/compose/warm-copy.ts";
import { FIELD } from "../../../src/kit/commands/database-copy-commands.ts";
import { FakeComposeStack, hashOfText, VOLUMES, volumeOf } from "../../fakes/fake-compose-stack.ts";
import { RUN, Scene } from "../../traps/scene.ts";
import { at, type MutationCases, ONE_VALUE, tried } from "./shape.ts";

export const PROJECT = { host: "", sudo: false, project: "mastodon" };
export const FILE = "/srv/mastodon/docker-compose.yml";
export const BEFORE = "services:\n  web:\n    image: acme\n  db:\n    image: postgres:15\n";
export const OVERRIDE = "/srv/mastodon/docker-compose.override.yml";
const AFTER = "services:\n  db:\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n";
const PATH = "/var/lib/postgresql/data";
export const DESTINATION = "/srv/mastodon/postgres";
export const KEPT = `mastodon_db_1.dingo-recover-${RUN}`;

const stacks = new WeakMap<Scene, FakeComposeStack>();
export function stackOf(scene: Scene): FakeComposeStack {
  const stack = stacks.get(scene);
  if (stack === undefined) throw new Error("the scene has no stack");
  return stack;
}

/** A database and its user, both running, the data in an anonymous volume. */
export function running(): Scene {
  const scene = new Scene();
  const stack = new FakeComposeStack();
  stack.add("db", { image: "postgres:15", imageId: "sha256:pg", path: PATH });
  stack.add("web");
  stack.images_.set("sha256:pg", [PATH]);
  stack.files.set(FILE, BEFORE);
  stack.answer = (argv, sql = "") => {
    const rows = sql.startsWith("SELECT datname") ? "postgres\n" : `public.accounts${FIELD}1000\n`;
    const redis = argv.includes("PING") ? "PONG\n" : "# Keyspace\r\ndb0:keys=1000,expires=0,avg_ttl=0\r\n";
    return { code: 0, stdout: argv[0] === "redis-cli" ? redis : rows, stderr: "" };
  };
  scene.docker.hosts.set("", stack);
  scene.docker.workable.set("", stack);
  stacks.set(scene, stack);
  return scene;
}

const DB = "1".padStart(64, "0");
const WEB = "2".padStart(64, "0");
export const RUNNING = [
  { id: WEB, name: "mastodon_web_1", service: "web", grace: 10, ports: [3000] },
  { id: DB, name: "mastodon_db_1", service: "db", grace: 120, ports: [] },
];
export const MOVED = {
  ...{
    service: "db",
    container: "mastodon_db_1",
    container_id: DB,
    name: "db",
    image: "postgres:15",
    image_id: "sha256:pg",
    kind: "postgresql",
  },
  ...{ path: PATH, volume: volumeOf("db"), source: `${VOLUMES}/${volumeOf("db")}/_data`, destination: DESTINATION },
  ...{ written: "./postgres", bytes: 1000, env: {} },
};
const OF_DB: JsonObject = { ...PROJECT, moved: MOVED };
export const UP = {
  ...PROJECT,
  generation: "v1",
  directory: "/srv/mastodon",
  files: [FILE, OVERRIDE],
  env_files: [],
  services: [MOVED],
  running: RUNNING,
};

const stopping: MutationCases = {
  action: stopStack,
  input: () => ({ ...PROJECT, running: RUNNING }),
  acts: running,
  answers: {
    done: /all have stopped/,
    "not-done": /mastodon_db_1, mastodon_web_1 run/,
    partly: [/^mastodon_db_1 run/, (scene) => stackOf(scene).stop(WEB)],
    unknown: { never: "each container of the list runs or does not" },
  },
};
export const stopped = at(running, (scene) => tried(scene, stopping));

const PART = `${DESTINATION}.dingo-recover-${RUN}-part`;
const warming: MutationCases = {
  action: warmCopy,
  input: () => OF_DB,
  acts: running,
  answers: {
    done: { never: "what is copied under a server that runs is no copy yet: it is gone on with" },
    "not-done": /nothing of the copy is there/,
    partly: [/some of the copy is there/, (scene) => tried(scene, warming)],
    unknown: { never: "a directory is there or is not" },
  },
};
export const warmed = at(running, (scene) => tried(scene, warming));

const copying: MutationCases = {
  action: copyService,
  input: () => OF_DB,
  acts: stopped,
  answers: {
    done: /postgres is directory/,
    "not-done": /postgres is absent, its part is absent/,
    partly: [/its part is directory/, (scene) => stackOf(scene).directories.set(PART, "half")],
    unknown: [
      /holds something else than .*; "dingo-recover undo \S+" brings the old stack back/,
      (scene) => stackOf(scene).directories.set(DESTINATION, "theirs"),
    ],
  },
};
export const copied = at(stopped, (scene) => tried(scene, copying));

/** The engine answers to two changes more; then the process ends. */
async function cut(scene: Scene, of: MutationCases): Promise<void> {
  const stack = stackOf(scene);
  stack.dieAfter = stack.changed.length + 2;
  await tried(scene, of);
  stack.dieAfter = Number.POSITIVE_INFINITY;
}

const proving: MutationCases = {
  action: proveCopy,
  input: () => OF_DB,
  acts: copied,
  answers: {
    done: { never: "it leaves nothing to be found, and is done once more" },
    "not-done": /no second copy/,
    partly: [/second copy is left/, (scene) => cut(scene, proving)],
    unknown: { never: "a directory and a container are there or are not" },
  },
};

const settingAside: MutationCases = {
  action: setContainerAside,
  input: () => OF_DB,
  acts: copied,
  answers: {
    done: /mastodon_db_1 is gone, .* is there/,
    "not-done": /mastodon_db_1 is there, .* is not/,
    partly: [/mastodon_db_1 is there, .* is there/, (scene) => cut(scene, settingAside)],
    unknown: [/mastodon_db_1 is gone, .* is not/, (scene) => stackOf(scene).all.delete(DB)],
  },
};
export const aside = at(copied, (scene) => tried(scene, settingAside));

const EDIT = {
  ...PROJECT,
  file: OVERRIDE,
  before_sha256: "",
  after_sha256: hashOfText(AFTER),
  services: [MOVED],
  diff: "",
};
const surveyed = aside;

const editing: MutationCases = {
  action: editFile,
  input: () => EDIT,
  acts: surveyed,
  answers: {
    done: /as it was written/,
    "not-done": /as it was/,
    partly: { never: ONE_VALUE },
    unknown: [/something else/, (scene) => stackOf(scene).files.set(OVERRIDE, "theirs")],
  },
};
export const edited = at(surveyed, (scene) => tried(scene, editing));

const starting: MutationCases = {
  action: bringUp,
  input: () => ({ ...UP, all: false }),
  acts: edited,
  answers: {
    done: /all run/,
    "not-done": /db does not run/,
    partly: { never: "with one moved service it runs or does not; of several, those that run are told" },
    unknown: [/runs, and not on its new directory/, (scene) => stackOf(scene).add("db", { path: PATH })],
  },
};
export const started = at(edited, (scene) => tried(scene, starting));

export const COMPOSE: readonly MutationCases[] = [warming, stopping, copying, proving, settingAside, editing, starting];

export function caseOf(id: string): MutationCases {
  const found = COMPOSE.find(({ action }) => action.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}
