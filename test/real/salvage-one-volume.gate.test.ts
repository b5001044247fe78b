/** On a real engine: a lost database is found among volumes, copied, dumped and proved, put back, and taken back again. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ODD_TABLE, ROLE, ROWS, runOf, SalvageScene } from "../rig/engine/salvage-scene.ts";

describe("a lost database among the volumes of a real engine", () => {
  let scene: SalvageScene;
  let started: SalvageScene | undefined;
  let before = "";
  beforeAll(async () => {
    scene = started = await SalvageScene.start();
    before = await scene.tree();
  });
  afterAll(async () => {
    await started?.engine.stop();
  });

  it("gives its rows back, proved, and in a volume that a new container runs on", async () => {
    const words = scene.salvage({ volumes: scene.lost, put_back: "blog_db", compose: "blog/db" });
    const ran = await scene.begun("whole", ...words);
    expect(ran.exitCode, ran.all).toBe(0);
    await scene.requireUntouched(before);
    expect(await scene.left()).toEqual([]);
    const folder = join(scene.engine.directory, `dingo-recover-${runOf(ran.all)}`, scene.lost.slice(0, 12));
    const dump = join(folder, `database-${ROLE}.dump`);
    expect((await readFile(dump, "latin1")).slice(0, 5)).toBe("PGDMP");
    const text = (await execa("pg_restore", ["-f", "-", dump])).stdout;
    expect(text).toContain(`COPY public."${ODD_TABLE}" (x) FROM stdin;\n1\n2\n`);
    expect((await stat(dump)).mode & 0o077).toBe(0);
    // The roles hold a hash of its password; nothing else holds it.
    expect(await readFile(join(folder, "roles.sql"), "utf8")).toContain("CREATE ROLE writer");
    await scene.run("again", "postgres:13", "-v", "blog_db:/var/lib/postgresql/data");
    await scene.ready("again", ROLE);
    expect((await scene.sql("again", ROLE, "select count(*) from posts", ROLE)).trim()).toBe(String(ROWS));
    await scene.engine.docker("rm", "-f", "again");
    const undone = await scene.begun("whole", "undo", runOf(ran.all));
    expect(undone.exitCode, undone.all).toBe(0);
    expect((await scene.engine.try("volume", "inspect", "blog_db")).exitCode).not.toBe(0);
    await scene.requireUntouched(before);
  });
});
