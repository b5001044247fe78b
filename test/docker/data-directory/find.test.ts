/** Data are found by content, below directories of any name; on the simulated engine. */
import { describe, expect, it } from "vitest";
import { findData, type Found } from "../../../src/docker/data-directory/find.ts";
import { dataIn } from "../../../src/docker/data-directory/recognise.ts";
import { databaseFiles } from "../../../src/rehearsal/docker-engine/catalogue-files.ts";
import { withVolume } from "../../../src/rehearsal/docker-engine/seed.ts";
import { emptyEngine } from "../../../src/rehearsal/docker-engine/state.ts";
import { file, type TreeNode } from "../../../src/rehearsal/docker-engine/tree.ts";
import type { DockerHost } from "../../../src/ports/docker-host.ts";
import { HERE } from "../../wiring/mutations/salvage.ts";
import { SalvageHost } from "../../fakes/counted-copies.ts";

type Files = Readonly<Record<string, TreeNode>>;
const NOW = Date.UTC(2026, 10, 22);
const seed = { major: "13", systemId: 7n, inProduction: false, checkpointAt: NOW, role: "x", databases: {} } as const;
const below = (directory: string): Files =>
  Object.fromEntries(Object.entries(databaseFiles(seed)).map(([path, node]) => [`${directory}/${path}`, node]));

interface Look {
  readonly depth?: number;
  readonly hasPrograms?: false;
}

async function found(files: Files, { depth, ...machine }: Look = {}): Promise<Found["contents"] | undefined> {
  const state = emptyEngine({ isLocal: true, ...machine });
  const engine = new SalvageHost(withVolume(state, { name: "v", files, createdAt: NOW }));
  const host = await engine.hosts.open(HERE);
  const [volume] = await host.volumes();
  const place = { key: "v", path: volume?.mountpoint ?? "", ...(depth === undefined ? {} : { depth }) };
  return (await findData(host, [place]))[0]?.contents;
}
const named = async (files: Files, look?: Look): Promise<readonly string[]> =>
  dataIn((await found(files, look)) ?? { kind: "empty" })
    .map(({ system, inside }) => `${system} ${inside}`)
    .sort();

const X = file("x");

describe("data below a directory", () => {
  it.each<[string, Files, string[]]>([
    ["where an image of release 18 has them", below("18/docker"), ["postgresql 18/docker"]],
    [
      "of each system that has its marks there",
      { ...below("a/b/c/d/e"), "cache/appendonly.aof": X, "mq/mnesia/rabbit@a/schema.DAT": X },
      ["postgresql a/b/c/d/e", "rabbitmq mq", "redis cache"],
    ],
    ["once for each system, without what it has within", { mnesia: X, "mnesia/rabbit@a/schema.DAT": X }, ["rabbitmq "]],
    ["where the control file is lost", { "pg/PG_VERSION": file("13\n"), "pg/base/1/x": X }, ["postgresql pg"]],
    ["of SQLite by its first bytes", { "app.db": file("SQLite format 3\0…"), "b.db": file("text") }, ["sqlite "]],
    [
      "of SQLite however deep, but for caches and what other systems have for themselves",
      {
        ...{
          "data/ghost.db": file("SQLite format 3\0…"),
          "home/node/.n8n/database.sqlite": file("SQLite format 3\0…"),
        },
        ...{ "x/cache/a.db": file("SQLite format 3\0"), "mq/mnesia/a.db": file("SQLite format 3\0"), "text/b.db": X },
        ...{ "influx/influxd.bolt": X, "influx/influxd.sqlite": file("SQLite format 3\0") },
      },
      ["influxdb influx", "rabbitmq mq", "sqlite data", "sqlite home/node/.n8n"],
    ],
    [
      "of H2 by its first bytes, of ZooKeeper without a number, of SeaweedFS, and of all that GitLab has in one place",
      {
        ...{ "h2/app.mv.db": file("H:2,block:3,blockSize:1000"), "old/app.h2.db": file("-- H2 0.5/B --      \n") },
        ...{ "zk/version-2/snapshot.0": X, "weed/vol_dir.uuid": X },
        ...{ "opt/postgresql/data/PG_VERSION": file("16\n"), "opt/redis/dump.rdb": file("REDIS0011") },
      },
      ["h2 h2", "h2 old", "postgresql opt/postgresql/data", "redis opt/redis", "seaweedfs weed", "zookeeper zk"],
    ],
    ["not by a name that any package has", { "node_modules/mysql/x": X, "node_modules/uuid/x": X, "store/x": X }, []],
    ["not in a tablespace, whose cluster is elsewhere", { "PG_13_202007201/16384/PG_VERSION": file("13\n") }, []],
  ])("are found %s", async (_, files, expected) => {
    expect(await named(files)).toEqual(expected);
  });

  it("names a cluster once, and none of its databases", async () => {
    const files = { ...databaseFiles(seed), "base/16384/PG_VERSION": file("13\n") };
    expect(await named(files)).toEqual(["postgresql "]);
  });

  it("are looked for as deep as the place says", async () => {
    const files = { ...below("a/b"), ...below("so/far/a/b") };
    expect(await named(files, { depth: 4 })).toEqual(["postgresql a/b"]);
    expect(await named(files, { depth: 0 })).toEqual([]);
    expect(await named(files)).toEqual(["postgresql a/b", "postgresql so/far/a/b"]);
  });

  it("are read by root if no container has a shell to look from", async () => {
    expect(await named(below("pgdata"), { hasPrograms: false })).toEqual(["postgresql pgdata"]);
  });

  it("are named in part if they are too many, and that is said", async () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_each, at) => [`${at}/dump.rdb`, X]));
    expect(await found(many)).toMatchObject({
      unwalked: "9 directories of it may be databases, and 8 were looked at",
    });
    const files = Object.fromEntries(Array.from({ length: 9 }, (_each, at) => [`${at}/a.db`, X]));
    expect(await found(files)).toMatchObject({
      unwalked: "9 files of it may be databases of SQLite, and 8 were looked at",
    });
  });
});

describe("data whose directory cannot be looked at", () => {
  it("are not called absent: its name is no UTF-8, so that nobody can ask for it", async () => {
    const seen = {
      ...({ state: "seen", key: "v", entries: [{ name: "b\ufffdckup", kind: "directory" }], more: false } as const),
      ...{ files: [], unread: [], uid: 0, mode: "755", modified: 0, space: undefined },
    };
    const absent = { state: "absent", key: "v" } as const;
    const paths = ["b\ufffdckup/pg/PG_VERSION"];
    const host: Pick<DockerHost, "look" | "search"> = {
      look: (places) => Promise.resolve(places.map(({ inside }) => (inside === undefined ? seen : absent))),
      search: () => Promise.resolve([{ state: "seen", key: "v", paths, more: false }]),
    };
    const [found] = await findData(host, [{ key: "v", path: "/v" }]);
    expect(found?.contents).toMatchObject({
      kind: "other",
      unwalked: "1 directory of it may be databases, and cannot be looked at",
    });
  });
});
