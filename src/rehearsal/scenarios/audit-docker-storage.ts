/**
 * A Docker host of a small company: the places of its data, and the commands that would lose them. Nothing is lost, and
 * nothing is changed.
 */
import { bindMount, digits, volumeMount, withContainer, withImage, withVolume } from "../docker-engine/seed.ts";
import { postgresFiles } from "../docker-engine/postgres-files.ts";
import { type DockerEngineState, emptyEngine } from "../docker-engine/state.ts";
import { file, treeOf } from "../docker-engine/tree.ts";
import { openStory } from "./opening.ts";
import type { Closing, Scenario } from "./scenario.ts";
import { type Told, unsaid } from "./told.ts";

const DAY = 86_400_000;
const PGDATA = "/var/lib/postgresql/data";
/** Volumes that nobody remembers. */
const FORGOTTEN = 30;

export const auditDockerStorage: Scenario = {
  name: "audit-docker-storage",
  title: "Where do the data of this Docker host lie?",
  teaches:
    "The audit finds anonymous volumes, data inside containers, and forgotten databases, before somebody prunes them.",
  ticket: [
    'A Tuesday. A colleague writes: "the disk of docker1 is nearly full, I will run docker system prune --volumes tonight,',
    'all our containers are up anyway". Is that a good idea?',
  ],
  runbook: "audit-docker-storage",
  open: ({ seed, now }) => ({ ...openStory({ era: "f", seed, now }), docker: dockerHost(now) }),
  inputs: { backed_up: "shop-db" },
  answers: {},
  exitCode: 21,
  complaints,
  unsaid: (told) => findingsUnsaid(told),
};

/** One database where it belongs, one without a name, one in its container, one forgotten, one bind that is gone. */
export function dockerHost(now: number): DockerEngineState {
  const long = now - 400 * DAY;
  const postgres = (systemId: bigint, checkpointAt: number, inProduction: boolean) =>
    postgresFiles({ major: "13", systemId, checkpointAt, inProduction });
  const [unnamed, forgotten] = [digits("volume of the forum"), digits("volume of the old shop")];
  let host = emptyEngine({
    space: { block: 4096, blocks: 25_000_000, free: 1_700_000, inodes: 6_000_000, freeInodes: 5_000_000 },
  });
  host = withImage(host, { tag: "postgres:13", volumes: [PGDATA], env: ["PG_MAJOR=13", `PGDATA=${PGDATA}`] });
  host = withImage(host, { tag: "redis:6", volumes: ["/data"] });
  host = withImage(host, { tag: "wiki:4", size: 50_000_000 });
  host = withVolume(host, {
    name: "shop_db",
    files: postgres(7710592673896030425n, now - DAY / 24, true),
    createdAt: long,
  });
  host = withVolume(host, {
    name: unnamed,
    files: postgres(7710592673896030777n, now - DAY / 48, true),
    createdAt: long,
  });
  host = withVolume(host, {
    name: forgotten,
    files: postgres(7600000000000000123n, now - 90 * DAY, false),
    createdAt: long,
  });
  for (let each = 0; each < FORGOTTEN; each += 1) {
    const files = each % 3 === 0 ? {} : { "cache.bin": file("x", { size: 40_000_000 }) };
    host = withVolume(host, { name: digits(`forgotten ${each}`), files, createdAt: long + each * DAY });
  }
  host = withContainer(host, {
    ...{ name: "shop-db", image: "postgres:13", createdAt: long },
    mounts: [volumeMount("shop_db", PGDATA)],
  });
  host = withContainer(host, {
    name: "forum-db",
    image: "postgres:13",
    createdAt: long,
    mounts: [volumeMount(unnamed, PGDATA)],
  });
  const rows = { "var/lib/wiki/dump.rdb": file("REDIS0009", { size: 3_000_000 }) };
  return withContainer(host, {
    ...{ name: "wiki", image: "wiki:4", createdAt: long, layer: treeOf(rows) },
    mounts: [bindMount("/srv/wiki/uploads", "/uploads")],
  });
}

function complaints({ docker }: Closing): string[] {
  const changed = docker?.record ?? [];
  return changed.map((what) => `an audit changed the Docker host: ${what}`);
}

function findingsUnsaid(told: Told): string[] {
  const wanted = [
    "data-in-anonymous-volume",
    "data-in-layer",
    "data-in-unused-volume",
    "bind-missing",
    "space-short",
    "volumes-unused",
  ];
  return unsaid(
    "the audit",
    told.text,
    wanted.map((code) => `"code":"${code}"`),
  );
}
