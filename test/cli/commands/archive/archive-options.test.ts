import { describe, expect, it } from "vitest";
import { verifyOptions, withDepth } from "../../../../src/cli/options/archive-options.ts";
import { lookRate } from "../../../../src/cli/screen/rate.ts";
import { StillClock } from "../../../fakes/still-clock.ts";

describe("--deep", () => {
  it("alone takes no value, so that the location behind it stays one", () => {
    expect(withDepth(["archive", "verify", "--deep", "s3://b/p"])).toEqual([
      "archive",
      "verify",
      "--deep=deep",
      "s3://b/p",
    ]);
    expect(withDepth(["--deep=full", "--reader", "wal-g"])).toEqual(["--deep=full", "--reader", "wal-g"]);
    expect(verifyOptions.deep.type).toBe("string");
  });
});

describe("a look that takes its time", () => {
  it("says after a second how far it is, and how fast", async () => {
    const clock = new StillClock();
    const said: string[] = [];
    const rate = lookRate(clock, (line) => said.push(line));
    rate({ done: 1, of: 500, bytes: 300 });
    await clock.sleep(2000);
    rate({ done: 100, of: 500, bytes: 30_000 });
    rate({ done: 101, of: 500, bytes: 30_300 });
    expect(said).toEqual(["looked into 100 of 500 objects: 50 objects, 15 kB a second, about 8 s to go"]);
  });
});
