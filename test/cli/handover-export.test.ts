/** The file that a run is handed over in, and what lies beside it already. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.js";
import { ARCHIVE, CONFIGURED, Place } from "./program.js";

const place = new Place();
afterAll(() => place.remove());

let run: string;
let made: string;
beforeAll(async () => {
  const inputs = ["--input", "service=db", "--input", "org=o", "--input", "space=s", ...ARCHIVE];
  await place.run(["run", "--json", ...inputs], { ...CONFIGURED, PATH: dirname(process.execPath) });
  [run = ""] = readdirSync(join(place.state, "runs"));
  made = join(place.directory, "made");
  mkdirSync(made);
});

describe("handover export", () => {
  it("refuses a name that is taken, be it by a link to nothing, before the run is fenced", async () => {
    symlinkSync("nothing", join(made, "link"));
    const { code, stderr } = await place.run(["handover", "export", run, "-o", join(made, "link")], CONFIGURED);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("it is there already");
    expect((await place.run(["runs", "--json"])).stdout).not.toContain("handed-over");
    expect(readdirSync(made)).toEqual(["link"]);
  });

  it("writes a file for its owner alone, and touches nothing that lies beside it", async () => {
    const notes = join(made, "notes.txt");
    writeFileSync(notes, "mine", { mode: 0o644 });
    symlinkSync("notes.txt", join(made, "run.json.part"));
    const { code } = await place.run(["handover", "export", run, "-o", join(made, "run.json")], CONFIGURED);
    expect(code).toBe(EXIT.done);
    expect(JSON.parse(readFileSync(join(made, "run.json"), "utf8"))).toMatchObject({ run });
    expect(lstatSync(join(made, "run.json")).mode & 0o777).toBe(0o600);
    expect(readFileSync(notes, "utf8")).toBe("mine");
    expect(lstatSync(join(made, "run.json.part")).isSymbolicLink()).toBe(true);
    expect(readdirSync(made).sort()).toEqual(["link", "notes.txt", "run.json", "run.json.part"]);
  });
});
