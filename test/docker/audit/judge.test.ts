import { describe, expect, it } from "vitest";
import { gravest } from "../../../src/docker/audit/finding.ts";
import { judge } from "../../../src/docker/audit/judge.ts";
import type { Contents } from "../../../src/docker/data-directory/recognise.ts";
import {
  anonymousName,
  bindOf,
  container,
  FILE,
  findings,
  member,
  mountOf,
  PGDATA,
  postgres,
  project,
  service,
  surveyOf,
  volume,
} from "./made-up-host.ts";

const codes = (...of: Parameters<typeof findings>): readonly string[] => findings(...of).map(({ code }) => code);
const ANONYMOUS = anonymousName("a");

describe("if data lie", () => {
  it("finds nothing wrong with a database in a named volume that is backed up", () => {
    const survey = { volumes: [volume("pg")], containers: [container("db", { mounts: [mountOf("pg")] })] };
    expect(findings(survey)).toEqual([]);
    expect(gravest(findings(survey))).toBe("nothing");
  });

  it("finds a database in an anonymous volume, names the line of the Compose file and the exact commands", () => {
    const db = container("shop-db-1", { mounts: [mountOf(ANONYMOUS)], compose: member("db") });
    const [found] = findings({
      volumes: [volume(ANONYMOUS)],
      containers: [db],
      projects: [project([service("db", { at: `${FILE}:7` })])],
    });
    expect(found).toMatchObject({ code: "data-in-anonymous-volume", severity: "serious", at: `${FILE}:7` });
    expect(found?.commands).toEqual([
      expect.stringMatching(/^docker exec shop-db-1 sh -c 'pg_dumpall .*' > shop-db-1-backup$/u),
      "docker stop -t 60 shop-db-1",
      "docker volume create --label com.docker.compose.project=shop --label com.docker.compose.volume=db-data shop_db-data",
      `docker create --name shop_db-data-filler --network none --mount type=volume,src=shop_db-data,dst=${PGDATA},volume-nocopy sha256:16 none`,
      `docker cp -a shop-db-1:${PGDATA} - | docker cp - shop_db-data-filler:/var/lib/postgresql`,
      "docker rm shop_db-data-filler",
    ]);
    expect(found?.fix).toContain(`volumes: ["db-data:${PGDATA}"]`);
  });

  it.each([
    ["is removed when it stops", { removedWhenStopped: true }, "the engine removes the container"],
    ["is a task of Swarm", { labels: { "com.docker.swarm.service.name": "shopdb" } }, 'another task of "shopdb"'],
    ["has a label of a program that is not known", { labels: { "acme.job": "7" } }, 'its label "acme.job"'],
    ["has a label that speaks of a backup", { labels: { "acme.backup-job": "7" } }, 'its label "acme.backup-job"'],
    [
      "is of a stack that Portainer made",
      { compose: member("db"), labels: { "com.docker.compose.project": "shop", "io.portainer.stack": "1" } },
      'its label "io.portainer.stack"',
    ],
  ])("stops, removes and makes nothing of a container that %s", (_, over, why) => {
    const db = container("db", { mounts: [mountOf(ANONYMOUS)], ...over });
    const damaged = {
      condition: "damaged",
      why: "cut",
      version: "16",
      control: undefined,
      pidFile: true,
      standby: false,
    } as const;
    for (const contents of [postgres(), postgres({ postgres: damaged })])
      for (const running of [true, false]) {
        const found = findings({ volumes: [volume(ANONYMOUS, { contents })], containers: [{ ...db, running }] });
        expect(found[0]?.severity).toBe("serious");
        const lines = found.flatMap(({ commands }) => commands).join("\n");
        expect(lines).not.toMatch(/docker (?:stop|rm|create|volume|run|service)/);
        expect(lines).toContain(running ? "docker exec db sh -c 'pg_dumpall" : `docker cp -a db:${PGDATA}/. - > `);
        expect(found.map(({ fix }) => fix).join("\n")).toContain("Do not stop, remove or update it before");
        expect(found.map(({ fix }) => fix).join("\n")).toContain("by a client inside its container alone");
        expect(found.map(({ what, fix }) => what + fix).join("\n")).toContain(why);
      }
  });

  it("prints names that strangers gave so that a shell, Docker and Compose take each for one name alone", () => {
    const path = `/d","/:/host$(id)`;
    const lost = container("lost", { mounts: [mountOf(ANONYMOUS, path)] });
    const stack = container("shop-db-1", { mounts: [mountOf(ANONYMOUS, path)], compose: member("db") });
    const [alone] = findings({ volumes: [volume(ANONYMOUS)], containers: [lost] });
    expect(alone?.fix).toContain(`"-v 'lost-data:${path}'"`);
    const [composed] = findings({ volumes: [volume(ANONYMOUS)], containers: [stack] });
    expect(composed?.fix).toContain(String.raw`volumes: ["db-data:/d\",\"/:/host$$(id)"], and`);
    const other = container("x", { ...stack, compose: { ...member("db"), project: "a,src=/" } });
    const lines = findings({ volumes: [volume(ANONYMOUS)], containers: [other] }).flatMap(({ commands }) => commands);
    const labels = (name: string) => ({ "com.docker.compose.project": name, "com.docker.compose.volume": "db" });
    const two = ["a$(id)", "b"].map((name) => volume(name, { labels: labels(name) }));
    const used = findings({ volumes: two, containers: [container("b", { mounts: [mountOf("b")] })] });
    expect(used.map(({ fix }) => fix).join("\n")).toContain("COMPOSE_PROJECT_NAME='a$(id)'.");
    const [renamed] = findings({ projects: [project([], { name: "a$(id)", own: "b" })] });
    expect(renamed?.fix).toContain("COMPOSE_PROJECT_NAME='a$(id)' into");
    expect(lines.join("\n")).toContain(
      `--mount 'type=volume,"src=a,src=/_db-data","dst=/d"",""/:/host$(id)",volume-nocopy'`,
    );
  });

  it("copies into no volume that is there, and no two directories into one", () => {
    const two = ["b", "c"].map((digit) => volume(anonymousName(digit)));
    const target = (db: ReturnType<typeof container>, others: readonly string[]) =>
      findings({ volumes: [volume(ANONYMOUS), ...two, ...others.map((name) => volume(name))], containers: [db] })
        .flatMap(({ commands }) => commands.flatMap((line) => / volume create .*?([^ ]+)$/u.exec(line)?.[1] ?? []))
        .sort();
    const db = container("db", { mounts: [mountOf(ANONYMOUS)], compose: member("db") });
    expect(target(db, ["shop_db-data", "shop_db-data-2"])).toEqual(["shop_db-data-3"]);
    const both = container("db", { mounts: two.map(({ name }, at) => mountOf(name, `/data/${at}`)) });
    expect(target(both, ["db-data-0-data"])).toEqual(["db-data-0-data-2", "db-data-1-data"]);
    const scaled = ["shop-db-1", "shop-db-2"].map((name, at) =>
      container(name, { mounts: [mountOf(two[at]?.name ?? "")], compose: member("db") }),
    );
    const names = findings({ volumes: two, containers: scaled }).flatMap(({ commands }) => commands[2] ?? []);
    expect(new Set(names).size).toBe(2);
  });

  it("copies nothing that another container may write meanwhile", () => {
    const mounts = [mountOf(ANONYMOUS)];
    const found = findings({
      volumes: [volume(ANONYMOUS)],
      containers: [container("db", { mounts }), container("other", { mounts })],
    }).filter(({ code }) => code === "data-in-anonymous-volume");
    expect(found.flatMap(({ commands }) => commands).join("\n")).not.toMatch(/docker (?:stop|volume|run)/u);
    expect(found[0]?.fix).toContain('container "other" runs on the same files');
  });

  it("takes labels of an image, of Compose and of its file for no other program's", () => {
    const labels = { "com.docker.compose.project": "shop", maintainer: "them", "traefik.enable": "true" };
    const db = container("db", { mounts: [mountOf(ANONYMOUS)], compose: member("db"), labels });
    const [found] = findings({ volumes: [volume(ANONYMOUS)], containers: [db] });
    expect(found?.commands[1]).toBe("docker stop -t 60 db");
    const images = [{ id: "sha256:16", tags: [], volumes: [], env: {}, labels: { maintainer: "them" } }] as never;
    const plain = container("db", { mounts: [mountOf(ANONYMOUS)], labels: { maintainer: "them" } });
    expect(findings({ volumes: [volume(ANONYMOUS)], containers: [plain], images })[0]?.commands[1]).toMatch(/stop/);
  });

  it("tells every cluster of one volume, and holds the image to none that is not its own", () => {
    const contents = postgres({ version: "13", beside: [postgres({ inside: "16/data" })] });
    const survey = { volumes: [volume(ANONYMOUS, { contents })] };
    expect(findings(survey)[0]?.what).toContain('PostgreSQL 13 (beside it PostgreSQL 16 in "16/data")');
    const db = container("db", { mounts: [mountOf(ANONYMOUS)], env: { PG_MAJOR: "16" } });
    expect(codes({ ...survey, containers: [db] })).toEqual(["data-in-anonymous-volume"]);
  });

  it("finds one service once, not again by its file", () => {
    const db = container("shop-db-1", { mounts: [mountOf(ANONYMOUS)], compose: member("db") });
    const survey = { volumes: [volume(ANONYMOUS)], containers: [db], projects: [project([service("db")])] };
    expect(codes(survey)).toEqual(["data-in-anonymous-volume"]);
  });

  it("finds a database in the container's own layer", () => {
    const db = container("db", { layerData: [{ path: "/srv/pg", contents: postgres() }] });
    const [found] = findings({ containers: [db] });
    expect(found).toMatchObject({ code: "data-in-layer", severity: "serious" });
    expect(found?.commands.at(-2)).toMatch(/^docker cp -a db:\/srv\/pg - \| docker cp - db-data-filler:\/srv$/);
  });

  it("takes SQLite out of a layer, and mounts nothing over the program that it may lie beside", () => {
    const sqlite = postgres({ system: "sqlite", title: "SQLite", version: "" });
    const app = container("app", { layerData: [{ path: "/app", contents: sqlite }] });
    expect(findings({ containers: [app] })).toMatchObject([
      {
        code: "data-in-layer",
        commands: ["docker stop -t 60 app", "docker cp -a app:/app/. - > app-data.tar"],
        fix: expect.stringContaining("the program's documentation") as string,
      },
    ]);
  });

  it("proposes memory only for what is known to be empty", () => {
    const fix = (contents: Contents) =>
      findings({
        volumes: [volume(ANONYMOUS, { contents })],
        containers: [container("db", { mounts: [mountOf(ANONYMOUS)] })],
      }).find(({ code }) => code === "image-makes-volume")?.fix;
    expect(fix({ kind: "empty" })).toContain("--tmpfs");
    expect(fix({ kind: "other", names: ["a"], more: false })).not.toContain("--tmpfs");
    expect(fix({ kind: "unknown", why: "slow" })).not.toContain("--tmpfs");
  });

  it("finds a mount above the image's own volume, which leaves the data in an anonymous one", () => {
    const mounts = [mountOf("pg", "/var/lib/postgresql"), mountOf(ANONYMOUS)];
    const named = volume("pg", { contents: { kind: "empty" } });
    const [found] = findings({ volumes: [named, volume(ANONYMOUS)], containers: [container("db", { mounts })] });
    expect(found?.code).toBe("data-beside-mount");
    expect(found?.what).toContain('"/var/lib/postgresql" is mounted');
  });

  it.each([
    [ANONYMOUS, "28.2.2", "serious", '"docker volume prune" deletes'],
    ["old", "28.2.2", "warning", '"docker volume prune --all" deletes'],
    ["old", "20.10.24", "warning", '"docker volume prune" deletes'],
  ])("finds data in a volume that nobody uses: %s on engine %s is %s", (name, version, severity, prune) => {
    const { engine } = surveyOf();
    const [found] = findings({ volumes: [volume(name)], engine: { ...engine, version } });
    expect(found).toMatchObject({ code: "data-in-unused-volume", severity, what: expect.stringContaining(prune) });
  });

  it("tells a volume that a moved project left behind", () => {
    const labels = (name: string) => ({ "com.docker.compose.project": name, "com.docker.compose.volume": "db-data" });
    const former = volume("old_db-data", { labels: labels("old") });
    const current = volume("new_db-data", { labels: labels("new") });
    const containers = [container("db", { mounts: [mountOf("new_db-data")] })];
    expect(codes({ volumes: [former, current], containers })).toContain("same-volume-of-other-project");
  });

  it("counts volumes without a database as a note, which is no finding for the exit code", () => {
    const found = findings({ volumes: [volume("a", { contents: { kind: "empty" } })] });
    expect(found.map(({ severity }) => severity)).toEqual(["note"]);
    expect(gravest(found)).toBe("nothing");
  });
});

describe("Compose files", () => {
  const withService = (over: Parameters<typeof service>[1]) => codes({ projects: [project([service("db", over)])] });
  const mount = (target: string, kind: "named" | "bind" | "anonymous" = "named") => ({ mounts: [{ kind, target }] });

  it("finds a database service that mounts nothing, with its line", () => {
    const [found] = findings({ projects: [project([service("db")])] });
    expect(found).toMatchObject({ code: "database-without-storage", severity: "serious", at: `${FILE}:3` });
  });

  it("takes a named volume or a bind at the path, or below it, for storage", () => {
    expect(withService(mount(PGDATA))).toEqual([]);
    expect(withService(mount(PGDATA, "bind"))).toEqual([]);
    expect(withService({ environment: { PGDATA: "/pg/data" }, ...mount("/pg") })).toEqual([]);
  });

  it("takes neither an anonymous volume nor a directory above the image's own volume for storage", () => {
    expect(withService(mount(PGDATA, "anonymous"))).toEqual(["database-without-storage"]);
    const images = [{ id: "x", tags: ["postgres:16"], volumes: [PGDATA], env: {} }] as never;
    const above = { projects: [project([service("db", mount("/var/lib/postgresql"))])], images };
    expect(codes(above)).toEqual(["database-without-storage"]);
  });

  it("takes no mount below the place of PostgreSQL's data for storage, since 18 that of earlier releases", () => {
    const of18 = (target: string) => withService({ image: "postgres:18", ...mount(target) });
    expect(of18(PGDATA)).toEqual(["database-without-storage"]);
    for (const target of ["/var/lib/postgresql", "/var/lib/postgresql/18", "/var/lib/postgresql/18/docker"])
      expect(of18(target)).toEqual([]);
    expect(withService(mount(`${PGDATA}/pg_wal`))).toEqual(["database-without-storage"]);
  });

  it("asks the image if it keeps its data, if the host has it", () => {
    const image = { id: "x", tags: ["postgres:18"], volumes: ["/srv/pg"], env: { PGDATA: "/srv/pg/data" } };
    const codesOf = (target: string) =>
      codes({
        images: [image] as never,
        projects: [project([service("db", { image: "postgres:18", ...mount(target) })])],
      });
    expect(codesOf("/srv/pg")).toEqual([]);
    expect(codesOf("/var/lib/postgresql")).toEqual(["database-without-storage"]);
  });

  it("finds nothing if nobody can tell", () => {
    expect(withService({ gaps: ["it takes mounts from other services"] })).toEqual([]);
    expect(withService({ image: null })).toEqual([]);
  });

  it("finds a file that is gone while its containers are there", () => {
    expect(codes({ projects: [project(null, { unread: "there is no /x" })] })).toEqual(["compose-file-missing"]);
  });

  it("finds a project that its files name otherwise by now; a directory's name alone is a note", () => {
    const named = (own: string) => findings({ projects: [project([], { name: "renamed", own })] });
    expect(named("unstacked")).toMatchObject([
      { code: "project-renamed", severity: "warning", what: expect.stringContaining('"unstacked"') as string },
    ]);
    expect(named("shop")).toMatchObject([{ code: "project-renamed", severity: "note" }]);
    expect(named("renamed")).toEqual([]);
  });

  it("says what Compose could not be asked, and finds nothing by it", () => {
    const unasked = project(null, { unasked: "the host has no Compose that could be asked what they say" });
    const { findings: found, unlooked } = judge(surveyOf({ projects: [unasked] }), { backedUp: [] });
    expect(found).toEqual([]);
    expect(unlooked).toEqual([
      'the Compose files of project "shop": the host has no Compose that could be asked what they say',
    ]);
  });
});

describe("mounts", () => {
  it("finds a bind whose directory is gone", () => {
    const mounts = [bindOf("/srv/pg", { kind: "absent" })];
    expect(findings({ containers: [container("db", { mounts })] })[0]).toMatchObject({
      code: "bind-missing",
      severity: "serious",
    });
  });

  it("finds a database that is mounted read-only", () => {
    const mounts = [bindOf("/srv/pg", postgres(), { writable: false })];
    expect(codes({ containers: [container("db", { mounts })] })).toEqual(["bind-of-database-read-only"]);
  });

  it("finds two containers that write to one database, and none if one of them only reads", () => {
    const both = [container("a", { mounts: [mountOf("pg")] }), container("b", { mounts: [mountOf("pg")] })];
    expect(codes({ volumes: [volume("pg")], containers: both })).toEqual(["written-by-several"]);
    const reads = container("b", { mounts: [{ ...mountOf("pg"), writable: false }] });
    expect(codes({ volumes: [volume("pg")], containers: [...both.slice(0, 1), reads] })).toEqual([]);
    const uploads = volume("pg", { contents: { kind: "other", names: ["a.png"], more: false } });
    expect(codes({ volumes: [uploads], containers: both })).toEqual([]);
  });

  it("finds one volume of two projects also if one of them does not run", () => {
    const both = ["a", "b"].map((name) => container(name, { mounts: [mountOf("pg")], compose: member("db", name) }));
    const survey = (status: object) => ({
      volumes: [volume("pg")],
      containers: [both[0]!, { ...both[1]!, ...status }],
    });
    expect(codes(survey({}))).toEqual(["written-by-several"]);
    const stopped = { running: false, status: "exited" };
    expect(codes(survey(stopped))).toEqual(["written-by-two-projects"]);
    expect(codes(survey({ ...stopped, compose: member("db", "a") }))).toEqual([]);
    expect(codes(survey({ ...stopped, mounts: [{ ...mountOf("pg"), writable: false }] }))).toEqual([]);
  });

  it("sees that one bind lies within another", () => {
    const [inner, outer] = [
      bindOf("/srv/pg/data", postgres()),
      bindOf("/srv/pg", { kind: "other", names: [], more: false }),
    ];
    const containers = [container("a", { mounts: [inner] }), container("b", { mounts: [outer] })];
    expect(codes({ containers })).toContain("written-by-several");
  });
});

describe("data and images", () => {
  const using = (contents: ReturnType<typeof postgres>, over: Partial<Parameters<typeof container>[1]> = {}) =>
    codes({
      volumes: [volume("pg", { contents })],
      containers: [container("db", { mounts: [mountOf("pg")], ...over })],
    });
  const directory = { version: "16", control: undefined, pidFile: false, standby: false };

  it("finds data of another release than the image's", () => {
    expect(using(postgres({ version: "13" }), { env: { PG_MAJOR: "16" } })).toEqual(["data-of-other-version"]);
    expect(using(postgres({ version: "16" }), { env: { PG_MAJOR: "16" } })).toEqual([]);
  });

  it.each(["postgres", "postgres:latest", "postgres:alpine"])("finds that %s names no release", (image) => {
    expect(using(postgres(), { image })).toEqual(["database-image-unpinned"]);
  });

  it("finds data that are damaged, and an initdb that did not come to its end", () => {
    const damaged = postgres({ postgres: { ...directory, condition: "damaged", why: "global/pg_control is damaged" } });
    expect(using(damaged)).toEqual(["data-damaged"]);
    const lines = (over: object) =>
      findings({
        volumes: [volume("pg", { contents: damaged })],
        containers: [container("db", { mounts: [mountOf("pg")], ...over })],
      }).flatMap(({ commands }) => commands);
    expect(lines({})).toEqual([expect.stringMatching(/^docker exec db sh -c 'pg_dumpall/u)]);
    expect(lines({ running: false })).toEqual(["docker stop db"]);
    const begun = postgres({ postgres: { ...directory, condition: "begun", why: "initdb" } });
    expect(using(begun, { labels: {} })).toEqual(["data-half-made"]);
  });

  it("finds that nothing backs up a database, until a container does or the operator says so", () => {
    const db = container("db", { mounts: [mountOf("pg")], labels: {} });
    const host = { volumes: [volume("pg")], containers: [db] };
    expect(findings(host, [])).toMatchObject([
      { code: "data-without-backup", commands: [expect.stringContaining("docker exec db sh -c 'pg_dumpall")] },
    ]);
    expect(findings(host, ["pg"])).toEqual([]);
    const reader = container("nightly-backup", { image: "restic", mounts: [{ ...mountOf("pg"), writable: false }] });
    expect(codes({ ...host, containers: [db, reader] }, [])).not.toContain("data-without-backup");
  });

  it("takes no label for a backup, and no neighbour of the stack for what it is called", () => {
    for (const name of ["backup.by", "restic-compose-backup.volumes"]) {
      const labels = { [name]: "true" };
      const db = container("db", { mounts: [mountOf("pg")], labels });
      expect(codes({ volumes: [volume("pg", { labels })], containers: [db] }, [])).toEqual(["data-without-backup"]);
      expect(findings({ volumes: [volume("pg")], containers: [db] }, [])[0]?.what).toContain(`its label "${name}"`);
    }
    const db = container("archivist-db", { mounts: [mountOf("pg")], compose: member("db") });
    const neighbour = (image: string) => container("tubearchivist", { image, compose: member("archivist") });
    const beside = (image: string) => codes({ volumes: [volume("pg")], containers: [db, neighbour(image)] }, []);
    expect(beside("tools:1")).toEqual(["data-without-backup"]);
    expect(beside("acme/pg-backup:1")).toEqual([]);
  });
});

describe("the engine", () => {
  const { engine } = surveyOf();

  it.each([
    [20e9, 900, undefined],
    [8e9, 900, "warning"],
    [1e9, 900, "serious"],
    [50e9, 20, "serious"],
  ] as const)("judges %d free bytes and %d free inodes of 1000 as %s", (free, freeInodes, severity) => {
    const found = findings({ space: { bytes: 100e9, free, inodes: 1000, freeInodes } });
    expect(found[0]?.severity).toBe(severity);
  });

  it("finds drivers that later engines cannot open", () => {
    expect(codes({ engine: { ...engine, storageDriver: "aufs" } })).toEqual(["storage-driver"]);
    const driverStatus = [["Data loop file", "/x"]] as const;
    const [found] = findings({ engine: { ...engine, storageDriver: "devicemapper", driverStatus } });
    expect(found?.severity).toBe("serious");
  });
});

describe("what was not looked at", () => {
  it("is neither well nor a finding", () => {
    const { findings: found, unlooked } = judge(
      surveyOf({
        volumes: [volume("nfs", { contents: { kind: "unknown", why: "its driver keeps it elsewhere" } })],
        containers: [container("db", { layerUnknown: "it was cut" })],
      }),
      { backedUp: [] },
    );
    expect(found).toEqual([]);
    expect(unlooked).toEqual([
      'volume "nfs": its driver keeps it elsewhere',
      'the layer of container "db": it was cut',
    ]);
  });
});

it("lets no name of a container or volume control the terminal", () => {
  const evil = "db\u001b[2J\nok";
  const found = findings({
    volumes: [volume(ANONYMOUS)],
    containers: [container(evil, { mounts: [mountOf(ANONYMOUS)], compose: member("db\u001b[0m") })],
  });
  for (const { subject, what, fix } of found) expect(`${subject}${what}${fix}`).not.toMatch(/[\u001b\n]/);
});
