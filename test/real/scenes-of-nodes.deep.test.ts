/**
 * On real parts, lives of the deleted instance that differ from the usual one: two nodes, a fail-over before the
 * deletion, a container that was killed, a container that was dead already. The rows that come back are those in the
 * archive.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Foundation, ORG, SPACE, startFoundation } from "../rig/foundation.ts";
import { logIn } from "../rig/postgres-node.ts";
import { recover, type Recovery } from "../rig/recovery.ts";
import { failOver, onlyNode, type Scene } from "../rig/scene.ts";
import { freshServiceKey } from "../rig/service-key.ts";

let foundation: Foundation;

beforeAll(async () => {
  foundation = await startFoundation();
});

afterAll(async () => {
  await foundation.stop();
});

async function recovered(service: string): Promise<Recovery> {
  return recover(foundation, { service, confirm: `${ORG}/${SPACE}/${service}` });
}

/** Rows of the table, read by an independent application. */
async function rowsOf(service: string): Promise<string | undefined> {
  const login = await freshServiceKey(foundation, service, "independent");
  const answer = await logIn(login, "select count(*) from visits");
  return answer.ok ? answer.rows[0] : answer.message;
}

async function sourceOf(scene: Scene): Promise<unknown> {
  return foundation.rig.objects.list(`${scene.archive}/`);
}

describe("an instance of two nodes", () => {
  test("comes back with one node and every row, and its source is as it was", async () => {
    const scene = await foundation.anotherScene("two-db", { nodes: 2 });
    const { ended } = await recovered("two-db");
    expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await rowsOf("two-db")).toBe(String(scene.rows));
    expect(await sourceOf(scene)).toEqual(scene.listing);
  });

  test("comes back along its second timeline after a fail-over, on a third one", async () => {
    const scene = await foundation.anotherScene("moved-db", {
      nodes: 2,
      live: async (old) => {
        await failOver(old);
      },
    });
    const { ended, run } = await recovered("moved-db");
    expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await rowsOf("moved-db")).toBe(String(scene.rows));
    const guid = foundation.state().instances.find(({ name }) => name === "moved-db")?.guid ?? "";
    const node = onlyNode(foundation.rig.broker.instance(guid));
    expect((await node.sql("select pg_xlogfile_name(pg_current_xlog_location())"))[0]).toMatch(/^00000003/);
    expect(run).not.toBe("");
    expect(await sourceOf(scene)).toEqual(scene.listing);
  });
});

describe("an instance that was killed before its deletion", () => {
  test("comes back without what was never archived", async () => {
    const scene = await foundation.anotherScene("killed-db", { how: "kill" });
    expect(scene.rows).toBe(60);
    const { ended } = await recovered("killed-db");
    expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await rowsOf("killed-db")).toBe("60");
  });
});

describe("an instance whose new container is of an image that nobody has seen", () => {
  test("comes back by what its database says: no line of its log is known, and the run says so", async () => {
    const scene = await foundation.anotherScene("strange-db");
    foundation.broker.unknownWords = true;
    try {
      const { ended, events } = await recovered("strange-db");
      expect(ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
      const proof = events.find((event) => event.type === "step-ended" && event.step === "proof");
      expect(proof).toMatchObject({ state: "succeeded", evidence: expect.stringContaining(scene.sysid) as string });
      expect(proof).toMatchObject({
        evidence: expect.stringMatching(
          /^the log names no restored segment, timeline 2.*that this version does not know.*SQL proved the database/s,
        ) as string,
      });
    } finally {
      foundation.broker.unknownWords = false;
    }
    expect(await rowsOf("strange-db")).toBe(String(scene.rows));
    expect(await sourceOf(scene)).toEqual(scene.listing);
  });
});

describe("an instance whose container was dead when it was deleted", () => {
  test("is not recovered past its remains: what lies on the cell is newer than its archive", async () => {
    const scene = await foundation.anotherScene("dead-db", { how: "left-dead" });
    const { ended } = await recovered("dead-db");
    expect(ended).toMatchObject({ outcome: "stopped", exitCode: 13 });
    expect(ended).toMatchObject({
      error: { message: expect.stringContaining(onlyNode(scene.old).container) as string },
    });
    expect(foundation.state().instances.some(({ name }) => name === "dead-db")).toBe(false);
  });
});
