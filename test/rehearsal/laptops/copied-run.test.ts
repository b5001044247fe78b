/** A run in the middle of the archive copy moves from one laptop to another, by its directory. */
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cutAtCopy, LEASE, TwoLaptops } from "./laptops.ts";
import { LONG } from "../rehearsals.ts";

let two: TwoLaptops;
afterEach(() => two.close());

async function killedInTheCopy(): Promise<string> {
  const cut = cutAtCopy(two.a, 20);
  const first = two.a.run(["run", ...two.inputs]);
  await Promise.race([cut, first.then(({ output }) => Promise.reject(new Error(output)))]);
  two.a.child?.kill("SIGKILL");
  await first;
  two.a.way.mend();
  return two.a.runs[0] ?? "";
}

const filesOf = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => readFileSync(join(each.parentPath, each.name), "utf8"));

describe("a recovery that is killed in the middle of the copy", () => {
  it.each([
    ["without a lease", {}, []],
    ["with a lease, which the first laptop holds still", { lease: LEASE }, ["--take-over"]],
  ] as const)(
    "goes on elsewhere to its end from within reach, and the first laptop says that it was moved: %s",
    async (_, settings, more) => {
      two = await TwoLaptops.open(settings);
      const run = await killedInTheCopy();
      const place = join(two.a.stateDirectory, "runs", run);
      const from = ["resume", "--from", place, ...more];
      for (const text of filesOf(place)) for (const secret of two.secrets) expect(text).not.toContain(secret);

      const asked = await two.b.run(from);
      expect(asked).toMatchObject({ code: 13, output: expect.stringContaining("copy (create), running") as string });
      expect(two.b.runs).toEqual([]);
      const [, head = ""] = /--accept ([0-9a-f]{64})/u.exec(asked.output.replaceAll(/\s+/gu, " ")) ?? [];
      const verified = await two.a.run(["journal", "verify", run]);
      expect(verified.output).toContain(`head: ${head}`);
      expect(await two.b.run([...from, "--accept", "0".repeat(64)])).toMatchObject({ code: 13 });

      const moved = await two.b.run([...from, "--accept", head]);
      expect(moved.code, moved.output).toBe(0);
      expect(two.b.journal(run).entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded" });
      expect(two.complaints).toEqual([]);
      for (const words of [["resume"], ["undo"]])
        expect(await two.a.run([...words, run])).toMatchObject({
          code: 2,
          output: expect.stringContaining("was moved") as string,
        });
      expect((await two.a.run(["runs"])).output).toContain("handed-over");
    },
    LONG,
  );

  it(
    "goes on from a copy of its directory, which is marked in its turn, and not from a damaged one",
    async () => {
      two = await TwoLaptops.open({});
      const run = await killedInTheCopy();
      const copy = join(two.a.stateDirectory, "../copy");
      cpSync(join(two.a.stateDirectory, "runs", run), copy, { recursive: true });
      const damaged = `${copy}.damaged`;
      cpSync(copy, damaged, { recursive: true });
      const evidence = join(damaged, "evidence");
      rmSync(join(evidence, readdirSync(evidence)[0] ?? ""));
      expect(await two.b.run(["resume", "--from", damaged])).toMatchObject({ code: 16 });
      expect(two.b.runs).toEqual([]);

      const asked = await two.b.run(["resume", run, "--from", copy]);
      const [, head = ""] = /--accept ([0-9a-f]{64})/u.exec(asked.output.replaceAll(/\s+/gu, " ")) ?? [];
      const moved = await two.b.run(["resume", run, "--from", copy, "--accept", head]);
      expect(moved.code, moved.output).toBe(0);
      expect(readFileSync(join(copy, "journal.jsonl"), "utf8")).toContain('"outcome":"handed-over"');
      expect(two.complaints).toEqual([]);
    },
    LONG,
  );
});
