/** `inventory` as cron starts it: the built program, a Cloud Controller, no object store that anybody named. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseInventoryLine } from "../../../src/discovery/sources/inventory-line.ts";
import { InventoryFile } from "../../../src/discovery/inventory/inventory-file.ts";
import { ADMIN, CloudFoundryWorld, DEVELOPER } from "../../contract/cloud-foundry-world.ts";
import { ServedCfProgram } from "../../contract/served-cf-program.ts";
import { Place } from "../program.ts";
import { fileDirectory } from "../../directory.ts";

const world = new CloudFoundryWorld();
const served = new ServedCfProgram();
const bin = fileDirectory();
let cf = "";
const places: Place[] = [];

beforeAll(async () => {
  await world.start();
  cf = dirname(await served.put(bin));
});
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});
afterAll(() => Promise.all([world.close(), served.close()]));

function somewhere() {
  const place = new Place();
  places.push(place);
  const file = join(place.directory, "inventory.jsonl");
  const run = (who: typeof ADMIN, ...words: readonly string[]) =>
    place.run(["inventory", "--file", file, ...words], {
      PATH: `${cf}:${process.env["PATH"] ?? ""}`,
      CF_API: world.server.url,
      CF_USERNAME: who.name,
      CF_PASSWORD: who.password,
    });
  const lines = () =>
    readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => parseInventoryLine(line));
  return { place, file, run, lines };
}

describe("inventory", () => {
  it("appends a survey, again and again, and does not take an archive that nobody can look at for a missing one", async () => {
    const { file, run, lines } = somewhere();
    const first = await run(ADMIN);
    expect(first).toMatchObject({ code: 15, stderr: "" });
    expect(first.stdout).toMatch(/^unknown: "other-db" .*the bucket of the archives is not known/);
    const second = JSON.parse((await run(ADMIN, "--json")).stdout) as { readonly instances: readonly unknown[] };
    expect(second).toMatchObject({
      schema: "dingo-recover/inventory-report@1",
      complete: true,
      findings: [{ level: "unknown" }],
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(lines()).toMatchObject([
      {
        type: "instance",
        name: "other-db",
        org: { name: "acme" },
        space: { name: "prod, eu-west" },
        plan: "solo",
        nodes: null,
        bindings: [{ type: "key", name: "backup" }],
        archive: { verdict: "unknown" },
      },
      { type: "survey", instances: 1, complete: true },
      second.instances[0],
      { type: "survey" },
    ]);
  });

  it("by a user that does not see everything says so in the file too", async () => {
    const { run, lines } = somewhere();
    const { code, stdout } = await run(DEVELOPER);
    expect(code).toBe(15);
    expect(stdout).toContain("does not see every instance");
    expect(lines().at(-1)).toMatchObject({ type: "survey", complete: false });
  });

  it("looks at the offerings that are named, and ends with 0 if nothing is wrong", async () => {
    const { run, lines } = somewhere();
    expect(await run(ADMIN, "--offering", "redis")).toMatchObject({ code: 0, stderr: "" });
    expect(lines()).toMatchObject([{ type: "survey", instances: 0 }]);
  });

  it("lets discover find what went between two surveys, when Cloud Foundry has forgotten it", async () => {
    const { place, file, run } = somewhere();
    await run(ADMIN);
    world.change((state) => ({ ...state, instances: [], usageEvents: [], auditEvents: [] }));
    await run(ADMIN);
    world.reset();
    const { code, stdout } = await place.run(["discover", "--inventory", file, "--name", "other-db", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      candidates: [{ guid: world.seeded.livingGuid, kind: "gone", name: "other-db", org: "acme", plan: "solo" }],
    });
    expect((await place.run(["discover", "--inventory", file, "--name", "another"])).code).toBe(17);
  });

  it("is refused while another survey writes to the same file", async () => {
    const { file, run } = somewhere();
    const held = InventoryFile.open(file, new Date());
    const { code, stderr } = await run(ADMIN);
    held.close();
    expect(code).toBe(11);
    expect(stderr).toMatch(/is writing an\s+inventory to/);
  });
});
