/** The contract of the Director port: our adapter against the stand-in that the real bosh CLI is content with too. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BoshDirector } from "../../src/foundation/adapters/bosh/director.ts";
import type { DirectorSessionOptions } from "../../src/foundation/adapters/bosh/director-session.ts";
import { directDialer } from "../../src/kit/network/dialer.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { BoshInstance, Director } from "../../src/ports/director.ts";
import type { DirectorSeed } from "../../src/rehearsal/director/state.ts";
import type { Fault } from "./faulty-way.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { StillClock } from "../fakes/still-clock.ts";
import { BYSTANDER, CELL, CLIENT, DEPLOYMENT, DirectorWorld, HOST_KEY } from "./director-world.ts";

const USER = "bosh_0123456789abcde";
const KEY = "ssh-rsa AAAA... bosh";
const SSH = `POST /deployments/${DEPLOYMENT}/ssh`;

export function directorContract(kind: Required<Pick<DirectorSeed, "auth" | "identity">>): void {
  describe(`Director with ${kind.auth} log-in, naming instances by ${kind.identity}`, () => {
    const world = new DirectorWorld(kind);
    const secrets = new Secrets();
    const dialer = directDialer();
    let director: Director;

    const open = (options: Partial<DirectorSessionOptions> = {}): Director =>
      new BoshDirector({
        environment: world.server.url,
        caCert: world.tls.cert,
        client: CLIENT.id,
        clientSecret: CLIENT.secret,
        dial: (host, port) => dialer.connect(host, port),
        clock: new StillClock(),
        secrets,
        ...options,
      });
    const firstCell = async (): Promise<BoshInstance> => {
      const found = (await director.instances(DEPLOYMENT)).find((each) => each.group === CELL && each.index === 0);
      if (found === undefined) throw new Error("the stand-in lost its cell");
      return found;
    };

    beforeAll(async () => {
      await world.start();
      director = open();
    });
    beforeEach(() => world.reset());
    afterEach(() => world.way.release());
    afterAll(() => world.close());

    it("says what it is, and which deployments there are", async () => {
      expect(await director.info()).toEqual({
        name: "p-bosh",
        uuid: "a6c8b0f2-4f39-4f83-a4c2-6d4a6f0a3e55",
        version: "280.1.14 (00000000)",
      });
      expect(await director.deployments()).toEqual([DEPLOYMENT, "cf-1"]);
    });

    it("follows the task to every instance, and polls by the clock", async () => {
      const clock = new StillClock();
      world.change((state) => ({ ...state, taskPolls: 3 }));
      const instances = await open({ clock }).instances(DEPLOYMENT);
      expect(clock.sleeps).toHaveLength(3);
      expect(instances.map(({ group, index, ips }) => [group, index, ips])).toEqual([
        [CELL, 0, ["127.0.0.11"]],
        [CELL, 1, ["127.0.0.111"]],
        ["router-partition-1", 0, ["127.0.0.46"]],
      ]);
      const id = kind.identity === "uuid" ? "14ddd22e-9a0c-4a58-8ef9-2a7d3ad2d3c0" : "0";
      expect(instances[0]).toEqual({
        deployment: DEPLOYMENT,
        group: CELL,
        id,
        index: 0,
        ips: ["127.0.0.11"],
        agentId: "agent-of-cell-0",
        jobState: "running",
        processes: ["docker", "registrator", "cf-containers-broker"],
      });
    });

    it("takes neither an instance without processes for down, nor one without a state for stopped", async () => {
      world.change((state) => ({
        ...state,
        deployments: state.deployments.map((each) => ({
          ...each,
          instances: each.instances.map((instance) => ({
            ...instance,
            jobState: instance.index === 1 ? "" : "running",
            processes: [],
          })),
        })),
      }));
      const states = (await director.instances(DEPLOYMENT)).map((each) => each.jobState);
      expect(states).toEqual(["running", "unknown", "running"]);
    });

    it("says that a deployment does not exist, and takes an empty one for no answer", async () => {
      await expect(director.instances("dingo-2")).rejects.toMatchObject({ code: "nothing-found" });
      await expect(director.instances("cf-1")).rejects.toMatchObject({ code: "answer-incomplete" });
    });

    it("shows locks, and the tasks that are at work", async () => {
      expect(await director.locks()).toEqual([]);
      expect(await director.runningTasks()).toEqual([]);
      world.change((state) => ({
        ...state,
        locks: [{ type: "deployment", resource: [DEPLOYMENT], taskId: "77", expiresAt: 1795270239 }],
        tasks: [
          ...state.tasks,
          {
            id: 77,
            state: "processing",
            description: "create deployment",
            deployment: DEPLOYMENT,
            user: "ci",
            timestamp: 1795270000,
            summary: "",
            result: "",
            pollsLeft: 9,
          },
        ],
      }));
      expect(await director.locks()).toEqual([{ type: "deployment", resource: DEPLOYMENT, taskId: "77" }]);
      expect(await director.runningTasks()).toEqual([
        { id: 77, state: "processing", description: "create deployment", deployment: DEPLOYMENT },
      ]);
    });

    it("sets up one user on one machine, and removes it there alone", async () => {
      const cell = await firstCell();
      expect(await director.setupSsh(cell, USER, KEY)).toEqual({
        address: "127.0.0.11",
        user: USER,
        hostPublicKey: HOST_KEY,
      });
      expect([...world.agent.users]).toEqual([[`${USER}@127.0.0.11`, KEY]]);
      world.agent.users.set("bosh_0123456789abcdef0@127.0.0.11", "another operator's");
      await director.cleanupSsh(cell, USER);
      expect([...world.agent.users.keys()]).toEqual(["bosh_0123456789abcdef0@127.0.0.11"]);
      expect(world.agent.asked).toEqual(["setup 127.0.0.11", "cleanup 127.0.0.11"]);
    });

    it("refuses, before asking, what would mean every instance or every user", async () => {
      const cell = await firstCell();
      await expect(director.setupSsh({ ...cell, id: "" }, USER, KEY)).rejects.toMatchObject({ effect: "none" });
      await expect(director.cleanupSsh(cell, ".*")).rejects.toMatchObject({ effect: "none" });
      expect(world.agent.asked).toEqual([]);
    });

    it("tells a silent agent from an instance that is gone", async () => {
      const cell = await firstCell();
      world.agent.silent = true;
      await expect(director.setupSsh(cell, USER, KEY)).rejects.toMatchObject({ code: "unreachable" });
      await expect(director.setupSsh({ ...cell, id: "77" }, USER, KEY)).rejects.toMatchObject({ code: "step-failed" });
    });

    it("gives a task up that does not end", async () => {
      world.change((state) => ({ ...state, taskPolls: 1_000_000 }));
      const impatient = open({ taskTimeoutMs: 3_000 });
      await expect(impatient.instances(DEPLOYMENT)).rejects.toMatchObject({ code: "unreachable" });
    });

    it("refuses a certificate that it was not told to trust", async () => {
      const stranger = new DirectorWorld(kind);
      await expect(open({ caCert: stranger.tls.cert }).info()).rejects.toMatchObject({ code: "host-key-mismatch" });
    });

    it("says that nobody listens, and what is no address", async () => {
      await expect(open({ environment: "https://127.0.0.1:1" }).info()).rejects.toMatchObject({ code: "unreachable" });
      expect(() => open({ environment: "http://127.0.0.1" })).toThrow(
        expect.objectContaining({ code: "config-invalid" }),
      );
      expect(() => open({ environment: "not an address" })).toThrow(
        expect.objectContaining({ code: "config-invalid" }),
      );
    });

    it("takes an address without scheme and port as the CLI does", async () => {
      const asked: string[] = [];
      const dial = (host: string, port: number): Promise<never> => {
        asked.push(`${host}:${port}`);
        return Promise.reject(new Error("only asked"));
      };
      for (const environment of ["10.0.0.10", "10.0.0.10:443", "https://bosh.example.com"]) {
        await expect(open({ environment, dial }).info()).rejects.toThrow("only asked");
      }
      expect(asked).toEqual(["10.0.0.10:25555", "10.0.0.10:443", "bosh.example.com:25555"]);
    });

    it("tells wrong credentials from missing rights, and masks the secret", async () => {
      const wrong = open({ clientSecret: "not-this-one" });
      const code = kind.auth === "uaa" ? "not-logged-in" : "access-denied";
      await expect(wrong.deployments()).rejects.toMatchObject({ code });
      const bystander = open({ client: BYSTANDER.id, clientSecret: BYSTANDER.secret });
      await expect(bystander.deployments()).rejects.toMatchObject({ code: "access-denied" });
      expect(secrets.mask(Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64"))).not.toContain("Y2FuYX");
    });

    it("renews a token that has expired, once and without sending twice what took effect", async () => {
      const cell = await firstCell();
      world.change((state) => ({ ...state, tokens: [] }));
      await director.setupSsh(cell, USER, KEY);
      expect(world.agent.asked).toEqual(["setup 127.0.0.11"]);
    });

    /** Every method with the request that is struck; the compiler finds a method without a row. */
    const CALLS: Record<keyof Director, { readonly match: string; readonly call: () => Promise<unknown> }> = {
      info: { match: "GET /info", call: () => director.info() },
      deployments: { match: "GET /deployments", call: () => director.deployments() },
      instances: { match: "GET /tasks/*", call: () => director.instances(DEPLOYMENT) },
      locks: { match: "GET /locks", call: () => director.locks() },
      runningTasks: { match: "GET /tasks", call: () => director.runningTasks() },
      setupSsh: { match: SSH, call: async () => director.setupSsh(await firstCell(), USER, KEY) },
      cleanupSsh: { match: SSH, call: async () => director.cleanupSsh(await firstCell(), USER) },
    };
    const methods = Object.keys(CALLS) as (keyof Director)[];

    it.each(methods)("%s: bad weather is told apart", async (method) => {
      const { match, call } = CALLS[method];
      const strike = async (fault: Fault): Promise<ErrorCode> => {
        world.way.add(fault);
        const code = await call().then(
          () => "none" as ErrorCode,
          (error: unknown) => (error as { readonly code: ErrorCode }).code,
        );
        world.way.suffer();
        return code;
      };
      expect(
        await strike({ match, kind: "status", status: 403, body: '{"code":600000,"description":"Not authorized"}' }),
      ).toBe("access-denied");
      expect(await strike({ match, kind: "status", status: 502, body: "bad gateway" })).toBe("unreachable");
      expect(await strike({ match, kind: "cut" })).toBe("unreachable");
      expect(await strike({ match, kind: "status", status: 200, body: '"<html>"' })).toBe("answer-malformed");
      if (match.startsWith("GET"))
        expect(await strike({ match, kind: "cut", when: "after" })).toBe("answer-incomplete");
    });

    it("gives up a request that is held open", async () => {
      world.way.add({ match: "GET /info", kind: "hold" });
      await expect(open({ requestTimeoutMs: 200 }).info()).rejects.toMatchObject({ code: "unreachable" });
    });

    it("takes a list of instances that was cut between two lines' ends for none", async () => {
      const line = JSON.stringify({ job_name: CELL, index: 0, id: "a", ips: ["127.0.0.11"] });
      world.way.add({
        match: "GET /tasks/*",
        kind: "status",
        status: 200,
        skip: 2,
        body: `${line}\n${line.slice(0, 30)}`,
      });
      await expect(director.instances(DEPLOYMENT)).rejects.toMatchObject({ code: "answer-incomplete" });
    });
  });
}
