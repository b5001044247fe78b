import { fc, inputs } from "../../properties.ts";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addVolume, addVolumes, volumesOffered } from "../../../src/docker/compose/edit.ts";
import { unifiedDiff } from "../../../src/docker/compose/line-diff.ts";
import { shownMount } from "../../../src/docker/compose/mount.ts";
import { overrideText } from "../../../src/docker/compose/override-file.ts";
import type { VolumeChange } from "../../../src/docker/compose/volume-item.ts";
import { project, service } from "./world.ts";

const PAGE = readFileSync(new URL("mastodon-1.3.2.yml", import.meta.url), "utf8");
const DB: VolumeChange = { service: "db", source: "./postgres", target: "/var/lib/postgresql/data" };
const REDIS: VolumeChange = { service: "redis", source: "./redis", target: "/data" };

function edited(text: string, ...changes: VolumeChange[]): string {
  const result = addVolumes(text, changes);
  if (!result.done) throw new Error(result.why);
  return result.text;
}

async function mountsOf(text: string, name: string): Promise<readonly string[]> {
  return service(await project(text), name).mounts.map(shownMount);
}

/** Taking the inserted lines away gives the old text back. */
function isSubsequence(old: string, text: string): boolean {
  let at = 0;
  for (const char of text) if (char === old.charAt(at)) at += 1;
  return at === old.length;
}

describe("the file that Mastodon 1.3.2 ships", () => {
  it("offers the volumes that it has in comments", () => {
    expect(volumesOffered(PAGE, "db").map(({ source, target }) => [source, target])).toEqual([
      ["./postgres", "/var/lib/postgresql/data"],
    ]);
    expect(volumesOffered(PAGE, "redis").map(({ item }) => item)).toEqual(["./redis:/data"]);
    expect(volumesOffered(PAGE, "web")).toEqual([]);
    expect(volumesOffered(PAGE, "gone")).toEqual([]);
  });

  it("is uncommented in four lines, and nowhere else", () => {
    const after = edited(PAGE, DB, REDIS);
    const byHand = PAGE.replace("#    volumes:\n#      - ./postgres", "    volumes:\n      - ./postgres").replace(
      "#    volumes:\n#      - ./redis",
      "    volumes:\n      - ./redis",
    );
    expect(after).toBe(byHand);
    expect(unifiedDiff("docker-compose.yml", PAGE, after)).toBe(`--- docker-compose.yml
+++ docker-compose.yml
@@ -5,15 +5,15 @@
     restart: always
     image: postgres:alpine
 ### Uncomment to enable DB persistance
-#    volumes:
-#      - ./postgres:/var/lib/postgresql/data
+    volumes:
+      - ./postgres:/var/lib/postgresql/data
 ${"" /* the blank line of the file */}
   redis:
     restart: always
     image: redis:alpine
 ### Uncomment to enable REDIS persistance
-#    volumes:
-#      - ./redis:/data
+    volumes:
+      - ./redis:/data
 ${""}
   web:
     restart: always`);
  });

  it("is left in comments, and gets a line of its own, where another directory is wanted", async () => {
    const result = addVolume(PAGE, { ...DB, source: "/srv/pg" });
    expect(result).toMatchObject({ done: true, how: "inserted" });
    const text = result.done ? result.text : "";
    expect(text).toContain(
      "    image: postgres:alpine\n    volumes:\n      - /srv/pg:/var/lib/postgresql/data\n### Uncomment",
    );
    expect(await mountsOf(text, "db")).toEqual(["/srv/pg:/var/lib/postgresql/data"]);
  });
});

describe("shipped lines", () => {
  const shipped = (comment: string, rest = ""): string =>
    `services:\n  db:\n    image: postgres\n${comment}${rest}  other:\n    image: x\n`;

  it.each([
    ["# right behind the sign", "#    volumes:\n#      - ./postgres:/var/lib/postgresql/data\n"],
    ["# after a blank", "    # volumes:\n    #   - ./postgres:/var/lib/postgresql/data\n"],
    ["# at the margin", "# volumes:\n# - ./postgres:/var/lib/postgresql/data\n"],
    ["# in quotes", "    #volumes:\n    #  - './postgres:/var/lib/postgresql/data'\n"],
    ["# among others", "    # volumes:\n    #   - ./conf:/conf\n    #   - ./postgres:/var/lib/postgresql/data\n"],
  ])("are uncommented %s", async (_, comment) => {
    const result = addVolume(shipped(comment), DB);
    expect(result).toMatchObject({ done: true, how: "uncommented" });
    expect(await mountsOf(result.done ? result.text : "", "db")).toEqual(["./postgres:/var/lib/postgresql/data"]);
  });

  it("of a service that is commented out as a whole are nobody else's", () => {
    const result = addVolume(
      shipped("#  db2:\n#    image: postgres\n#    volumes:\n#      - ./postgres:/var/lib/postgresql/data\n"),
      DB,
    );
    expect(result).toMatchObject({ done: true, how: "inserted" });
  });

  it("within a text are no comments", () => {
    const text =
      "services:\n  db:\n    image: postgres\n    command: |\n      # volumes:\n      #   - ./postgres:/var/lib/postgresql/data\n";
    const result = addVolume(text, DB);
    expect(result).toMatchObject({ done: true, how: "inserted" });
    expect(result.done && result.text.startsWith(text)).toBe(true);
  });

  it("are one item of a list that is there", () => {
    const text =
      "services:\n  db:\n    image: postgres\n    volumes:\n    - ./a:/a\n#    - ./postgres:/var/lib/postgresql/data\n    restart: always\n";
    expect(edited(text, DB)).toBe(text.replace("#    - ./p", "    - ./p"));
  });
});

describe("a volume that is put in", () => {
  it.each<[string, string, string]>([
    [
      "with the file's own indentation",
      "services:\n    db:\n        image: x\n        ports:\n        - 1:1\n",
      "services:\n    db:\n        image: x\n        ports:\n        - 1:1\n        volumes:\n        - ./postgres:/var/lib/postgresql/data\n",
    ],
    [
      "behind the last item of a list",
      "services:\n  db:\n    volumes:\n      -  a:/a # one\n      -  type: bind\n         source: ./b\n         target: /b\n\n    image: x\n",
      "services:\n  db:\n    volumes:\n      -  a:/a # one\n      -  type: bind\n         source: ./b\n         target: /b\n      -  ./postgres:/var/lib/postgresql/data\n\n    image: x\n",
    ],
    [
      "into a list in brackets",
      'services: {db: {image: x, volumes: ["a:/a" ]}}',
      'services: {db: {image: x, volumes: ["a:/a", ./postgres:/var/lib/postgresql/data ]}}',
    ],
    [
      "into an empty list",
      "services:\n  db:\n    volumes: []\n",
      "services:\n  db:\n    volumes: [./postgres:/var/lib/postgresql/data]\n",
    ],
    [
      "below a key without a value",
      "services:\n  db:\n    volumes: # none\n    image: x\n",
      "services:\n  db:\n    volumes: # none\n      - ./postgres:/var/lib/postgresql/data\n    image: x\n",
    ],
    [
      "into a map in braces",
      "services:\n  db: {image: x}\n",
      "services:\n  db: {image: x, volumes: [./postgres:/var/lib/postgresql/data]}\n",
    ],
    [
      "behind a last line without an end",
      "services:\n  db:\n    image: x",
      "services:\n  db:\n    image: x\n    volumes:\n      - ./postgres:/var/lib/postgresql/data",
    ],
    [
      "with the line ends of the file",
      "services:\r\n  db:\r\n    image: x\r\n",
      "services:\r\n  db:\r\n    image: x\r\n    volumes:\r\n      - ./postgres:/var/lib/postgresql/data\r\n",
    ],
    [
      "behind a text of several lines",
      "services:\n  db:\n    image: x\n    command: |\n      a\n\n  c: {image: y}\n",
      "services:\n  db:\n    image: x\n    command: |\n      a\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n\n  c: {image: y}\n",
    ],
    [
      "behind a text whose blank lines count",
      "services:\n  db:\n    image: x\n    command: |+\n      a\n\n  c: {image: y}\n",
      "services:\n  db:\n    image: x\n    command: |+\n      a\n\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n  c: {image: y}\n",
    ],
    [
      "into a file of the time before `version:`",
      "db:\n  image: x\n",
      "db:\n  image: x\n  volumes:\n    - ./postgres:/var/lib/postgresql/data\n",
    ],
  ])("stands %s", (_, before, after) => {
    expect(edited(before, DB)).toBe(after);
  });

  it("with a name is declared at the top", () => {
    const named = { ...DB, source: "pg-data" };
    const item = "    volumes:\n      - pg-data:/var/lib/postgresql/data\n";
    expect(edited("services:\n  db:\n    image: x\n", named)).toBe(
      `services:\n  db:\n    image: x\n${item}\nvolumes:\n  pg-data:\n`,
    );
    expect(edited("services:\n  db:\n    image: x\nvolumes:\n  other:\n\nnetworks: {}\n", named)).toBe(
      `services:\n  db:\n    image: x\n${item}volumes:\n  other:\n  pg-data:\n\nnetworks: {}\n`,
    );
    const there = "services:\n  db:\n    image: x\nvolumes: {pg-data: }\n";
    expect(edited(there, named)).toBe(there.replace("image: x\n", `image: x\n${item}`));
  });

  it.each([
    ["an alias", "x-db: &db {image: x}\nservices:\n  db: *db\n"],
    [
      "merged volumes, which its own would hide",
      "x-db: &db\n  volumes: [a:/a]\nservices:\n  db:\n    <<: *db\n    image: x\n",
    ],
    ["a list that is an alias", "x-v: &v [a:/a]\nservices:\n  db:\n    volumes: *v\n"],
    ["broken YAML", "services:\n  db: [\n"],
    ["no such service", "services:\n  dbs: {image: x}\n"],
    [
      "a list that another service uses too",
      "services:\n  db:\n    volumes: &v\n      - a:/a\n  b:\n    volumes: *v\n",
    ],
  ])("is refused for %s", (_, text) => {
    expect(addVolume(text, DB).done).toBe(false);
  });

  it.each(["", "a b", "./a:b", "./a\nb", "./a\u001b", " ./a", "-x", "pg/../x"])(
    "is refused for the source %j",
    (source) => {
      expect(addVolume(PAGE, { ...DB, source }).done).toBe(false);
    },
  );
});

/** Names as an attacker or a careless person gives them; names that Compose cannot take are another test's. */
const PATH = fc
  .string({ unit: fc.constantFrom(...Array.from("ab/.-_ $#'\"{}[]&*!|>%@`,?~あ\\=+()")), minLength: 0, maxLength: 12 })
  .map((name) => `./d${name}e`);
const KEY = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/u).filter((key) => key !== "volumes");
const FILE = fc
  .record({
    services: fc.uniqueArray(KEY, { minLength: 1, maxLength: 4 }),
    indent: fc.constantFrom(1, 2, 4),
    depth: fc.constantFrom(0, 2, 3),
    list: fc.constantFrom("none", "block", "flow", "empty"),
    eol: fc.constantFrom("\n", "\r\n"),
    comment: fc.constantFrom("", "# c", "### Uncomment: - x:/y", "#    volumes:"),
    end: fc.boolean(),
  })
  .map(({ services, indent, depth, list, eol, comment, end }) => {
    const [one, two] = [" ".repeat(indent), " ".repeat(2 * indent)];
    const volumes = {
      none: [],
      empty: [`${two}volumes:`],
      flow: [`${two}volumes: ["v1:/v1"]`],
      block: [`${two}volumes:`, `${two}${" ".repeat(depth)}- 'v1:/v1' # kept`, comment],
    }[list];
    const lines = [
      "# head",
      "services:",
      ...services.flatMap((name) => [`${one}${name}:`, comment, `${two}image: "x:1"`, ...volumes, ""]),
    ];
    return { text: lines.join(eol) + (end ? eol : ""), services };
  });

describe("any file, any name", () => {
  it("reads back with the volume, and keeps every byte that was there", async () => {
    await fc.assert(
      fc.asyncProperty(FILE, PATH, fc.nat(), async ({ text, services }, path, pick) => {
        const name = services[pick % services.length] ?? "";
        const change = { service: name, source: path, target: `/srv/${path.slice(2)}` };
        const result = addVolume(text, change);
        if (!result.done) throw new Error(`${result.why}\n${text}`);
        expect(isSubsequence(text, result.text)).toBe(true);
        const [before, after] = [
          service(await project(text), name).mounts,
          service(await project(result.text), name).mounts,
        ];
        expect(after.length).toBe(before.length + 1);
        expect(after.at(-1)?.written).toBe(path);
      }),
      { numRuns: inputs(20) },
    );
  });

  it("is never left half edited: refused, or read back as wanted", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.string({ unit: "grapheme", maxLength: 10 }),
        fc.string({ unit: "grapheme", maxLength: 10 }),
        (noise, source, target) => {
          const text = `services:\n  db:\n    image: x\n${noise}\n`;
          const result = addVolume(text, { service: "db", source, target: `/${target}` });
          if (result.done) expect(isSubsequence(text, result.text)).toBe(true);
        },
      ),
    );
  });
});

describe("an override file", () => {
  it("has the version of the first file, and nothing but the volumes", () => {
    expect(
      overrideText({ version: "2", changes: [DB, REDIS, { ...DB, source: "pg", target: "/x" }], existing: undefined }),
    ).toMatchObject({
      text: "version: '2'\nservices:\n  db:\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n      - pg:/x\n  redis:\n    volumes:\n      - ./redis:/data\nvolumes:\n  pg:\n",
    });
    expect(overrideText({ version: undefined, changes: [DB], existing: undefined })).toMatchObject({
      text: "services:\n  db:\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n",
    });
  });

  it("that is there is edited", () => {
    const existing = "services:\n  web:\n    ports: ['80:80']\n  # end\n";
    expect(overrideText({ version: undefined, changes: [DB, REDIS], existing })).toMatchObject({
      text: "services:\n  web:\n    ports: ['80:80']\n  db:\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n  redis:\n    volumes:\n      - ./redis:/data\n  # end\n",
    });
  });

  it("laid over the first gives the volume", async () => {
    const override = overrideText({ version: "2", changes: [DB], existing: undefined });
    const files = ["/p/docker-compose.yml", "/p/docker-compose.override.yml"];
    const read = await project(
      { [files[0] ?? ""]: PAGE, [files[1] ?? ""]: override.done ? override.text : "" },
      { files },
    );
    expect(service(read, "db").mounts.map(shownMount)).toEqual(["./postgres:/var/lib/postgresql/data"]);
  });
});

describe("a diff", () => {
  it("of the same text is empty, and of others gives the second when it is applied", () => {
    expect(unifiedDiff("f", "a\n", "a\n")).toBe("");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }),
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }),
        (before, after) => {
          const diff = unifiedDiff("f", before.join("\n"), after.join("\n"));
          fc.pre(diff !== "" && before.length > 0 && after.length > 0);
          expect(patched(before, diff)).toEqual(after);
        },
      ),
    );
  });
});

/** `patch`, for one file. */
function patched(before: readonly string[], diff: string): readonly string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2)) {
    const start = /^@@ -(\d+)/u.exec(line)?.[1];
    if (start !== undefined) while (at < Number(start) - 1) result.push(before[at++] ?? "");
    else if (line.startsWith("+")) result.push(line.slice(1));
    else if (line.startsWith("-")) at += 1;
    else result.push(before[at++] ?? "");
  }
  return [...result, ...before.slice(at)];
}
