import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { chooseRunOrRehearsal } from "../../../src/cli/runs/choose-run.ts";
import { readOnce } from "../../../src/cli/runs/read-once.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { testDirectory } from "../../directory.ts";

let path: string;
beforeEach(() => (path = testDirectory()));

class Counted extends StateDirectory {
  readonly reads: string[] = [];

  constructor() {
    super({ path, secrets: new Secrets(), now: () => new Date("2026-11-21T12:00:00Z") });
  }

  override read(run: string): ReturnType<StateDirectory["read"]> {
    this.reads.push(run);
    return super.read(run);
  }
}

async function begun(directory: StateDirectory): Promise<string> {
  const { run, journal } = directory.create();
  await journal.close();
  return run;
}

describe("one look at all runs", () => {
  it("reads each of them once, also one that cannot be read, and says the same again", async () => {
    const directory = new Counted();
    const [sound, broken] = [await begun(directory), await begun(directory)];
    writeFileSync(join(directory.directoryOf(broken), "journal.jsonl"), "{}\n{}\n");
    directory.reads.length = 0;
    const saved = readOnce(directory);
    expect(saved.read(sound)).toBe(saved.read(sound));
    expect(() => saved.read(broken)).toThrow();
    expect(() => saved.read(broken)).toThrow();
    expect(directory.reads).toEqual([sound, broken]);
  });

  it("is all that the choice of a run takes, whatever batches and rehearsals are among them", async () => {
    const directory = new Counted();
    const runs = [await begun(directory), await begun(directory), await begun(directory)];
    directory.reads.length = 0;
    expect(() => chooseRunOrRehearsal(directory, undefined, { say: () => undefined })).toThrow(
      /runs are open|no run is open/,
    );
    expect([...directory.reads].sort()).toEqual([...runs].sort());
  });
});
