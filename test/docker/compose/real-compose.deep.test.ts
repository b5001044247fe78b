/** Both real programs take the override for what it says, also from standard input, and fetch nothing for a stranger. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askCompose } from "../../../src/docker/adapters/compose-answer.ts";
import { strangeBetween } from "../../../src/docker/compose/compare.ts";
import { type ComposeModel, readModel } from "../../../src/docker/compose/model.ts";
import { overrideText } from "../../../src/docker/compose/override-file.ts";
import { shippedFor } from "../../../src/docker/compose/shipped.ts";
import type { ComposeGeneration } from "../../../src/kit/commands/compose-commands.ts";
import type { Argv } from "../../../src/kit/commands/host-commands.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import type { Shell } from "../../../src/kit/shell/shell.ts";
import { cacheDirectory } from "../../rig/cache.ts";

const PAGE = readFileSync(new URL("mastodon-1.3.2.yml", import.meta.url), "utf8");
const FORMS = readFileSync(new URL("../../../fixtures/compose-answers/forms.yml", import.meta.url), "utf8");
const BOTH: readonly ComposeGeneration[] = ["v1", "v2"];
const PGDATA = "/var/lib/postgresql/data";

let root = "";
let server: Server;
let dialed = 0;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "compose-"));
  mkdirSync(join(root, "config", "cli-plugins"), { recursive: true });
  symlinkSync(join(cacheDirectory, "bin", "compose"), join(root, "config", "cli-plugins", "docker-compose"));
  server = createServer((socket) => {
    dialed += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

const env = () => ({
  PATH: "/usr/bin:/bin",
  HOME: join(root, "home"),
  DOCKER_CONFIG: join(root, "config"),
  LC_ALL: "C",
});
const run = async ([program, ...args]: Argv, input = "") => {
  const ran = await execa(program, args, {
    env: env(),
    extendEnv: false,
    reject: false,
    input,
    stripFinalNewline: false,
  });
  return { code: ran.exitCode ?? -1, stdout: ran.stdout, stderr: ran.stderr };
};
const shell: Shell = { label: "here", secrets: new Secrets(), run: (argv, { stdin } = {}) => run(argv, stdin) };

interface Files {
  readonly [name: string]: string;
}

function place(name: string, files: Files): string {
  const directory = join(root, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  return directory;
}

async function ask(
  generation: ComposeGeneration,
  directory: string,
  more: {
    readonly files?: readonly string[];
    readonly over?: { readonly file: string; readonly text: string };
    readonly project?: string;
  } = {},
) {
  const { files = ["docker-compose.yml"], over, project = "x" } = more;
  const call = { generation, project, directory, files: files.map((file) => join(directory, file)) };
  const at = over === undefined ? {} : { over: { ...over, file: join(directory, over.file) } };
  return await askCompose(shell, ["docker"], { call, ...at });
}

async function modelOf(...asked: Parameters<typeof ask>): Promise<ComposeModel> {
  const answer = await ask(...asked);
  if (answer.state !== "told") throw new Error(JSON.stringify(answer));
  return readModel(answer.text, asked[0], "here");
}

/** The second generation of the rig lies where no other account may go. */
it("repeats to root no more of a file that a stranger's file names than that stranger may read", async () => {
  expect(process.getuid?.()).toBe(0);
  chmodSync(root, 0o755);
  const directory = place("stranger", { "docker-compose.yml": 'services: { db: { image: "postgres:${TAG}" } }\n' });
  const image = async (): Promise<string | undefined> => {
    for (const over of [undefined, { file: "override.yml", text: "services: { db: { hostname: x } }\n" }]) {
      const answer = await ask("v1", directory, over === undefined ? {} : { over });
      if (answer.state === "refused") return answer.why;
      expect(answer).toMatchObject({ state: "told", text: expect.stringContaining("postgres:") });
    }
    return (await modelOf("v1", directory)).services[0]?.image;
  };
  writeFileSync(join(root, "of-root"), "TAG=s3cret\n", { mode: 0o600 });
  writeFileSync(join(directory, ".env"), "TAG=13\n", { mode: 0o600 });
  for (const path of [directory, join(directory, ".env")]) chownSync(path, 33, 33);
  expect(await image()).toBe("postgres:13");
  rmSync(join(directory, ".env"));
  symlinkSync(join(root, "of-root"), join(directory, ".env"));
  expect(await image()).toContain("Permission denied");
});

describe.each(BOTH)("Compose %s", (generation) => {
  const OVERRIDE = "docker-compose.override.yml";
  const given = [
    { service: "db", source: "./postgres", target: PGDATA },
    { service: "web", source: "./a b$c'd\"#&*", target: "/mastodon/é f" },
  ];
  const mounts = (directory: string) => given.map((each) => ({ ...each, source: join(directory, each.source) }));

  it("says the same as before and the new mounts, of a text that no file holds yet and of the file", async () => {
    const directory = place(`page-${generation}`, { "docker-compose.yml": PAGE, ".env.production": "KEY=s3cret\n" });
    const before = await modelOf(generation, directory);
    expect(before.services.map(({ name }) => name).sort()).toEqual(["db", "redis", "sidekiq", "streaming", "web"]);
    const text = overrideText(undefined, given) ?? "";
    const over = await modelOf(generation, directory, { over: { file: OVERRIDE, text } });
    expect(strangeBetween(before, over, mounts(directory))).toBeUndefined();
    expect(strangeBetween(before, before, mounts(directory))).toBe('the new mount of "db" would differ');
    writeFileSync(join(directory, OVERRIDE), text);
    expect(await modelOf(generation, directory, { files: ["docker-compose.yml", OVERRIDE] })).toEqual(over);
    // One mount more in an override that is there.
    const more = overrideText(text, [{ service: "redis", source: "./redis", target: "/data" }]) ?? "";
    const files = ["docker-compose.yml", OVERRIDE];
    const last = await modelOf(generation, directory, { files, over: { file: OVERRIDE, text: more } });
    expect(strangeBetween(over, last, [{ service: "redis", source: join(directory, "redis"), target: "/data" }])).toBe(
      undefined,
    );
  });

  it("names the project as its files do when nobody names it; the first generation does not say", async () => {
    const text = "services:\n  db:\n    image: x\n";
    const nameIn = async (name: string, files: Files) =>
      (await modelOf(generation, place(`${name}.${generation}`, files), { project: "" })).rest["name"];
    const bySetting = { "docker-compose.yml": text, ".env": "COMPOSE_PROJECT_NAME=unstacked\n" };
    const names = [await nameIn("Plain", { "docker-compose.yml": text }), await nameIn("set", bySetting)];
    expect(names).toEqual(generation === "v1" ? [undefined, undefined] : ["plainv2", "unstacked"]);
    if (generation === "v2") expect(await nameIn("own", { "docker-compose.yml": `name: own\n${text}` })).toBe("own");
  });

  it("takes the lines that the page's file ships for the same", async () => {
    const directory = place(`shipped-${generation}`, { "docker-compose.yml": PAGE, ".env.production": "" });
    const db = given.slice(0, 1);
    const text = shippedFor(PAGE, "db", PGDATA)?.uncommented ?? "";
    const edited = await modelOf(generation, directory, { over: { file: "docker-compose.yml", text } });
    const over = { file: OVERRIDE, text: overrideText(undefined, db) ?? "" };
    expect(edited).toEqual(await modelOf(generation, directory, { over }));
  });

  it.each([undefined, "2.4", "3.8"])(
    "lays an override without a version over a file of version %s",
    async (version) => {
      const line = version === undefined ? "" : `version: "${version}"\n`;
      const file = `${line}services:\n  db:\n    image: x\n    volumes:\n      - ${PGDATA}\n`;
      const directory = place(`version-${version ?? ""}-${generation}`, { "docker-compose.yml": file });
      const text = overrideText(undefined, given.slice(0, 1)) ?? "";
      const [before, after] = [
        await modelOf(generation, directory),
        await modelOf(generation, directory, { over: { file: OVERRIDE, text } }),
      ];
      expect(strangeBetween(before, after, mounts(directory).slice(0, 1))).toBeUndefined();
    },
  );

  it("answers as the fixture has it", async () => {
    const directory = place(`forms-${generation}`, { "docker-compose.yml": FORMS, "x.env": "X=1\n" });
    const answer = await ask(generation, directory);
    const kept = generation === "v1" ? "forms-1.29.2.yml" : "forms-2.40.3.json";
    const fixture = readFileSync(new URL(`../../../fixtures/compose-answers/${kept}`, import.meta.url), "utf8");
    const elsewhere = fixture.replaceAll("/srv/forms", directory).replaceAll("/root/h", join(root, "home", "h"));
    expect(answer).toEqual({
      state: "told",
      text: elsewhere,
      unset: expect.arrayContaining(["NONE", "TAG"]) as unknown,
    });
  });

  it("refuses a file that it cannot take, without the value in it", async () => {
    const bad = 'version: "2"\nservices:\n  db:\n    image: x\n    environment:\n      PW: "pa${w hunter22"\n';
    const directory = place(`bad-${generation}`, { "docker-compose.yml": bad });
    const answer = await ask(generation, directory);
    expect(answer).toMatchObject({ state: "refused", why: expect.stringMatching(/invalid interpolation/iu) as string });
    expect(JSON.stringify(answer)).not.toContain("hunter22");
  });
});

describe("a stranger's file", () => {
  const port = () => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  const FORMS_OF_REACH: readonly (readonly [string, (at: string) => Files])[] = [
    ["an include by git", (at) => ({ "docker-compose.yml": `include: ["http://${at}/a/b.git"]\n` })],
    ["an include by ssh", (at) => ({ "docker-compose.yml": `include: ["ssh://git@${at}/a/b.git"]\n` })],
    ["an include of a registry", (at) => ({ "docker-compose.yml": `include: ["oci://${at}/a/b:1"]\n` })],
    [
      "an extends by git",
      (at) => ({
        "docker-compose.yml": `services: {a: {extends: {file: "http://${at}/a/b.git#main:c.yml", service: b}}}\n`,
      }),
    ],
    [
      "an include of an include, and an .env that allows it",
      (at) => ({
        "docker-compose.yml": "include: [sub.yml]\n",
        "sub.yml": `include: ["http://${at}/a/b.git"]\n`,
        ".env": "COMPOSE_EXPERIMENTAL_GIT_REMOTE=1\nCOMPOSE_EXPERIMENTAL_OCI_REMOTE=1\n",
      }),
    ],
  ];

  it.each(FORMS_OF_REACH)("with %s is refused, and nobody is called", async (what, files) => {
    const directory = place(what.replace(/\W+/gu, "-"), files(`127.0.0.1:${port()}`));
    const before = dialed;
    expect(await ask("v2", directory)).toMatchObject({
      state: "refused",
      why: expect.stringMatching(/is disabled by "COMPOSE_EXPERIMENTAL_/u) as string,
    });
    expect(dialed).toBe(before);
  });

  it("would be fetched otherwise", async () => {
    const [, files] = FORMS_OF_REACH[0] ?? ["", () => ({})];
    const directory = place("fetched", files(`127.0.0.1:${port()}`));
    const before = dialed;
    await run(["docker", "compose", "-f", join(directory, "docker-compose.yml"), "config"]);
    expect(dialed).toBeGreaterThan(before);
  });
});
