import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DIRECTOR_ADDRESS, startBox, type Box } from "../../src/rehearsal/box/box.ts";
import { BoxFiles, type BoxState } from "../../src/rehearsal/box/box-state.ts";
import { worldBroker } from "../../src/rehearsal/box/broker.ts";
import { type BoxClock, PACES, realDelay, shown } from "../../src/rehearsal/box/clock.ts";
import { happyFirstEra, happyLastEra } from "../../src/rehearsal/scenarios/happy.ts";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.ts";
import { firstState } from "../../src/rehearsal/supervisor/first-state.ts";
import { START } from "./world/scene.ts";

const MINUTE = 60_000;
const NEW = "78218ded-4c55-4c3f-9f5d-2f7f3e1c0b02";

describe("a box", () => {
  let directory: string;
  let boxes: Box[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "box-"));
    boxes = [];
  });
  afterEach(async () => {
    for (const box of boxes) await box.close();
    rmSync(directory, { recursive: true });
  });

  const stateOf = (scenario: Scenario): BoxState => firstState(scenario, scenario.open({ seed: 1, now: START }));
  const clockAt = (epochMs: number): BoxClock => ({ realMs: Date.now(), epochMs, rate: 600 });
  const start = async (state: BoxState): Promise<Box> => {
    const box = await startBox({ directory, state, clock: clockAt(state.world.now) });
    boxes.push(box);
    return box;
  };
  const request = (guid: string) => ({
    instanceGuid: guid,
    planId: "plan",
    spaceGuid: "space",
    orgGuid: "org",
    parameters: { "node-count": 1 },
  });

  it("goes on from its files if another process left it", async () => {
    const first = await start(stateOf(happyLastEra));
    first.host.apply({ is: "provision", request: request(NEW) });
    const written = new BoxFiles(directory).load();
    expect(written.world.broker.instances[NEW]?.state).toBe("in progress");
    await first.close();
    const left = new BoxFiles(directory).load();
    const second = await start(left);
    await second.host.until((world) => world.broker.instances[NEW]?.state === "succeeded", 5 * MINUTE);
    expect(second.host.world().broker.instances[NEW]?.state).toBe("succeeded");
    expect(second.state().keys).toEqual(left.keys);
  });

  it("leaves one file of each part, and nothing half written", async () => {
    const box = await start(stateOf(happyLastEra));
    for (let count = 0; count < 5; count += 1) box.host.apply({ is: "faults", faults: { slowStops: count } });
    expect(
      readdirSync(directory)
        .map((name) => name.replace(/\.\d+\./, "."))
        .sort(),
    ).toEqual(["box.json", "cloud-controller.json", "director.json", "platform.log", "world.json"]);
  });

  it("creates at once in the first era and in the background in the last", async () => {
    const states = [];
    for (const scenario of [happyFirstEra, happyLastEra]) {
      const box = await start(stateOf(scenario));
      states.push((await worldBroker(box.host).provision(request(NEW))).state);
    }
    expect(states).toEqual(["succeeded", "in progress"]);
  });

  it("deletes an instance with its container and directory, and knows it no more", async () => {
    const box = await start(stateOf(happyLastEra));
    const broker = worldBroker(box.host);
    await broker.provision(request(NEW));
    await box.host.until((world) => world.broker.instances[NEW]?.state === "succeeded", 5 * MINUTE);
    expect(await broker.deprovision({ instanceGuid: NEW })).toMatchObject({ state: "succeeded" });
    const { world } = { world: box.host.world() };
    expect(
      world.cells.flatMap((cell) => Object.values(cell.containers)).map((each) => each.env.PATRONI_SCOPE),
    ).not.toContain(NEW);
    await expect(broker.credentials({ instanceGuid: NEW, bindingGuid: "b" })).rejects.toThrow("doesn't exist");
  });

  it("hands out the first era's fixed credentials, and random ones in the last", async () => {
    const users = [];
    for (const scenario of [happyFirstEra, happyLastEra]) {
      const box = await start(stateOf(scenario));
      const guid = Object.keys(box.host.world().broker.instances)[0] ?? "";
      const credentials = await worldBroker(box.host).credentials({ instanceGuid: guid, bindingGuid: "b" });
      expect(credentials.uri).toContain(`@${credentials.host}:${credentials.port}/postgres`);
      users.push([credentials.username, String(credentials.password).length]);
    }
    expect(users).toEqual([
      ["replicator", "replicator".length],
      ["appuser", 16],
    ]);
  });

  it("has a log in the form of its time: without a year in the first era, with a zone in the last", async () => {
    const firstLines = [];
    for (const scenario of [happyFirstEra, happyLastEra]) {
      const box = await start(stateOf(scenario));
      await box.close();
      boxes.pop();
      firstLines.push(readFileSync(join(directory, "platform.log"), "utf8").split("\n")[0]);
      rmSync(join(directory, "platform.log"));
    }
    expect(firstLines[0]).toMatch(
      /^Nov 21 \d\d:\d\d:\d\d 0\.router-partition-\S+ broker\.stdout\.log: {2}\{"timestamp":/,
    );
    expect(firstLines[1]).toMatch(/^<14>1 2026-11-21T\S+\+00:00 0\.router-partition-\S+ broker\.stdout\.log - - - \{/);
  });

  it("lets only a key into its gateway, and through it only to places of the foundation", async () => {
    const state = stateOf(happyLastEra);
    const box = await start(state);
    const settings = { host: "127.0.0.1", port: box.gatewayPort, username: state.accounts.gatewayUser };
    await expect(connected({ ...settings, password: "guessed" })).rejects.toThrow("authentication");
    await expect(connected({ ...settings, privateKey: state.keys.gateway.privateKey })).rejects.toThrow();
    const hop = await connected({ ...settings, privateKey: state.keys.operator.privateKey });
    const reach = (host: string, port: number) =>
      new Promise<boolean>((resolve) =>
        hop.forwardOut("127.0.0.1", 0, host, port, (error) => resolve(error === undefined)),
      );
    const [director = "", port = "0"] = DIRECTOR_ADDRESS.split(":");
    expect(await reach(director, Number(port))).toBe(true);
    expect(await reach("10.58.111.15", 22)).toBe(true);
    expect(await reach("10.58.111.15", 80)).toBe(false);
    expect(await reach("127.0.0.1", box.gatewayPort)).toBe(false);
    hop.end();
  });
});

function connected(config: ssh2.ConnectConfig): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once("error", reject);
    client.once("ready", () => resolve(client));
    client.connect(config);
  });
}

describe("the box's clock", () => {
  it("runs at the pace of a person or of a machine, and says how long to wait for a time", () => {
    const clock: BoxClock = { realMs: Date.now() - 1_000, epochMs: START, rate: PACES.person };
    expect(shown(clock)).toBeGreaterThanOrEqual(START + 1_000 * PACES.person);
    expect(realDelay(clock, shown(clock) + 100 * PACES.person)).toBeLessThanOrEqual(100);
    expect(realDelay(clock, START)).toBe(1);
    expect(PACES.max).toBeGreaterThan(PACES.person);
  });
});
