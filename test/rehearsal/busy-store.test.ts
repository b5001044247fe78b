/** A copy by the real adapter, from a store that is as unkind as real ones under load. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { openArchiveStore } from "../../src/archive/adapters/s3/archive-store.ts";
import { segmentName } from "../../src/archive/names/segment.ts";
import { archiveCopy } from "../../src/cli/commands/archive/archive-copy-core.ts";
import { SavedWorld } from "../../src/rehearsal/box/world-host.ts";
import type { StandInServer } from "../../src/rehearsal/http/server.ts";
import { serveStore } from "../../src/rehearsal/object-store/server.ts";
import { failure } from "../../src/rehearsal/object-store/answers.ts";
import { type Answered, CLEAR, type HttpCall, type Passage, send } from "../../src/rehearsal/passage.ts";
import { BUCKET, foundation } from "../../src/rehearsal/world/foundation.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";

const OBJECTS = 150;
const SOURCE = `s3://${BUCKET}/backups/source/wal`;
const TARGET = `s3://${BUCKET}/backups/target/wal`;

const servers: StandInServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Real milliseconds that a request takes, so that several are under way at once. */
const WORK_MS = 3;

/**
 * The faults of real stores under load: they ask to slow down when too much is asked at once (503 SlowDown), and now
 * and then a copy answers 200 before it has failed, with the error in its body (S3 API reference, CopyObject).
 */
class Load {
  readonly #atOnce: number;
  readonly #failingCopy: number;
  #underWay = 0;
  #copies = 0;
  /** Requests that were turned away. */
  throttled = 0;

  /** `atOnce` requests are borne; every `failingCopy`-th copy fails after its 200. */
  constructor({ atOnce = Number.POSITIVE_INFINITY, failingCopy = Number.POSITIVE_INFINITY } = {}) {
    this.#atOnce = atOnce;
    this.#failingCopy = failingCopy;
  }

  readonly passage: Passage = {
    ...CLEAR,
    http: async (call, outgoing, answer) => send(outgoing, await this.#bear(call, answer)),
  };

  async #bear({ operation }: HttpCall, answer: () => Promise<Answered>): Promise<Answered> {
    if (this.#underWay >= this.#atOnce) {
      this.throttled += 1;
      return failure(503, "SlowDown", "Please reduce your request rate.");
    }
    this.#underWay += 1;
    try {
      await pause(WORK_MS);
      if (operation !== "CopyObject") return await answer();
      this.#copies += 1;
      if (this.#copies % this.#failingCopy !== 0) return await answer();
      return { ...failure(500, "InternalError", "We encountered an internal error. Please try again."), status: 200 };
    } finally {
      this.#underWay -= 1;
    }
  }
}

async function busyStore(load: Load) {
  const epochMs = Date.now();
  const world = foundation("f", 1, epochMs);
  const host = new SavedWorld(world, { realMs: epochMs, epochMs, rate: 1 }, () => undefined);
  for (let number = 1; number <= OBJECTS; number += 1) {
    const key = `backups/source/wal/wal_005/${segmentName({ timeline: 1, number })}.lzo`;
    const meaning = { is: "bytes", base64: Buffer.from(String(number)).toString("base64") } as const;
    host.apply({ is: "put-object", bucket: BUCKET, key, meaning, by: "test" });
  }
  const server = await serveStore(host, { passage: load.passage });
  servers.push(server);
  const accessKeyId = world.store.keys.find((key) => key.holder === "operator")?.id ?? "";
  // Pauses between attempts are seconds long; nothing here depends on their length.
  const clock = systemClock({ realMs: epochMs, epochMs, rate: 200 });
  const credentials = () => Promise.resolve({ accessKeyId, secretAccessKey: "signatures-are-not-checked" });
  const store = openArchiveStore({ clock, secrets: new Secrets(), endpoint: server.url, credentials, environment: {} });
  const copies = () =>
    host
      .world()
      .store.requests.filter(({ operation, status, key }) => operation === "copy" && status === 200 && key !== "")
      .map(({ key }) => key);
  return { copy: () => archiveCopy({ store, clock, source: SOURCE, destination: TARGET }), copies };
}

describe("a store that bears few requests at once", () => {
  it("is asked for fewer until it bears them, and every object is copied once", async () => {
    const load = new Load({ atOnce: 6 });
    const { copy, copies } = await busyStore(load);
    const { document } = await copy();
    expect(document).toMatchObject({ objects: OBJECTS, copied: OBJECTS });
    expect(load.throttled).toBeGreaterThan(0);
    expect(copies()).toHaveLength(OBJECTS);
    expect(new Set(copies()).size).toBe(OBJECTS);
  });
});

describe("a store whose copies fail after their 200", () => {
  it("is never believed: the run ends with an error, and the next one copies what is missing", async () => {
    const { copy, copies } = await busyStore(new Load({ failingCopy: 60 }));
    await expect(copy()).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
    expect(copies().length).toBeLessThan(OBJECTS);
    const { document } = await copy();
    expect(document.alreadyThere).toBeGreaterThan(0);
    expect(new Set(copies()).size).toBe(OBJECTS);
    expect(copies()).toHaveLength(OBJECTS);
  });
});
