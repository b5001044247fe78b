/** A Mastodon stack gets directories for its data, on a real engine by both generations of Compose; the rows are read at the end. */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ComposeGeneration as Generation } from "../../src/kit/commands/compose-commands.ts";
import { ComposeStack } from "../rig/engine/compose-stack.ts";
import { OwnEngine } from "../rig/engine/own-engine.ts";
import { until } from "../rig/until.ts";

const INPUTS = ["project=mastodon", "announced=all", "url=http://127.0.0.1:3000/"];
const RUN = ["run", "persist-compose-data", ...INPUTS.flatMap((given) => ["--input", given])];
const DATA = "/var/lib/postgresql/data";
const GENERATIONS: readonly Generation[] = ["v1", "v2"];
/**
 * Entries of the journal after which the process is killed, and how much later: in the warm copy or the stop, and between
 * set aside and start. Every other place is met in the box (`persist.deep.test.ts`).
 */
const KILLS: Readonly<Record<Generation, readonly [number, number]>> = { v1: [17, 300], v2: [34, 100] };

/** As many has the journal when everything is copied once. */
const WARM = 15;

let engine: OwnEngine;
beforeAll(async () => {
  engine = await OwnEngine.start();
  await ComposeStack.prepare(engine);
});
afterAll(async () => {
  await engine.stop();
});

describe.each(GENERATIONS)("a stack of Compose %s", (generation) => {
  const stateOf = (name: string): string => join(engine.directory, `state-${generation}-${name}`);

  const expectMoved = async (stack: ComposeStack): Promise<void> => {
    expect(await stack.sql("select count(*) from accounts")).toBe("1000");
    expect(await stack.mountsOf("db")).toBe(`bind ${stack.directory}/postgres ${DATA}`);
    expect(await stack.mountsOf("redis")).toBe(`bind ${stack.directory}/redis /data`);
    expect(await engine.docker("exec", stack.container("redis"), "redis-cli", "get", "a")).toBe("b");
    const kept = (await engine.docker("ps", "-a", "--format", "{{.Names}}"))
      .split("\n")
      .filter((name) => name.includes("dingo-recover"));
    expect(kept).toHaveLength(2);
    const override = await readFile(join(stack.directory, "docker-compose.override.yml"), "utf8");
    expect(override).toContain("\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n");
    // Called as always, Compose takes the override by itself, and has nothing to change.
    const ids = await engine.docker("ps", "-q", "--no-trunc");
    await stack.compose("up", "-d");
    expect(await engine.docker("ps", "-q", "--no-trunc")).toBe(ids);
  };

  it("keeps every row, and gets all of it back by an undo", async () => {
    const stack = new ComposeStack(engine, generation);
    await stack.begin();
    const original = await readFile(stack.file, "utf8");
    const before = await stack.mountsOf("db");
    await stack.sql('create database "host=evil user=x"');
    const inIt = ["-U", "postgres", "-d", "dbname='host=evil user=x'", "-c", 'create table "two\nlines" (i int)'];
    await engine.docker("exec", stack.container("db"), "psql", ...inIt);
    const ran = await stack.tool(stateOf("whole"), ...RUN);
    expect(ran.exitCode, ran.all).toBe(0);
    await expectMoved(stack);
    expect(unwrapped(ran.all)).toContain("host=evil user=x.public.two\\nlines 0, postgres.public.accounts 1000");
    expect(ran.all).not.toContain("WARNING");
    // A row that is written from here on stays in the new directory.
    await stack.sql("insert into accounts values (5000)");
    const run = /run (\S+),/u.exec(ran.all)?.[1] ?? "";
    const undone = await stack.tool(stateOf("whole"), "undo", run);
    expect(undone.exitCode, undone.all).toBe(0);
    for (const kept of [`docker rm ${stack.container("db")}.`, `rm -r -- ${stack.directory}/postgres.`])
      expect(undone.all).toContain(`\n      $ ${kept}dingo-recover-${run}`);
    expect(await readFile(stack.file, "utf8")).toBe(original);
    await until(
      "the old database answers",
      300_000,
      async () => (await engine.try("exec", stack.container("db"), "pg_isready", "-q")).exitCode === 0,
    );
    // Compose takes the container that was made again for its own, and leaves it alone.
    await stack.compose("up", "-d");
    expect(await stack.mountsOf("db")).toBe(before);
    expect(await stack.sql("select count(*) from accounts")).toBe("1000");
  });

  it("comes to the same end when it is killed", async () => {
    const stack = new ComposeStack(engine, generation);
    await stack.begin();
    const state = stateOf("killed");
    const [entries, later] = KILLS[generation];
    const process = stack.begun(state, ...RUN);
    await until("the journal has so many entries", 300_000, async () => (await stack.journaled(state)) >= entries);
    await new Promise((resolve) => setTimeout(resolve, later));
    process.kill("SIGKILL");
    await process;
    const resumed = await stack.tool(state, "resume");
    expect(resumed.exitCode, resumed.all).toBe(0);
    await expectMoved(stack);
  });
});

describe("a stack that is not as the page has it", () => {
  const stateOf = (name: string): string => join(engine.directory, `state-${name}`);

  const expectRows = async (stack: ComposeStack): Promise<void> => {
    expect(await stack.sql("select count(*) from accounts")).toBe("1000");
    expect(await engine.docker("exec", stack.container("redis"), "redis-cli", "get", "a")).toBe("b");
  };

  it("has its rows moved out of the container's own layer, and the Compose file is left as it is", async () => {
    const stack = new ComposeStack(engine, "v2");
    await stack.begin((text) => text.replace("image: postgres:15", "image: local/postgres:15"));
    expect(await stack.mountsOf("db")).toBe("");
    const before = await readFile(stack.file, "utf8");
    // Another run, from another machine perhaps: its journal is not here.
    const theirs = join(stack.directory, "postgres.dingo-recover-20261122-080000-aaaa-part");
    await mkdir(theirs);
    const second = await stack.tool(stateOf("second"), ...RUN);
    expect(second.exitCode, second.all).toBe(16);
    expect(unwrapped(second.all)).toContain('"dingo-recover undo 20261122-080000-aaaa"');
    await rm(theirs, { recursive: true });
    const ran = await stack.tool(stateOf("layer"), ...RUN);
    expect(ran.exitCode, ran.all).toBe(0);
    await expectRows(stack);
    expect(await stack.mountsOf("db")).toBe(`bind ${stack.directory}/postgres ${DATA}`);
    expect(await readFile(stack.file, "utf8")).toBe(before);
    expect(await readFile(join(stack.directory, "docker-compose.override.yml"), "utf8")).toContain(`postgres:${DATA}`);
    // Compose takes the override by itself, and has nothing to change.
    await stack.compose("up", "-d");
    expect(await stack.mountsOf("db")).toBe(`bind ${stack.directory}/postgres ${DATA}`);
    await expectRows(stack);
  });

  it("has its finished services left alone, and a database of an image of one's own moved", async () => {
    const stack = new ComposeStack(engine, "v1");
    await engine.docker("tag", "local/postgres:15", "acme/rows:1");
    const seed =
      '  seed:\n    image: gargron/mastodon\n    command: sh -c "echo ran >> /marks/ran"\n    volumes: ["./marks:/marks"]\n';
    await stack.begin((text) =>
      text.replace("image: postgres:15", "image: acme/rows:1").replace("\nservices:\n", `\nservices:\n${seed}`),
    );
    const marks = join(stack.directory, "marks", "ran");
    await until("the seed has run", 300_000, async () => (await readFile(marks, "utf8").catch(() => "")) !== "");
    const ran = await stack.tool(stateOf("finished"), ...RUN);
    expect(ran.exitCode, ran.all).toBe(0);
    await expectRows(stack);
    expect(await stack.mountsOf("db")).toContain(DATA);
    expect(await readFile(marks, "utf8")).toBe("ran\n");
    expect(ran.all).not.toContain("volume rm");
  });

  it("is reached by SSH, if another machine has the tool", async () => {
    const stack = new ComposeStack(engine, "v1");
    await stack.begin();
    const ran = await stack.fromAfar(stateOf("afar"), ...RUN.filter((word, at) => !isUrl(word) && !isUrl(RUN[at + 1])));
    expect(ran.exitCode, ran.all).toBe(0);
    await expectRows(stack);
    expect(await stack.mountsOf("db")).toBe(`bind ${stack.directory}/postgres ${DATA}`);
  });

  it("runs as before once a move that filled the disk is taken back", async () => {
    const stack = new ComposeStack(engine, "v1");
    await stack.begin((text) => text.replaceAll(/- \.\/(postgres|redis):/gu, "- ./disk/$1:"));
    const original = await readFile(stack.file, "utf8");
    const before = await stack.mountsOf("db");
    const disk = join(stack.directory, "disk");
    await mkdir(disk);
    await execa("mount", ["-t", "tmpfs", "-o", "size=300M", "tmpfs", disk]);
    try {
      const state = stateOf("full");
      const process = stack.begun(state, ...RUN);
      await until("the first copies are made", 300_000, async () => (await stack.journaled(state)) >= WARM);
      process.kill("SIGKILL");
      await process;
      await execa("dd", ["if=/dev/zero", `of=${disk}/filler`, "bs=1M"], { reject: false });
      const resumed = await stack.tool(state, "resume");
      expect(resumed.all).toContain("No space left on device");
      expect(resumed.exitCode, resumed.all).toBe(12);
      const undone = await stack.tool(state, "undo");
      expect(undone.exitCode, undone.all).toBe(0);
    } finally {
      await execa("umount", ["-l", disk]);
    }
    expect(await readFile(stack.file, "utf8")).toBe(original);
    expect(await stack.mountsOf("db")).toBe(before);
    await until(
      "the old database answers",
      300_000,
      async () => (await engine.try("exec", stack.container("db"), "pg_isready", "-q")).exitCode === 0,
    );
    await expectRows(stack);
  });
});

const unwrapped = (text: string): string => text.replaceAll(/\s+/gu, " ");
const isUrl = (word: string | undefined): boolean => word?.startsWith("url=") === true;
