import { describe, expect, it } from "vitest";
import * as commands from "../../../src/kit/commands/host-commands.ts";
import { SavedWorld } from "../../../src/rehearsal/box/world-host.ts";
import { runLine } from "../../../src/rehearsal/shell/run.ts";
import { loginsOf } from "../../../src/rehearsal/world/service-keys.ts";
import type { Era } from "../../../src/rehearsal/world/world.ts";
import { quote } from "../../../src/kit/commands/shell-quote.ts";
import { Scene } from "../world/scene.ts";

class Desk {
  readonly scene: Scene;
  readonly host: SavedWorld;

  constructor(era: Era = "f") {
    this.scene = Scene.deleted(era);
    const clock = { realMs: Date.now(), epochMs: this.scene.world.now, rate: 200 };
    this.host = new SavedWorld(this.scene.world, clock, () => undefined);
  }

  get container() {
    return this.scene.node().container;
  }

  run(argv: readonly string[], stdin = "") {
    const { cell } = this.scene.node();
    return runLine({ host: this.host, ip: cell.ip, line: quote(argv), stdin: () => Promise.resolve(stdin) });
  }

  get strays() {
    return this.host.world().strays.map(({ what }) => what);
  }
}

describe("the shell of a cell", () => {
  it.each([
    [["rm", "-rf", "/"]],
    [["sudo", "-n", "rm", "-rf", "/var/vcap/store/x"]],
    [["docker", "ps"]],
    [[commands.DOCKER, "ps"]],
    [[...commands.dockerCommand("rm", "-f", "x")]],
    [["curl", "http://10.58.111.11:4001/v2/keys/x"]],
    [commands.etcdGet("10.58.111.11:4001", "/x").map((word) => word.replace("?", "?recursive=true&"))],
    [["stat", "-c", "%F", "--", "/var"]],
  ])("does not know %j: 127, and the rehearsal fails", async (argv) => {
    const desk = new Desk();
    expect((await desk.run(argv)).code).toBe(127);
    expect(desk.strays).toEqual([quote(argv)]);
  });

  it("does not expand or pipe anything", async () => {
    const desk = new Desk();
    const { cell } = desk.scene.node();
    const line = `${quote(commands.dockerVersion())} | cat`;
    const ended = await runLine({ host: desk.host, ip: cell.ip, line, stdin: () => Promise.resolve("") });
    expect(ended.code).toBe(127);
    expect(desk.strays).toHaveLength(1);
  });

  it("has a Docker that cannot change a restart policy before 1.11", async () => {
    const desk = new Desk("a");
    const refused = await desk.run(commands.dockerRestartPolicy(desk.container.name, "no"));
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining("flag provided but not defined") });
    expect(desk.strays).toEqual([]);
  });

  it("takes the time of the world for a stop", async () => {
    const desk = new Desk();
    const before = desk.host.now();
    await desk.run(commands.dockerStop(desk.container.name, 10));
    expect(desk.host.now() - before).toBeGreaterThanOrEqual(2_000);
    expect(desk.host.world().record.at(-1)).toMatchObject({ what: "die", subject: desk.container.name });
  });
});

describe("psql on a cell", () => {
  it("reaches only the database postgres over the network", async () => {
    const desk = new Desk();
    const { app } = loginsOf(desk.container);
    const [port] = desk.container.ports;
    const to = { host: port?.hostIp ?? "", port: port?.host ?? 0, user: app.username, database: "other" };
    const refused = await desk.run(commands.psqlLogin(desk.container.name, to), `${app.password}\nSELECT 1;`);
    expect(refused.stderr).toContain("no pg_hba.conf entry");
  });

  it("counts a statement that it does not know as a stray call, without its literals", async () => {
    const desk = new Desk();
    await desk.run(commands.psqlSocket(desk.container.name), "VACUUM FULL; -- 'canary-in-sql'");
    const unknown = await desk.run(commands.psqlSocket(desk.container.name), "EXPLAIN SELECT 'canary-in-sql';");
    expect(unknown.code).toBe(3);
    expect(desk.strays).toHaveLength(2);
    expect(desk.strays.join()).not.toContain("canary-in-sql");
  });

  it("says what a socket says while PostgreSQL is down", async () => {
    const desk = new Desk();
    await desk.run(commands.dockerStop(desk.container.name, 10));
    const stopped = await desk.run(commands.psqlSocket(desk.container.name), "SELECT 1;");
    expect(stopped.stderr).toContain("is not running");
    await desk.run(commands.dockerStart(desk.container.name));
    const starting = await desk.run(commands.psqlSocket(desk.container.name), "SELECT 1;");
    expect(starting).toMatchObject({ code: 2, stderr: expect.stringMatching(/^psql: /) });
  });
});
