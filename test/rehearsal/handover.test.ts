/** A hand-over in the middle of the archive copy, from one laptop to another. `npm run build` comes first. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cutAtCopy, LEASE, TwoLaptops } from "./laptops.js";
import { LONG } from "./rehearsals.js";

let two: TwoLaptops;
afterEach(() => two.close());

describe("a recovery that is killed in the middle of the copy and handed over in a file", () => {
  it.each([
    ["without a lease", {}],
    ["with a lease, which nobody has to take over", { lease: LEASE }],
  ])(
    "does not go on where it was, goes on elsewhere to its end, and the file holds no secret: %s",
    async (_, settings) => {
      two = await TwoLaptops.open(settings);
      const cut = cutAtCopy(two.a, 20);
      const first = two.a.run(["run", ...two.inputs]);
      await Promise.race([cut, first.then(({ output }) => Promise.reject(new Error(output)))]);
      two.a.child?.kill("SIGKILL");
      await first;
      two.a.way.mend();
      const [run = ""] = two.a.runs;
      const file = join(two.a.stateDirectory, "../run.json");

      const exported = await two.a.run(["handover", "export", run, "-o", file]);
      expect(exported).toMatchObject({ code: 0, output: expect.stringContaining("step copy is running") as string });
      const text = readFileSync(file, "utf8");
      for (const secret of two.secrets) expect(text).not.toContain(secret);
      expect(JSON.parse(text)).toMatchObject({
        run,
        secrets: expect.arrayContaining([{ what: "cf.password", from: "the variable CF_PASSWORD" }]) as unknown,
        plan: expect.arrayContaining([expect.objectContaining({ step: "copy", state: "running" })]) as unknown,
      });
      const refused = await two.a.run(["resume", run]);
      expect(refused).toMatchObject({ code: 2, output: expect.stringContaining("handed-over") as string });

      const damaged = `${file}.damaged`;
      writeFileSync(damaged, text.replace(/(step-succeeded.{0,40}attempt\\":)1/, "$12"));
      expect(readFileSync(damaged, "utf8")).not.toBe(text);
      expect(await two.b.run(["handover", "import", damaged])).toMatchObject({ code: 16 });
      expect(two.b.runs).toEqual([]);
      const asked = await two.b.run(["handover", "import", file]);
      expect(asked).toMatchObject({ code: 10, output: expect.stringContaining("copy (create), running") as string });
      expect(two.b.runs).toEqual([]);
      const digest = createHash("sha256").update(text).digest("hex");
      expect(exported.output).toContain(digest);
      const imported = await two.b.run(["handover", "import", file, "--accept", digest]);
      expect(imported.output).toContain(`run ${run} was handed over by`);
      expect(imported.code).toBe(0);
      const { entries } = two.b.journal(run);
      expect(entries.map(({ type }) => type)).toContain("run-ended");
      expect(entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", epoch: 2 });
      expect(two.complaints).toEqual([]);
      expect(two.a.journal(run).entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "handed-over" });
    },
    LONG,
  );
});
