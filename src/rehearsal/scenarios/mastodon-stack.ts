/** A small community's Mastodon on one machine, brought up as its Compose file was shipped: no place for its data. */
import { unless } from "./endings.ts";
import { broughtUp } from "../docker-engine/compose.ts";
import { rowsOf, withRows } from "../docker-engine/database.ts";
import { madeDirectory } from "../docker-engine/file-programs.ts";
import { altered } from "../docker-engine/machine-files.ts";
import { withImage } from "../docker-engine/seed.ts";
import { type DockerEngineState, emptyEngine, type SimContainer } from "../docker-engine/state.ts";
import { file, planted } from "../docker-engine/tree.ts";

export const DIRECTORY = "/home/ops/mastodon";
export const COMPOSE_FILE = `${DIRECTORY}/docker-compose.yml`;
export const OVERRIDE = `${DIRECTORY}/docker-compose.override.yml`;
export const PROJECT = "mastodon";
const ACCOUNTS = 1000;
export const KEYS = 40;
/** The number of rows that its web server writes on its way down. */
const LAST = 5;

export const TEXT = `version: '2'
services:

  db:
    restart: always
    image: postgres:13
### Uncomment to enable DB persistance
#    volumes:
#      - ./postgres:/var/lib/postgresql/data

  redis:
    restart: always
    image: redis:6
### Uncomment to enable REDIS persistance
#    volumes:
#      - ./redis:/data

  web:
    restart: always
    image: gargron/mastodon:v1.3.2
    command: bundle exec rails s -p 3000 -b '0.0.0.0'
    ports:
      - "3000:3000"
    depends_on:
      - db
      - redis
    volumes:
      - ./public/assets:/mastodon/public/assets
      - ./public/system:/mastodon/public/system
`;

const PGDATA = "/var/lib/postgresql/data";
const MONTH = 30 * 86_400_000;

export function mastodonHost(
  now: number,
  generation: "v1" | "v2",
  over: Partial<DockerEngineState> = {},
): DockerEngineState {
  const began = now - MONTH;
  let host = emptyEngine({ isLocal: true, ...over });
  host = withImage(host, { tag: "postgres:13", volumes: [PGDATA], env: ["PG_MAJOR=13", `PGDATA=${PGDATA}`] });
  host = withImage(host, { tag: "redis:6", volumes: ["/data"] });
  host = withImage(host, { tag: "gargron/mastodon:v1.3.2", size: 900_000_000, errorsFirst: 3 });
  host = madeDirectory(host, DIRECTORY, began);
  host = altered(host, COMPOSE_FILE, (tree, at) => planted(tree, at, file(TEXT, { mode: 0o644, modified: began })));
  const call = { generation, project: PROJECT, directory: DIRECTORY, files: [COMPOSE_FILE], now: began };
  host = broughtUp(host, call);
  host = filled(host, "db", { rows: { accounts: ACCOUNTS }, now: began });
  host = filled(host, "redis", { rows: { keys: KEYS }, now: began });
  return { ...host, record: [] };
}

function filled(
  state: DockerEngineState,
  service: string,
  to: { readonly rows: Readonly<Record<string, number>>; readonly now: number },
): DockerEngineState {
  const container = memberOf(state, service);
  return container === undefined ? state : withRows(state, container, to);
}

export const memberOf = ({ containers }: DockerEngineState, service: string): SimContainer | undefined =>
  Object.values(containers).find(
    ({ labels }) =>
      labels["com.docker.compose.project"] === PROJECT && labels["com.docker.compose.service"] === service,
  );

const TABLES = [
  ["db", "accounts", ACCOUNTS, `${DIRECTORY}/postgres`, PGDATA],
  ["redis", "keys", KEYS, `${DIRECTORY}/redis`, "/data"],
] as const;

/** For every ending: the data are where they were. */
export function lostRows(state: DockerEngineState): string[] {
  return TABLES.flatMap(([service, table, least, , path]) => {
    const kept = Object.values(state.containers).some(
      (container) =>
        container.mounts.some(({ kind, to }) => kind === "volume" && to === path) &&
        (rowsOf(state, container)?.[table] ?? 0) >= least,
    );
    return unless(kept, `no container has the volume any more in which the ${table} of ${service} were`);
  });
}

/** The services run, with every row that was ever written, on their directories or on their former volumes. */
export function standing(state: DockerEngineState, on: "directories" | "volumes"): string[] {
  const down = ["db", "redis", "web"].filter((service) => memberOf(state, service)?.status !== "running");
  return [
    ...down.map((service) => `${service} does not run`),
    ...TABLES.flatMap(([service, table, least, directory, path]) => {
      const container = memberOf(state, service);
      const mount = container?.mounts.find(({ to }) => to === path);
      const rows = container === undefined ? 0 : (rowsOf(state, container)?.[table] ?? 0);
      const wanted = service === "db" ? least + LAST : least;
      const isThere = on === "directories" ? mount?.from === directory : mount?.kind === "volume";
      return [
        ...unless(isThere, `${service} is on ${mount?.from ?? "nothing"}`),
        ...unless(rows >= wanted, `${service} has ${rows} ${table} of ${wanted}`),
      ];
    }),
  ];
}

/** "" if there is none. */
export function textOf(state: DockerEngineState, path: string): string {
  const node = state.host.nodes[path.slice(1)];
  return node?.kind === "file" ? Buffer.from(node.start, "base64").toString() : "";
}
