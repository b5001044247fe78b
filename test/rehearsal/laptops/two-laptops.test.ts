/** Two laptops, one foundation: the lease, the mirrored journal, the take-over. */
import { afterEach, describe, expect, it } from "vitest";
import { cutAtCopy, LEASE, TwoLaptops } from "./laptops.ts";
import { LONG } from "../rehearsals.ts";

let two: TwoLaptops;
afterEach(() => two.close());

describe("a recovery whose laptop is cut off in the middle of the copy", () => {
  it(
    "is taken over and finished elsewhere; back on the network the first laptop changes nothing more and ends with 11",
    async () => {
      two = await TwoLaptops.open();
      const cut = cutAtCopy(two.a, 20);
      const first = two.a.run(["run", ...two.inputs]);
      await Promise.race([cut, first.then(({ output }) => Promise.reject(new Error(output)))]);
      const [run = ""] = two.a.runs;

      const refused = await two.b.run(["resume", "--from", LEASE]);
      expect(refused).toMatchObject({ code: 11, output: expect.stringContaining("at step copy") as string });
      expect(refused.output).toContain(`dingo-recover resume ${run} --from ${LEASE} --take-over`);
      expect(two.b.runs).toEqual([]);

      const shown = await two.b.run(["resume", "--from", LEASE, "--take-over"]);
      expect(shown).toMatchObject({ code: 13, output: expect.stringContaining("import-not-accepted") as string });
      expect(two.b.runs).toEqual([]);
      const [, head = ""] = /--accept ([0-9a-f]{64})/.exec(shown.output) ?? [];
      const second = await two.b.run(["resume", "--from", LEASE, "--take-over", "--accept", head]);
      expect(second.output).toContain("fetched");
      expect(second.code).toBe(0);
      const { entries, text } = two.b.journal(run);
      const resumed = entries.find(({ type }) => type === "run-resumed");
      expect(resumed).toMatchObject({ epoch: 2, takeOver: true, lease: LEASE });
      expect(entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", epoch: 2 });

      const since = two.requests;
      two.a.way.mend();
      const ended = await first;
      expect(ended.output).toContain("this run was taken over by");
      expect(ended.output).not.toContain("continue with");
      expect(ended.code).toBe(11);
      expect(two.changesBy(two.a, since)).toEqual([]);
      expect(two.complaints).toEqual([]);
      // The entries that both wrote before they parted are the same.
      const parted = entries.findIndex(({ epoch }) => epoch === 2);
      const shared = text.split("\n").slice(0, parted);
      expect(parted).toBeGreaterThan(20);
      expect(two.a.journal(run).text.startsWith(`${shared.join("\n")}\n`)).toBe(true);

      const late = await two.a.run(["resume", run]);
      expect(late).toMatchObject({ code: 11, output: expect.stringContaining("came to its end elsewhere") as string });
    },
    LONG,
  );
});
