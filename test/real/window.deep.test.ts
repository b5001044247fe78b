/**
 * On real parts: the events that may happen between stop and start. Keys of Patroni that live on, its own or another
 * node's, and a container that somebody starts in the middle of the copy, after which nobody is there to choose.
 */
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/state/event.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation, type ToolProcess } from "../rig/foundation.ts";
import type { PostgresNode } from "../rig/postgres-node.ts";
import { callTool, recover, type Recovery } from "../rig/recovery.ts";
import { onlyNode, type Scene } from "../rig/scene.ts";
import { until } from "../rig/until.ts";

let foundation: Foundation;

beforeAll(async () => {
  foundation = await startFoundation();
});

afterAll(() => foundation.stop());

type Happens = (event: RunEvent) => void;

/** A recovery of the service, at whose events something happens. */
async function recovering(service: string, happens: Happens = () => undefined): Promise<Recovery> {
  return await recover(foundation, {
    service,
    confirm: `${ORG}/${SPACE}/${service}`,
    meanwhile: (tool) => follow(tool, happens),
  });
}

function follow(tool: ToolProcess, happens: Happens): void {
  createInterface({ input: tool.stdout }).on("line", (line) => happens(JSON.parse(line) as RunEvent));
}

const begins = (event: RunEvent, step: string): boolean => event.type === "step-began" && event.step === step;

function guidOf(service: string): string {
  const found = foundation.state().instances.find(({ name }) => name === service);
  if (found === undefined) throw new Error(`there is no ${service}`);
  return found.guid;
}

const nodeOf = (service: string): PostgresNode => onlyNode(foundation.rig.broker.instance(guidOf(service)));

/** The messages of the waits in the step. */
const waitedFor = (events: readonly RunEvent[], step: string): readonly string[] =>
  events.flatMap((event) => (event.type === "step-progress" && event.step === step ? [event.progress.message] : []));

function rowsBack(events: readonly RunEvent[], { rows }: Scene): void {
  const login = events.findLast((event) => event.type === "step-ended" && event.step === "login");
  expect(login).toMatchObject({ evidence: expect.stringContaining(`public.visits: ${rows} rows`) as string });
}

test("another node's member key is waited for, the container's own is not, and still there at the start", async () => {
  const { etcd } = foundation.rig;
  const members = (): string => `/service/${guidOf(SERVICE)}/members`;
  const foreign = "0d1e2f3a-0000-4000-8000-00000000000b";
  const world: Promise<unknown>[] = [];
  let own: Promise<string | undefined> = Promise.resolve(undefined);
  let isThere = false;
  const recovery = await recovering(SERVICE, (event) => {
    if (begins(event, "stop")) world.push(etcd.request("PUT", `${members()}/${foreign}`, "{}"));
    const isWaiting = event.type === "step-progress" && event.step === "keys";
    if (isWaiting && !isThere) {
      isThere = true;
      world.push(etcd.request("DELETE", `${members()}/${foreign}`));
    }
    if (begins(event, "start")) own = etcd.get(`${members()}/${nodeOf(SERVICE).nodeId}`);
  });
  await Promise.all(world);
  expect([recovery.exitCode, recovery.stderr]).toEqual([0, ""]);
  expect(waitedFor(recovery.events, "keys")[0]).toBe(`waiting for ${members()}/${foreign} to expire`);
  expect(await own).toBeDefined();
  rowsBack(recovery.events, foundation.scene);
});

test("the leader key of a container that was killed is waited for, and it alone", async () => {
  const service = "killed-db";
  const scene = await foundation.anotherScene(service);
  foundation.broker.slowStop = true;
  const recovery = await recovering(service).finally(() => {
    foundation.broker.slowStop = false;
  });
  expect([recovery.exitCode, recovery.stderr]).toEqual([0, ""]);
  const stop = recovery.events.find((event) => event.type === "step-ended" && event.step === "stop");
  expect(stop).toMatchObject({ evidence: expect.stringContaining("exit code 137") as string });
  expect(new Set(waitedFor(recovery.events, "keys"))).toEqual(
    new Set([`waiting for /service/${guidOf(service)}/leader to expire`]),
  );
  rowsBack(recovery.events, scene);
});

test("a container that is started in the middle of the copy: the run stops, and a decision brings it to its end", async () => {
  const service = "started-db";
  const scene = await foundation.anotherScene(service);
  const started: Promise<unknown>[] = [];
  const recovery = await recover(foundation, {
    service,
    confirm: `${ORG}/${SPACE}/${service}`,
    meanwhile: (tool) =>
      follow(tool, (event) => {
        if (!begins(event, "copy")) return;
        // Held while somebody else is at work, however quick the copy is.
        tool.kill("SIGSTOP");
        started.push(
          nodeOf(service)
            .start()
            .finally(() => tool.kill("SIGCONT")),
        );
      }),
  });
  await Promise.all(started);
  expect(started).toHaveLength(1);
  const { run, ended } = recovery;
  expect(recovery.exitCode).toBe(16);
  expect(ended.error).toMatchObject({ code: "guard-refused", place: nodeOf(service).container });
  expect(ended.error?.remedy).toMatch(
    new RegExp(`"dingo-recover resume ${run} (?:--config \\S+ )?--decide 'stop=again'"`, "u"),
  );
  // It was left alone: its work over half an archive shows in etcd or in its end.
  await until("the started container to lead or to end", 120_000, async () => {
    const leads = (await foundation.rig.etcd.get(`/service/${guidOf(service)}/leader`)) !== undefined;
    return leads || !(await nodeOf(service).state()).running;
  });
  const resume = ["resume", run, "--json", "--confirm", `${ORG}/${SPACE}/${service}`];
  const refused = await callTool(foundation, [...resume, "--decide", "stop=agian"]);
  expect([refused.exitCode, JSON.parse(refused.stdout)]).toMatchObject([
    2,
    { code: "usage", remedy: expect.stringContaining("again") as string },
  ]);
  const done = await callTool(foundation, [...resume, "--yes", "--decide", "stop=again"]);
  const events = done.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  expect([done.exitCode, events.at(-1)]).toMatchObject([0, { type: "run-ended", outcome: "succeeded" }]);
  expect(events.some((event) => event.type === "question")).toBe(false);
  rowsBack(events, scene);
  expect(await foundation.rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
});
