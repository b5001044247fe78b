/** Somebody typed `docker-compose down`: the rows of a shop lie in one of many volumes without a name. Nothing is lost yet. */
import { unless } from "./endings.ts";
import { databaseFiles } from "../docker-engine/catalogue-files.ts";
import {
  bindMount,
  composeLabels,
  digits,
  volumeMount,
  withContainer,
  withImage,
  withVolume,
} from "../docker-engine/seed.ts";
import { type DockerEngineState, emptyEngine } from "../docker-engine/state.ts";
import { file, treeOf } from "../docker-engine/tree.ts";
import { AGREES, openStory } from "./opening.ts";
import type { Closing, Scenario } from "./scenario.ts";
import { type Told, unsaid } from "./told.ts";

const HOUR = 3_600_000;
const PGDATA = "/var/lib/postgresql/data";
const ORDERS = 4_212;
/** Each `up` without a volume makes one more. */
const UPS = 24;

/** The volume that the shop's rows are in. */
export const LOST = digits("the lost volume of the shop");
const NEWEST = digits("the volume of the newest up");

export const salvageDockerVolumes: Scenario = {
  name: "salvage-docker-volumes",
  title: "docker-compose down took the database",
  teaches:
    "The tool finds the right one of many volumes without a name, and only reads them. It makes a copy and a proved dump.",
  ticket: [
    "Late in the evening somebody tinkered with the shop, typed `docker-compose down` in anger, and then `up` again. It",
    "greets everybody with an empty database. `docker volume ls` shows a long list of digits.",
  ],
  runbook: "salvage-docker-volumes",
  open: ({ seed, now }) => ({ ...openStory({ era: "f", seed, now }), docker: lostHost(now) }),
  inputs: {
    database: "shop",
    around: "3h ago",
    volumes: LOST.slice(0, 12),
    dump: "shop",
    put_back: "shop_db",
    compose: "shop/db",
  },
  alwaysGiven: ["database", "put_back", "compose"],
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...originalsTouched(closing), ...(closing.exitCode === 0 ? notSaved(closing) : [])],
  undone: (closing) => [...originalsTouched(closing), ...left(closing)],
  unsaid: (told) => rowsUnsaid(told),
};

/** The lost volume, those of empty databases before it, one that a running container uses, another system's, and plain ones. */
export function lostHost(now: number): DockerEngineState {
  let host = emptyEngine();
  host = withImage(host, { tag: "postgres:13", volumes: [PGDATA], env: ["PG_MAJOR=13", `PGDATA=${PGDATA}`] });
  host = withImage(host, { tag: "postgres:16", volumes: [PGDATA], env: ["PG_MAJOR=16", `PGDATA=${PGDATA}`] });
  const databaseVolume = (name: string, hours: number, rows: Readonly<Record<string, number>> | undefined) => {
    const checkpointAt = now - hours * HOUR;
    const databases = rows === undefined ? { postgres: {} } : { postgres: {}, shop: rows };
    const files = databaseFiles({
      major: "13",
      systemId: 7_600_000_000_000_000_000n + BigInt(hours),
      inProduction: rows !== undefined,
      checkpointAt,
      role: "shop",
      databases,
    });
    host = withVolume(host, { name, files, createdAt: checkpointAt });
  };
  for (let each = 0; each < UPS; each += 1) databaseVolume(digits(`up ${each}`), 30 * 24 + each, undefined);
  databaseVolume(LOST, 2, { orders: ORDERS, customers: 310 });
  databaseVolume(NEWEST, 1, undefined);
  host = withVolume(host, {
    name: digits("a cache"),
    files: { "dump.rdb": file("REDIS0009", { size: 2_000 }) },
    createdAt: now - 40 * HOUR,
  });
  for (let each = 0; each < 12; each += 1)
    host = withVolume(host, {
      name: digits(`plain ${each}`),
      files: each % 2 === 0 ? {} : { "logo.png": file("x") },
      createdAt: now - 90 * HOUR,
    });
  return withContainer(host, {
    ...{ name: "shop_db_1", image: "postgres:13", createdAt: now - HOUR },
    labels: composeLabels("shop", "db", "/home/ops/shop/docker-compose.yml"),
    mounts: [volumeMount(NEWEST, PGDATA)],
  });
}

const COPY = "/srv/shop-before-the-move";

/** `down -v` took the volume itself; somebody's copy in a directory is all that remains. */
export const salvageVolumesGone: Scenario = {
  name: "salvage-volumes-gone",
  title: "docker-compose down -v took the volumes too",
  teaches:
    "No volume holds the database any more. The tool says which command removed it, and finds a copy in a directory.",
  ticket: [
    "Somebody typed `docker-compose down -v` to get rid of an error, and the shop is empty. They are sure that the rows are",
    "still in one of Docker's volumes.",
  ],
  runbook: "salvage-docker-volumes",
  open: ({ seed, now }) => ({ ...openStory({ era: "f", seed, now }), docker: emptiedHost(now) }),
  inputs: { database: "shop", around: "3h ago" },
  answers: AGREES,
  exitCode: 17,
  complaints: ({ docker }) => (docker?.record ?? []).map((what) => `a look changed the Docker host: ${what}`),
  unsaid: ({ refusal: { code, message, remedy } }) =>
    unsaid("the refusal", `${code} ${message} ${remedy}`, [
      ...["nothing-found", '"down -v"', `the directory ${COPY} of shop_db_old holds PostgreSQL`],
      ...["a snapshot of the disk", "a dump or an archive elsewhere", "another engine or context"],
    ]),
};

function emptiedHost(now: number): DockerEngineState {
  const { volumes, ...host } = lostHost(now);
  const left = Object.entries(volumes).filter(([, { tree }]) => tree.nodes["PG_VERSION"] === undefined);
  const files = databaseFiles({
    ...{ major: "13", systemId: 7_600_000_000_000_000_777n, inProduction: false, checkpointAt: now - 400 * HOUR },
    ...{ role: "shop", databases: { postgres: {}, shop: { orders: 3_900 } } },
  });
  const copied = Object.entries(files).map(([path, node]) => [`${COPY.slice(1)}/${path}`, node] as const);
  return withContainer(
    {
      ...host,
      containers: {},
      volumes: Object.fromEntries(left),
      host: treeOf({ ...host.host.nodes, ...Object.fromEntries(copied) }),
    },
    {
      ...{ name: "shop_db_old", image: "postgres:13", createdAt: now - 400 * HOUR, status: "exited" },
      mounts: [bindMount(COPY, PGDATA)],
    },
  );
}

const before = (name: string): string => digits(name);

/** For every ending: each volume that was there is there, byte for byte. */
function originalsTouched({ docker }: Closing): string[] {
  const made = docker?.record ?? [];
  const names = [LOST, NEWEST, ...Array.from({ length: UPS }, (_, each) => before(`up ${each}`))];
  return [
    ...names
      .filter((name) => docker?.volumes[name] === undefined)
      .map((name) => `the volume ${name.slice(0, 12)} is gone`),
    ...made
      .filter((what) => names.some((name) => what.includes(name)))
      .map((what) => `a volume that was there was changed: ${what}`),
    ...unless(docker?.volumes[LOST]?.tree.nodes["complete"] === undefined, "the lost volume was written to"),
  ];
}

function notSaved({ docker }: Closing): string[] {
  const put = docker?.volumes["shop_db"];
  const isWhole = JSON.stringify(put?.tree.nodes) === JSON.stringify(docker?.volumes[LOST]?.tree.nodes);
  return [
    ...unless(isWhole, "shop_db does not hold what the lost volume holds"),
    ...unless(put?.labels["com.docker.compose.project"] === "shop", "Compose would take shop_db for somebody else's"),
    ...ownLeft(docker),
  ];
}

const left = ({ docker }: Closing): string[] => [
  ...ownLeft(docker),
  ...unless(docker?.volumes["shop_db"] === undefined, "shop_db is still there"),
];

function ownLeft(docker: DockerEngineState | undefined): string[] {
  const volumes = Object.keys(docker?.volumes ?? {}).filter((name) => name.startsWith("dingo-recover-"));
  const containers = Object.values(docker?.containers ?? {}).filter(({ name }) => name.startsWith("dingo-recover-"));
  return [...volumes, ...containers.map(({ name }) => name)].map((name) => `${name} of the run is left`);
}

function rowsUnsaid(told: Told): string[] {
  return unsaid("the journal", told.text, [`"rows":${ORDERS + 310}`, "has a database", "IN USE by shop_db_1"]);
}
