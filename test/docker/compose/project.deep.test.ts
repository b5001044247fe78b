/** Our reading of a project equals that of both real programs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addVolumes } from "../../../src/docker/compose/edit.ts";
import type { Generation } from "../../../src/docker/compose/names.ts";
import type { Mount } from "../../../src/docker/compose/mount.ts";
import { overrideText } from "../../../src/docker/compose/override-file.ts";
import { type ComposeProject, readProject } from "../../../src/docker/compose/project.ts";
import type { VolumeChange } from "../../../src/docker/compose/volume-item.ts";
import { type Configured, type ConfiguredService, configured } from "./real-compose.ts";
import type { Files } from "./world.ts";

const PAGE = readFileSync(new URL("mastodon-1.3.2.yml", import.meta.url), "utf8");

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "compose-"));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

function write(directory: string, files: Files): string {
  const base = join(root, directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), text);
  }
  return base;
}

async function ours(base: string, files: readonly string[]): Promise<ComposeProject> {
  return await readProject({
    files: files.map((file) => join(base, file)),
    environment: { values: { HOME: "/home/op", PATH: "/usr/bin:/bin" }, complete: true },
    home: "/home/op",
    read: async (path) => {
      try {
        return await Promise.resolve({ state: "text", text: readFileSync(path, "utf8") });
      } catch {
        return { state: "absent" };
      }
    },
  });
}

type Facts = Readonly<
  Record<
    string,
    { readonly image: string | undefined; readonly volumes: readonly string[]; readonly needs: readonly string[] }
  >
>;

function factsOfOurs({ services }: ComposeProject, generation: Generation): Facts {
  return Object.fromEntries(
    services
      // v2 leaves out services that no chosen profile asks for.
      .filter(({ profiles }) => generation === "v1" || profiles.length === 0)
      .map(({ name, image, mounts, dependsOn }) => [
        name,
        {
          image: image?.known === true ? image.text : undefined,
          volumes: mounts.map(fact).sort(),
          needs: dependsOn.map((one) => (one.known ? one.text : "?")).sort(),
        },
      ]),
  );
}

function fact({ source, target, readOnly }: Mount): string {
  const text = (one: Mount["target"] | undefined): string => (one?.known === true ? one.text : "");
  return `${text(source)}:${text(target)}${readOnly === true ? ":ro" : ""}`;
}

function factsOfTheirs({ services = {} }: Configured): Facts {
  return Object.fromEntries(
    Object.entries(services).map(([name, { image, volumes = [], depends_on: needs = [] }]) => [
      name,
      {
        image,
        volumes: volumes.map(theirFact).sort(),
        needs: (Array.isArray(needs) ? [...(needs as string[])] : Object.keys(needs)).sort(),
      },
    ]),
  );
}

/** Dollars are doubled in the printed text, so that it could be read again. */
function theirFact(volume: NonNullable<ConfiguredService["volumes"]>[number]): string {
  return theirWriting(volume).replaceAll("$$", "$");
}

function theirWriting(volume: NonNullable<ConfiguredService["volumes"]>[number]): string {
  if (typeof volume !== "string")
    return `${volume.source ?? ""}:${volume.target}${volume.read_only === true ? ":ro" : ""}`;
  const parts = volume.split(":");
  return parts.length === 1 ? `:${volume}` : `${parts[0] ?? ""}:${parts[1] ?? ""}${parts[2] === "ro" ? ":ro" : ""}`;
}

const BOTH: readonly Generation[] = ["v1", "v2"];
const PROJECTS: readonly {
  readonly what: string;
  readonly files: Files;
  readonly named?: readonly string[];
  readonly by?: readonly Generation[];
}[] = [
  { what: "Mastodon's own file", files: { "docker-compose.yml": PAGE, ".env.production": "A=1\n" } },
  {
    what: "short and long forms of volumes",
    files: {
      "docker-compose.yml":
        "version: '3.8'\nservices:\n  db:\n    image: postgres:15\n    volumes:\n      - /anonymous\n      - data:/data/\n      - ./b:/b:ro\n      - ~/h:/h\n      - ../up:/up\n      - {type: bind, source: ./long, target: /long, read_only: true}\n      - {type: volume, source: data, target: /more}\nvolumes:\n  data:\n",
    },
  },
  {
    what: "anchors, aliases and merge keys",
    files: {
      "docker-compose.yml":
        "version: '3.4'\nx-base: &base\n  image: base:1\n  volumes: &v\n    - ./one:/one\nservices:\n  a:\n    <<: *base\n  b:\n    <<: *base\n    image: own:2\n    volumes: ['./two:/two']\n  c:\n    image: c\n    volumes: *v\n    depends_on: [a]\n",
    },
  },
  {
    what: "variables, defaults and a .env",
    files: {
      "docker-compose.yml":
        "version: '2.4'\nservices:\n  db:\n    image: 'postgres:${V:-14}${E-}${GONE}'\n    volumes: ['${DIR}:/d', '${NO:-./x}:/x', '${Q}:/q', './$$a:/a']\n",
      ".env": "# c\nDIR=./from-env # not this\nexport V=16\nE=\nQ='./q q'\n",
    },
  },
  {
    what: "an override",
    files: {
      "docker-compose.yml":
        "version: '2'\nservices:\n  db:\n    image: one\n    volumes: ['./old:/data', './keep:/keep']\n    depends_on: [x]\n  x: {image: x}\n  y: {image: y}\n",
      "o.yml": "version: '2'\nservices:\n  db:\n    volumes: ['./new:/data']\n    depends_on: [y]\n",
    },
    named: ["docker-compose.yml", "o.yml"],
  },
  {
    what: "extends, from here and from another directory",
    files: {
      "docker-compose.yml":
        "version: '2.4'\nservices:\n  db:\n    extends: {file: common/base.yml, service: pg}\n    volumes: ['./own:/own']\n  more:\n    extends: {service: db}\n    image: more\n",
      "common/base.yml":
        "version: '2.4'\nservices:\n  pg:\n    image: postgres:9.6\n    volumes: ['./pg:/var/lib/postgresql/data']\n",
    },
  },
  {
    what: "an include with variables of its own",
    by: ["v2"],
    files: {
      "docker-compose.yml":
        "include:\n  - sub/compose.yml\n  - {path: [x/a.yml, x/b.yml], project_directory: other}\nservices:\n  web: {image: w, depends_on: [db]}\n",
      "sub/compose.yml": "services:\n  db: {image: 'postgres:${V}', volumes: ['./d:/d', 'v1:/v']}\nvolumes: {v1: }\n",
      "sub/.env": "V=16\n",
      "x/a.yml": "services:\n  x: {image: one, volumes: ['./x:/x']}\n",
      "x/b.yml": "services:\n  x: {image: two}\n",
      // Compose takes the directory above one that is absent.
      "other/.keep": "",
    },
  },
  {
    what: "!reset and !override",
    by: ["v2"],
    files: {
      "docker-compose.yml": "services:\n  db: {image: x, volumes: ['./a:/a'], depends_on: [y]}\n  y: {image: y}\n",
      "o.yml": "services:\n  db:\n    volumes: !override ['./b:/b']\n    depends_on: !reset []\n",
    },
    named: ["docker-compose.yml", "o.yml"],
  },
  {
    what: "profiles",
    files: {
      "docker-compose.yml": "version: '3.9'\nservices:\n  db: {image: x}\n  debug: {image: y, profiles: [debug]}\n",
    },
  },
];

describe.each(PROJECTS.flatMap((one) => (one.by ?? BOTH).map((generation) => ({ ...one, generation }))))(
  "$what, for $generation",
  ({ what, files, named = ["docker-compose.yml"], generation }) => {
    it("is read as the program reads it", async () => {
      const base = write(`${what.replace(/\W+/gu, "-")}-${generation}`, files);
      const [own, theirs] = [await ours(base, named), await configured(generation, named, base)];
      if (theirs === undefined) throw new Error("the program refuses the files");
      expect(own.problems).toEqual([]);
      expect(factsOfOurs(own, generation)).toEqual(factsOfTheirs(theirs));
      if (theirs.name !== undefined) expect(own.names[generation]).toMatchObject({ text: theirs.name });
    });
  },
);

const CHANGES: readonly VolumeChange[] = [
  { service: "db", source: "./postgres", target: "/var/lib/postgresql/data" },
  { service: "redis", source: "redis-data", target: "/data" },
  { service: "web", source: "./a b$c'd\"#&*", target: "/mastodon/é f" },
];

describe.each(BOTH)("what we write, for %s", (generation) => {
  it("gives the services their volumes, by an edit and by an override", async () => {
    const base = write(`edit-${generation}`, { "docker-compose.yml": PAGE, ".env.production": "" });
    const edit = addVolumes(PAGE, CHANGES);
    const override = overrideText({ version: "2", changes: CHANGES, existing: undefined });
    if (!edit.done || !override.done) throw new Error("refused");
    write(`edit-${generation}`, { "edited.yml": edit.text, "override.yml": override.text });
    const [one, two] = [
      await configured(generation, ["edited.yml"], base),
      await configured(generation, ["docker-compose.yml", "override.yml"], base),
    ];
    const volumes = (of: Configured | undefined, name: string): readonly string[] =>
      of === undefined ? [] : (factsOfTheirs(of)[name]?.volumes ?? []);
    for (const made of [one, two]) {
      expect(volumes(made, "db")).toEqual([`${base}/postgres:/var/lib/postgresql/data`]);
      expect(volumes(made, "redis")).toEqual(["redis-data:/data"]);
      expect(volumes(made, "web")).toContain(`${base}/a b$c'd"#&*:/mastodon/é f`);
    }
  });
});
