import { describe, expect, it } from "vitest";
import { shown } from "../../../src/docker/compose/resolved.ts";
import { shownMount } from "../../../src/docker/compose/mount.ts";
import { project, service } from "./world.ts";

const PAGE = `version: '2'
services:

  db:
    restart: always
    image: postgres:alpine
### Uncomment to enable DB persistance
#    volumes:
#      - ./postgres:/var/lib/postgresql/data

  web:
    build: .
    image: gargron/mastodon
    env_file: .env.production
    ports:
      - "3000:3000"
    depends_on:
      - db
    volumes:
      - ./public/assets:/mastodon/public/assets
`;

describe("a Compose file of format 2", () => {
  it("gives services, images, binds, ports, env files and dependencies with their places", async () => {
    const read = await project(PAGE);
    expect(read.version).toBe("2");
    expect(read.problems).toEqual([]);
    expect(service(read, "db")).toMatchObject({
      mounts: [],
      image: { text: "postgres:alpine", place: { line: 6, column: 12 } },
    });
    const web = service(read, "web");
    expect(web.definitions).toMatchObject([
      { place: { file: "/srv/mastodon/docker-compose.yml", line: 11, column: 3 } },
    ]);
    expect(web.mounts).toMatchObject([
      {
        kind: "bind",
        source: { text: "/srv/mastodon/public/assets" },
        written: "./public/assets",
        target: { text: "/mastodon/public/assets" },
        place: { line: 20, column: 9 },
      },
    ]);
    expect(web.ports).toMatchObject([
      { host: "3000", container: "3000", protocol: "tcp", known: true, place: { line: 16 } },
    ]);
    expect(web.envFiles.map(shown)).toEqual([".env.production"]);
    expect(web.dependsOn.map(shown)).toEqual(["db"]);
  });

  it("of the time before `version:` has its services at the top", async () => {
    const read = await project("db:\n  image: redis\n  volumes: [./r:/data]\n");
    expect(read.version).toBe("1");
    expect(service(read, "db").mounts.map(shownMount)).toEqual(["./r:/data"]);
  });
});

describe("volumes of a service", () => {
  it("are told apart in the short form", async () => {
    const { mounts } = service(
      await project(`services:
  a:
    image: x
    volumes:
      - /var/lib/x
      - data:/data/
      - ./b:/b:ro
      - ../c:/c:rw,z
      - ~/d:/d
      - /e:/e
`),
      "a",
    );
    expect(
      mounts.map(({ kind, source, target, readOnly }) => [kind, source && shown(source), shown(target), readOnly]),
    ).toEqual([
      ["anonymous", undefined, "/var/lib/x", false],
      ["named", "data", "/data", false],
      ["bind", "/srv/mastodon/b", "/b", true],
      ["bind", "/srv/c", "/c", false],
      ["bind", "/home/op/d", "/d", false],
      ["bind", "/e", "/e", false],
    ]);
  });

  it("are told apart in the long form", async () => {
    const { mounts } = service(
      await project(
        `services:
  a:
    image: x
    volumes:
      - {type: volume, source: data, target: /data, read_only: true}
      - type: volume
        target: /anon
      - type: bind
        source: ./b
        target: /b
      - type: tmpfs
        target: /t
      - type: \${TYPE}
        target: /u
      - {type: image, source: busybox, target: /i}
`,
        { environment: { values: {}, complete: false } },
      ),
      "a",
    );
    expect(
      mounts.map(({ kind, source, target, readOnly, place }) => [
        kind,
        source && shown(source),
        shown(target),
        readOnly,
        place.line,
      ]),
    ).toEqual([
      ["named", "data", "/data", true, 5],
      ["anonymous", undefined, "/anon", false, 6],
      ["bind", "/srv/mastodon/b", "/b", false, 8],
      ["tmpfs", undefined, "/t", false, 11],
      ["unknown", undefined, "/u", false, 13],
      ["other", undefined, "/i", false, 15],
    ]);
  });

  it("that are no volumes are named with their place", async () => {
    const { problems } = await project(
      "services:\n  a:\n    image: x\n    volumes:\n      - aa:/b:rw:z\n      - [x]\n",
    );
    expect(problems).toMatchObject([
      { line: 5, column: 9, message: "a volume of the service has a form that is not understood" },
      { line: 6, column: 9 },
    ]);
  });

  it("at the top say whether they are external, and what the engine calls them", async () => {
    const { volumes } = await project(`services: {}
volumes:
  a:
  b: {external: true}
  c: {external: {name: real}}
  d: {name: "other", driver: local, driver_opts: {device: /mnt/d, o: bind, type: none}}
`);
    expect(
      volumes.map(({ key, external, name, device }) => [key, external, name && shown(name), device && shown(device)]),
    ).toEqual([
      ["a", false, undefined, undefined],
      ["b", true, undefined, undefined],
      ["c", true, "real", undefined],
      ["d", false, "other", "/mnt/d"],
    ]);
  });
});

describe("anchors, aliases and merge keys", () => {
  it("are followed, what stands in the service itself wins, and places are those where it is written", async () => {
    const read = await project(`x-base: &base
  restart: always
  image: postgres:15
  volumes: &vols
    - ./pg:/var/lib/postgresql/data
services:
  db:
    <<: *base
    image: postgres:16
  copy:
    image: x
    volumes: *vols
`);
    const db = service(read, "db");
    expect([db.image && shown(db.image), db.restart && shown(db.restart)]).toEqual(["postgres:16", "always"]);
    expect(db.mounts).toMatchObject([{ place: { line: 5, column: 7 } }]);
    expect(service(read, "copy").mounts.map(shownMount)).toEqual(["./pg:/var/lib/postgresql/data"]);
    expect(read.problems).toEqual([]);
  });

  it("that multiply end in a problem, not in hours", async () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x,x]",
      ..."bcdefg".split("").map(
        (name, index) =>
          `${name}: &${name} [${Array(10)
            .fill(`*${"abcdefg".charAt(index)}`)
            .join(",")}]`,
      ),
    ];
    const { problems } = await project(`${bomb.join("\n")}\nservices: {}\n`);
    expect(problems.some(({ message }) => message.includes("too many values"))).toBe(true);
  });
});

describe("several files", () => {
  it("are laid over one another: a later volume of the same path wins, other lists are joined", async () => {
    const read = await project(
      {
        "/p/docker-compose.yml":
          "services:\n  db:\n    image: postgres:15\n    volumes: [old:/data, aa:/a]\n    ports: ['1:1']\n    environment: {A: 1, B: 2}\n",
        "/p/docker-compose.override.yml":
          "services:\n  db:\n    volumes: ['./new:/data/']\n    ports: ['2:2']\n    environment: [B=3]\n  more: {image: y}\n",
      },
      { files: ["/p/docker-compose.yml", "/p/docker-compose.override.yml"] },
    );
    const db = service(read, "db");
    expect(db.mounts.map(shownMount)).toEqual(["./new:/data", "aa:/a"]);
    expect(db.mounts[0]?.place).toEqual({ file: "/p/docker-compose.override.yml", line: 3, column: 15 });
    expect(db.ports.map(({ host }) => host)).toEqual(["1", "2"]);
    expect([...db.environment].map(([name, text]) => [name, text && shown(text)])).toEqual([
      ["A", "1"],
      ["B", "3"],
    ]);
    expect(db.definitions.map(({ place }) => place.file)).toEqual([
      "/p/docker-compose.yml",
      "/p/docker-compose.override.yml",
    ]);
    expect(read.services.map(({ name }) => name)).toEqual(["db", "more"]);
  });

  it("empty a list by !reset and replace it by !override", async () => {
    const read = await project(
      {
        "/p/a.yml": "services:\n  db: {image: x, volumes: ['aa:/a'], ports: ['1:1']}\n",
        "/p/b.yml": "services:\n  db:\n    volumes: !override ['bb:/b']\n    ports: !reset []\n",
      },
      { files: ["/p/a.yml", "/p/b.yml"] },
    );
    const db = service(read, "db");
    expect(db.mounts.map(shownMount)).toEqual(["bb:/b"]);
    expect(db.ports).toEqual([]);
    expect(db.image && shown(db.image)).toBe("x");
  });

  it("of which one is absent leave the project incomplete, and say so", async () => {
    const read = await project("services:\n  a: {image: x}\n", {
      files: ["/srv/mastodon/docker-compose.yml", "/p/gone.yml"],
    });
    expect(read.complete).toBe(false);
    expect(read.problems).toMatchObject([
      { file: "/p/gone.yml", message: 'the file "/p/gone.yml" cannot be read: it is absent' },
    ]);
  });
});

describe("extends", () => {
  it("takes over what another file says, with binds from beside that file", async () => {
    const read = await project({
      "/p/compose.yml":
        "services:\n  db:\n    extends: {file: common/base.yml, service: pg}\n    volumes: ['./own:/own']\n",
      "/p/common/base.yml":
        "services:\n  pg:\n    extends: root\n    volumes: ['./pg:/var/lib/postgresql/data']\n  root:\n    image: postgres:9.6\n",
    });
    const db = service(read, "db");
    expect(db.image && shown(db.image)).toBe("postgres:9.6");
    expect(db.mounts.map(({ source }) => source && shown(source))).toEqual(["/p/common/pg", "/p/own"]);
    expect(db.definitions.map(({ place, base }) => [place.file, base])).toEqual([
      ["/p/common/base.yml", true],
      ["/p/common/base.yml", true],
      ["/p/compose.yml", false],
    ]);
    expect(read.files.map(({ path, as }) => [path, as])).toEqual([
      ["/p/compose.yml", "named"],
      ["/p/common/base.yml", "extended"],
    ]);
  });

  it("of what cannot be read is a gap of the service, not an empty list", async () => {
    const read = await project("services:\n  db:\n    extends: {file: gone.yml, service: pg}\n");
    expect(service(read, "db").gaps).toEqual(['what "pg" of "/srv/mastodon/gone.yml" says is not known']);
    expect(read.complete).toBe(false);
  });

  it("in a circle ends", async () => {
    const read = await project("services:\n  a: {extends: b}\n  b: {extends: a}\n");
    expect(read.problems.some(({ message }) => message.includes("circle"))).toBe(true);
  });
});

describe("include", () => {
  it("brings in the services of another project, with its own directory and variables", async () => {
    const read = await project({
      "/p/compose.yml":
        "include:\n  - db/compose.yml\n  - {path: [x/a.yml, x/b.yml], project_directory: other}\nservices:\n  web: {image: w}\n",
      "/p/db/compose.yml": "services:\n  db: {image: 'postgres:${V}', volumes: ['./d:/d']}\nvolumes: {v: }\n",
      "/p/db/.env": "V=16\n",
      "/p/x/a.yml": "services:\n  x: {image: one, volumes: ['./x:/x']}\n",
      "/p/x/b.yml": "services:\n  x: {image: two}\n",
    });
    expect(read.services.map(({ name }) => name).sort()).toEqual(["db", "web", "x"]);
    expect(service(read, "db")).toMatchObject({
      image: { text: "postgres:16" },
      mounts: [{ source: { text: "/p/db/d" } }],
    });
    expect(service(read, "x")).toMatchObject({ image: { text: "two" }, mounts: [{ source: { text: "/p/other/x" } }] });
    expect(read.volumes.map(({ key }) => key)).toEqual(["v"]);
  });

  it("in a circle ends, and the project is incomplete", async () => {
    const read = await project({
      "/p/a.yml": "include: [b.yml]\n",
      "/p/b.yml": "include: [a.yml]\nservices: {b: {image: x}}\n",
    });
    expect(read.complete).toBe(false);
    expect(read.services.map(({ name }) => name)).toEqual(["b"]);
  });
});

describe("what cannot be read", () => {
  it.each([
    ["services:\n  a: [\n", 3],
    ["services:\n\ta: x\n", 2],
    ["- a\n", 1],
    ["", 1],
  ])("%j is a problem with its line", async (text, line) => {
    const { problems, complete } = await project(text);
    expect(problems[0]?.line).toBe(line);
    expect(complete).toBe(false);
  });

  it("a key that stands twice is named", async () => {
    expect((await project("services:\n  a: {image: x}\n  a: {image: y}\n")).problems).toMatchObject([
      { line: 3, column: 3 },
    ]);
  });

  it("a port that YAML 1.1 takes for a number to base 60 is not known", async () => {
    const read = await project("services:\n  a:\n    image: x\n    ports: [22:22, '23:23', 8080:80]\n");
    expect(service(read, "a").ports.map(({ known }) => known)).toEqual([false, true, true]);
    expect(read.problems).toMatchObject([{ line: 4, column: 13 }]);
  });
});
