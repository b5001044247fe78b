import { describe, expect, it } from "vitest";
import { callBroker } from "../../src/rehearsal/cloud-controller/broker.ts";
import { handle } from "../../src/rehearsal/cloud-controller/handle.ts";
import * as seed from "../../src/rehearsal/cloud-controller/seed.ts";
import { due, settle } from "../../src/rehearsal/cloud-controller/settle.ts";
import { serveCloudController } from "../../src/rehearsal/cloud-controller/server.ts";
import type { CloudControllerState } from "../../src/rehearsal/cloud-controller/state.ts";
import type { HttpRequest } from "../../src/rehearsal/http/message.ts";
import { FakeBroker } from "../contract/cloud-foundry-world.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

function request(
  method: string,
  target: string,
  options: { readonly token?: string; readonly body?: unknown } = {},
): HttpRequest {
  const [path = "", query = ""] = target.split("?");
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: options.token === undefined ? {} : { authorization: `bearer ${options.token}` },
    body: Buffer.from(typeof options.body === "string" ? options.body : JSON.stringify(options.body ?? "")),
    origin: "http://127.0.0.1:1",
  };
}

const ACTOR = { guid: "a", type: "user", name: "a" };

function foundation(settings: Parameters<typeof seed.emptyCloudController>[1] = {}) {
  const state = seed.emptyCloudController("unit", settings);
  seed.addPerson(state, { name: "ops", password: "pw", scopes: ["cloud_controller.admin"] });
  const auditor = seed.addPerson(state, { name: "org-auditor", password: "pw", scopes: [] });
  const { guid: orgGuid } = seed.addOrg(state, { name: "acme", at: NOW });
  const { guid: spaceGuid } = seed.addSpace(state, { name: "prod", orgGuid, at: NOW });
  seed.addRole(state, { type: "organization_auditor", subject: auditor, orgGuid });
  const { guid: planGuid } = seed.addPlan(state, { name: "solo", offering: "dingo", brokerPlanId: "p", at: NOW });
  const create = {
    name: "db",
    tags: ["mine"],
    relationships: { space: { data: { guid: spaceGuid } }, service_plan: { data: { guid: planGuid } } },
  };
  const withInstance = (name: string): string =>
    seed.seedInstance(state, { name, spaceGuid, planGuid, tags: [] }, { now: NOW, actor: ACTOR }).guid;
  return { state, create, withInstance };
}

function logIn(
  state: CloudControllerState,
  username: string,
): { readonly state: CloudControllerState; readonly token: string } {
  const body = new URLSearchParams({ grant_type: "password", username, password: "pw" }).toString();
  const given = handle(state, request("POST", "/oauth/token", { body }), NOW);
  return { state: given.state, token: (JSON.parse(given.response.body) as { access_token: string }).access_token };
}

const resources = (body: string): readonly { readonly guid: string; readonly name: string }[] =>
  (JSON.parse(body) as { resources: readonly { guid: string; name: string }[] }).resources;

describe("the Cloud Controller stand-in", () => {
  it("gives the same answer and the same world for the same state and request", () => {
    const { state, token } = logIn(foundation().state, "ops");
    const asked = request("POST", "/v3/service_instances", { token, body: foundation().create });
    const stored = JSON.parse(JSON.stringify(state)) as CloudControllerState;
    expect(handle(stored, asked, NOW)).toEqual(handle(state, asked, NOW));
    expect(state.instances).toEqual([]);
  });

  it("keeps neither a password nor a token nor a credential", () => {
    const { state, token } = logIn(foundation().state, "ops");
    const text = JSON.stringify(state);
    expect(text).not.toContain(token);
    expect(text).not.toContain('"pw"');
  });

  it("shows an org auditor the space and nothing of what is in it", () => {
    const world = foundation();
    world.withInstance("db");
    const { state, token } = logIn(world.state, "org-auditor");
    const list = (path: string): number =>
      resources(handle(state, request("GET", path, { token }), NOW).response.body).length;
    expect(list("/v3/spaces")).toBe(1);
    expect(list("/v3/service_instances")).toBe(0);
    expect(list("/v3/service_usage_events")).toBe(0);
    expect(list("/v3/audit_events")).toBe(0);
  });

  it("asks the broker no more often than its settings say", async () => {
    const world = foundation({ brokerPollSeconds: 60 });
    const { state, token } = logIn(world.state, "ops");
    const broker = new FakeBroker();
    broker.questionsUntilDone = 1;
    const posted = handle(state, request("POST", "/v3/service_instances", { token, body: world.create }), NOW);
    const [call] = posted.calls;
    if (call === undefined) throw new Error("no broker call was decided");
    const accepted = settle(posted.state, call, { outcome: await callBroker(broker, call), now: NOW }).state;
    expect(accepted.jobs[0]?.state).toBe("POLLING");
    expect(due(accepted, later(59))).toEqual([]);
    const [question] = due(accepted, later(60));
    if (question === undefined) throw new Error("the broker was not asked");
    const done = settle(accepted, question, { outcome: await callBroker(broker, question), now: later(60) }).state;
    expect(done.jobs[0]?.state).toBe("COMPLETE");
    expect(done.instances[0]?.lastOperation.state).toBe("succeeded");
  });

  it("deprovisions behind a failed create, which stays to be seen", async () => {
    const world = foundation();
    const { state, token } = logIn(world.state, "ops");
    const posted = handle(state, request("POST", "/v3/service_instances", { token, body: world.create }), NOW);
    const [call] = posted.calls;
    if (call === undefined) throw new Error("no broker call was decided");
    const broker = new FakeBroker();
    broker.refusal = "no room";
    const failed = settle(posted.state, call, { outcome: await callBroker(broker, call), now: NOW });
    expect(failed.calls).toMatchObject([{ kind: "deprovision" }]);
    const [orphan] = failed.calls;
    if (orphan === undefined) throw new Error("the orphan was left");
    const after = settle(failed.state, orphan, { outcome: await callBroker(broker, orphan), now: NOW }).state;
    expect(after.instances[0]?.lastOperation).toMatchObject({
      type: "create",
      state: "failed",
      description: "no room",
    });
    expect(after.pending).toEqual([]);
  });

  it("refuses what exceeds the space's limit", () => {
    const world = foundation({ serviceLimit: 0 });
    const { state, token } = logIn(world.state, "ops");
    const { response } = handle(state, request("POST", "/v3/service_instances", { token, body: world.create }), NOW);
    expect([response.status, response.body]).toEqual([
      422,
      expect.stringContaining("exceeded your space's services limit"),
    ]);
  });

  it("makes the broker calls again that an earlier process left pending", async () => {
    const world = foundation();
    const { state, token } = logIn(world.state, "ops");
    let now = handle(state, request("POST", "/v3/service_instances", { token, body: world.create }), NOW).state;
    expect(now.pending).toHaveLength(1);
    const broker = new FakeBroker();
    const server = await serveCloudController({
      get: () => now,
      set: (next) => {
        now = next;
      },
      broker,
      now: () => NOW,
    });
    await server.close();
    expect(broker.provisions).toHaveLength(1);
    expect(now.pending).toEqual([]);
    expect(now.instances[0]?.lastOperation.state).toBe("succeeded");
  });
});
