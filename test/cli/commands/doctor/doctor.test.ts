/** `doctor` as the built program, on a foundation in a box. */
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Check } from "../../../../src/config/doctor/check.ts";
import { happyLastEra } from "../../../../src/rehearsal/scenarios/happy.ts";
import { StandingBox } from "../../../config/doctor/standing-box.ts";
import { Place } from "../../program.ts";

interface Document {
  readonly exitCode: number;
  readonly checks: readonly (Check & { readonly system: string })[];
}

// Each test starts some processes, and the machine may be busy.
vi.setConfig({ testTimeout: 180_000 });

let box: StandingBox;
beforeAll(async () => {
  box = await StandingBox.open(happyLastEra);
});
afterAll(() => box.close());

const documentOf = ({ stdout }: { readonly stdout: string }): Document => JSON.parse(stdout) as Document;
const stateOf = ({ checks }: Document, id: string): readonly string[] =>
  checks.filter((check) => check.id === id).map(({ state }) => state);

async function examined(...given: Parameters<StandingBox["run"]>) {
  const [words, options] = given;
  const ended = await box.run(["doctor", "--json", ...words], options);
  const document = documentOf(ended);
  expect(document.exitCode).toBe(ended.code);
  return document;
}

describe("doctor, if everything is there", () => {
  it("says so with 0, of every program, log-in, right, reach and clock, and changes nothing", async () => {
    const before = box.box.host.world().record.length;
    const document = await examined(["--input", "org=acme", "--input", "space=production"]);
    expect(document.checks.filter(({ state }) => !["ok", "note"].includes(state))).toEqual([]);
    expect(new Set(document.checks.filter(({ state }) => state === "ok").map(({ id }) => id))).toEqual(
      new Set([
        ...["machine.node", "machine.room", "config.file", "gateway.log-in"],
        ...["cf.program", "cf.log-in", "cf.scope", "cf.clock", "cf.space"],
        ...["bosh.reach", "bosh.clock", "bosh.log-in", "bosh.deployment", "bosh.rest", "bosh.cells", "cell.ssh"],
        ...["s3.log-in", "s3.bucket", "s3.clock", "s3.list", "s3.read", "logs.files"],
      ]),
    );
    const world = box.box.host.world();
    expect(world.record.slice(before)).toEqual([]);
    expect(world.strays).toEqual([]);
    expect(box.box.state().director.tasks.filter(({ description }) => /ssh/iu.test(description))).toEqual([]);
  });

  it("reads as a list that ends with whether one may begin", async () => {
    const { code, stdout, stderr } = await box.run(["doctor"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Is everything there for "recover-deleted-service"\?/);
    expect(stdout).toContain(`ok      Gateway, 127.0.0.1:${box.box.gatewayPort}: `);
    expect(stdout).toMatch(/\nReady for recover-deleted-service\. \d notes with --verbose\.\n$/);
    // One screen of 80 by 24, unless something is wrong.
    expect(stdout.split("\n").length).toBeLessThanOrEqual(24);
    expect(stdout.split("\n").filter((line) => line.length > 80 && !/\S{40}/.test(line))).toEqual([]);
    expect(code).toBe(0);
  });
});

describe("doctor, if archives are read with keys of their own", () => {
  it("reads with those alone, names both, and says that it is not known what the others may", async () => {
    const { keys } = box.box.host.world().store;
    keys.push({ id: "AKIAREADER", secret: "canary-of-the-reader", denyWrites: [], holder: "reader" });
    const config = box.configured((all) => {
      all["s3"]!["source"] = { access_key_id: "AKIAREADER", secret_access_key: { env: "READER" } };
    });
    const before = box.box.host.world().store.requests.length;
    const document = await examined([], { config, env: { READER: "canary-of-the-reader" } });
    const of = (id: string) => document.checks.find((check) => check.id === id);
    expect(of("s3.source")).toMatchObject({ state: "ok", text: expect.stringContaining("key AKIAREADER") as string });
    expect(of("s3.write")).toMatchObject({
      state: "note",
      text: expect.stringMatching(/is not known; it is not tried$/u) as string,
      mend: expect.stringContaining("aws iam simulate-principal-policy") as string,
    });
    const requests = box.box.host
      .world()
      .store.requests.slice(before)
      .filter(({ operation }) => operation !== "put");
    const read = requests.filter(({ operation }) => operation === "list" || operation === "get");
    expect(new Set(read.map(({ by }) => by))).toEqual(new Set(["AKIAREADER"]));
    expect(JSON.stringify(document)).not.toContain("canary-of-the-reader");
    expect(document.exitCode).toBe(0);
    const lost = await examined([], { config });
    expect(lost.checks.find(({ id }) => id === "s3.settings")?.text).toBe("s3.source.secret_access_key is missing");
    keys.pop();
  });
});

describe("doctor, if something is not there", () => {
  it("names a program that is missing, and does not take what it could not look at for missing", async () => {
    const document = await examined([], { env: { PATH: "/nowhere" } });
    expect(stateOf(document, "cf.program")).toEqual(["failed"]);
    expect(stateOf(document, "cf.scope")).toEqual(["unknown"]);
    const program = document.checks.find(({ id }) => id === "cf.program");
    expect(program?.code).toBe("program-missing");
    expect(program?.means).toContain('at its first step, "');
    expect(program?.means).toContain("before anything is changed");
    expect(program?.mend).toMatch(/PATH/);
    // The others are looked at all the same.
    expect(stateOf(document, "s3.read")).toEqual(["ok"]);
    expect(document.exitCode).toBe(15);
  });

  it("names the missing program before the log-in that is missing too", async () => {
    const place = new Place();
    const { stdout } = await place.run(["doctor", "--json"], { PATH: "/nowhere", CF_HOME: place.directory });
    place.remove();
    const checks = documentOf({ stdout }).checks.filter(({ system, state }) => system === "cf" && state === "failed");
    expect(checks.map(({ id }) => id)).toEqual(["cf.program", "cf.settings"]);
    expect(checks[0]).toMatchObject({ code: "program-missing", mend: expect.stringContaining("PATH") as string });
  });

  it("names a log-in that is refused, of each system by itself", async () => {
    const env = { CF_PASSWORD: "a-wrong-password", AWS_ACCESS_KEY_ID: "AKIANOBODY" };
    const document = await examined([], { env });
    expect(stateOf(document, "cf.log-in")).toEqual(["failed"]);
    expect(document.checks.filter(({ system, state }) => system === "s3" && state === "failed")).not.toEqual([]);
    expect(stateOf(document, "bosh.log-in")).toEqual(["ok"]);
    expect(document.exitCode).toBe(15);
  });

  it("calls what is behind a gateway unknown if the gateway lets nobody in", async () => {
    const config = box.configured((all) => {
      all["bosh"]!["gateway"] = { ...(all["bosh"]!["gateway"] as object), user: "somebody" };
    });
    const document = await examined([], { config });
    expect(stateOf(document, "gateway.log-in")).toEqual(["failed"]);
    const behind = document.checks.filter(({ system }) => system === "bosh");
    expect(behind.length).toBeGreaterThan(0);
    for (const check of behind) {
      expect(check.state).toBe("unknown");
      expect(check.text).toContain("not looked at (the gateway does not let us through");
    }
    expect(stateOf(document, "cf.log-in")).toEqual(["ok"]);
  });

  it("says where a secret was to come from, and looks at the rest", async () => {
    const config = box.configured((all) => {
      all["bosh"]!["client_secret"] = { command: ["/bin/false"] };
    });
    const document = await examined([], { config });
    const failed = document.checks.filter(({ state }) => state === "failed");
    expect(failed.map(({ system }) => system)).toEqual(["bosh"]);
    expect(failed[0]?.text).toMatch(/the command "\/bin\/false" failed/);
    expect(stateOf(document, "bosh.log-in")).toEqual(["failed"]);
    expect(stateOf(document, "cell.ssh")).toEqual([]);
  });

  it("ends with 10 if the configuration is wrong or lacks something, and names all of it", async () => {
    const lacking = await examined([], { config: box.configured(({ bosh: _, ...rest }) => rest) });
    expect(lacking.exitCode).toBe(10);
    expect(lacking.checks.filter(({ id }) => id === "bosh.settings").map(({ text }) => text)).toContain(
      "bosh.environment is missing",
    );
    const wrong = await examined([], { config: box.configured((all) => ({ ...all, s4: {} })) });
    expect(wrong.exitCode).toBe(10);
    expect(wrong.checks.find(({ id }) => id === "config.file")?.text).toContain("s4");
  });

  it("measures the clocks of all of them", async () => {
    const { checks, exitCode } = await examined([], { ahead: 2 * 60_000 });
    const clocks = checks.filter(({ id }) => id.endsWith(".clock"));
    expect(clocks.map(({ id, state }) => [id, state])).toEqual([
      ["cf.clock", "warning"],
      ["bosh.clock", "warning"],
      ["s3.clock", "warning"],
    ]);
    expect(exitCode).toBe(20);
  });
});

describe("doctor --fix", () => {
  it("takes the rights of others off a state directory of ours, and no run is begun in it", async () => {
    mkdirSync(box.state, { recursive: true });
    chmodSync(box.state, 0o755);
    const { checks } = await examined(["--fix", "--runbook", "audit-docker-storage"]);
    expect(checks.find(({ id }) => id === "machine.state")).toMatchObject({ state: "ok", fixed: true });
    expect(statSync(box.state).mode & 0o777).toBe(0o700);
    expect(readdirSync(box.state)).toEqual([]);
  });
});

describe("doctor of another runbook", () => {
  it("looks at nothing that this runbook does not need", async () => {
    const { checks } = await examined(["--runbook", "audit-docker-storage"]);
    expect(new Set(checks.map(({ system }) => system))).toEqual(new Set(["machine", "config", "docker"]));
  });

  it("asks for the PostgreSQL of this machine and the archive if a backup is tested", async () => {
    const { checks } = await examined(["--runbook", "test-backup", "--input", "postgres_bin=/nowhere"]);
    expect(new Set(checks.map(({ system }) => system))).toEqual(new Set(["machine", "config", "s3", "postgres"]));
    expect(checks.find(({ id }) => id === "postgres.programs")).toMatchObject({
      state: "failed",
      code: "program-missing",
    });
  });

  it("asks for the Docker engine if volumes are salvaged, and says which step would stop", async () => {
    const file = box.file("only-salvage.yml");
    writeFileSync(
      file,
      [
        ...["schema: dingo-recover/runbook@1", "name: only-salvage", 'version: "1"', "title: Remove copies"],
        ...["target: copies", "locks: []", "steps:", "  - id: clear", "    title: Remove the copies"],
        ...["    action: salvage.clear", '    with: { host: "", sudo: false, copies: [] }', ""],
      ].join("\n"),
    );
    const { checks } = await examined(["--runbook", file], { env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } });
    expect(checks.filter(({ system }) => system === "docker")).toEqual([
      expect.objectContaining({
        state: "failed",
        means: 'only-salvage stops at its first step, "clear" (Remove the copies), before anything is changed.',
      }),
    ]);
  });
});
