/**
 * On real parts, a world that does not stand still: somebody restarts the container during the proof, and the object
 * store dies or freezes in the middle of the swap. The recovery goes on by itself, and nothing is done twice.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atStep } from "../rig/at-step.ts";
import { containerLog, docker } from "../rig/docker.ts";
import { EngineEvents } from "../rig/engine/engine-events.ts";
import { type Foundation, ORG, SPACE, startFoundation, type ToolProcess } from "../rig/foundation.ts";
import { logIn } from "../rig/postgres-node.ts";
import { recover, type Recovery } from "../rig/recovery.ts";
import { onlyNode } from "../rig/scene.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import { until } from "../rig/until.ts";

let foundation: Foundation;
let engine: EngineEvents;

beforeAll(async () => {
  foundation = await startFoundation();
  engine = await EngineEvents.record(foundation.rig.id);
});

afterAll(async () => {
  engine.stop();
  await foundation.stop();
});

/** Recovers a service while `meddle` does something to the world once `step` has begun. */
async function recoverWhile(service: string, step: string, meddle: () => Promise<unknown>): Promise<Recovery> {
  let meddled: Promise<unknown> = Promise.resolve();
  const meanwhile = (tool: ToolProcess): void => {
    meddled = atStep(tool, step).then(meddle);
    // It is awaited below; a failure must not be unhandled before that.
    meddled.catch(() => undefined);
  };
  const recovery = await recover(foundation, { service, confirm: `${ORG}/${SPACE}/${service}`, meanwhile });
  await meddled;
  return recovery;
}

function nodeOf(service: string) {
  const guid = foundation.state().instances.find(({ name }) => name === service)?.guid ?? "";
  return onlyNode(foundation.rig.broker.instance(guid));
}

async function rowsOf(service: string): Promise<string | undefined> {
  const login = await freshServiceKey(foundation, service, "independent");
  const answer = await logIn(login, "select count(*) from visits");
  return answer.ok ? answer.rows[0] : answer.message;
}

describe("a container that somebody restarts while it replays the archive", () => {
  test("is judged by its database: it comes back, and this run stops nothing", async () => {
    const scene = await foundation.anotherScene("restarted-db");
    const { ended } = await recoverWhile("restarted-db", "proof", async () => {
      const { container } = nodeOf("restarted-db");
      await until("the base backup to be back", 600_000, async () =>
        (await containerLog(container)).some((line) => line.includes("entering standby mode")),
      );
      await docker(["restart", container]);
    });
    expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await rowsOf("restarted-db")).toBe(String(scene.rows));
    // The broker's start, this run's start, somebody's restart; a stop of this run, and one of the restart.
    const counts = engine.counts(nodeOf("restarted-db").container);
    expect(counts).toMatchObject({ start: 3, "kill 15": 2 });
  });
});

describe("an object store", () => {
  test("that is dead for twenty seconds while the archive is moved aside is waited for", async () => {
    const scene = await foundation.anotherScene("dead-store-db");
    const { ended } = await recoverWhile("dead-store-db", "aside", () => foundation.rig.objects.dieFor(20_000));
    expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await rowsOf("dead-store-db")).toBe(String(scene.rows));
    expect(await foundation.rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
  });

  test("that freezes for twenty seconds while the archive is copied is waited for", async () => {
    const scene = await foundation.anotherScene("frozen-store-db");
    const { ended } = await recoverWhile("frozen-store-db", "copy", () => foundation.rig.objects.freezeFor(20_000));
    expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await rowsOf("frozen-store-db")).toBe(String(scene.rows));
    expect(await foundation.rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
  });
});
