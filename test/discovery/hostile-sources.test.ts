/**
 * The rules for logs hold for every other source: Cloud Foundry's records, inventories, broker's records, stores,
 * Papertrail.
 */
import { fc, inputs } from "../properties.ts";
import { describe, expect, it } from "vitest";
import { discover, type DiscoverOptions, type DiscoverResult } from "../../src/discovery/answer/discover.ts";
import { formatInventoryLine, INVENTORY } from "../../src/discovery/sources/inventory-line.ts";
import { EXIT } from "../../src/errors.ts";
import type { UsageEvent } from "../../src/ports/cloud-foundry.ts";
import type { ObjectReader } from "../../src/ports/object-store.ts";
import { MemoryLogSearch } from "../fakes/memory-log-search.ts";
import { goodDeletion, lager } from "./broker-log.ts";
import { cut, OBEYED, poison, printed, secret, secretShapes } from "./hostile.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2026-11-21T14:00:00Z");
const RUNS = inputs(30);
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A GUID, a piece of one, or something else. */
const identity = fc.oneof(
  fc.uuid(),
  fc.tuple(fc.uuid(), fc.nat(35)).map(([guid, length]) => guid.slice(0, length)),
  poison,
);
/** Most times are times. */
const time = fc.oneof(fc.constantFrom("2026-11-21T10:00:00Z", "2026-11-20T10:00:00.123456789Z", "yesterday"), poison);
const query = fc.record(
  {
    all: fc.boolean(),
    name: fc.oneof(fc.constant("orders-db"), poison),
    around: fc.constantFrom(new Date("2026-11-21T10:00:00Z"), new Date("2020-01-01T00:00:00Z")),
  },
  { requiredKeys: [] },
);

type Sources = Omit<DiscoverOptions["sources"], "now">;

async function ask(sources: Sources, asked: DiscoverOptions["query"] = {}): Promise<DiscoverResult> {
  const found = await discover({ sources: { ...sources, now }, query: asked });
  const { candidates, coverage } = found.document;
  expect(OBEYED.exec(printed(found).replaceAll("\n", ""))?.[0]).toBeUndefined();
  expect(candidates.filter(({ guid }) => !GUID.test(guid))).toEqual([]);
  const complete = coverage.length > 0 && coverage.every((entry) => entry.complete);
  const best = candidates.find((each) => each.fits);
  const known = best?.confirmed === true ? EXIT.done : EXIT.warning;
  expect(found.exitCode).toBe(best === undefined ? (complete ? EXIT.nothing : EXIT.unreachable) : known);
  return found;
}

describe("for any records of Cloud Foundry", () => {
  const usage = fc.record<UsageEvent>({
    guid: poison,
    createdAt: time,
    state: fc.constantFrom("CREATED", "DELETED", "UPDATED"),
    instance: fc.record({ guid: identity, name: poison }),
    space: fc.record({ guid: poison, name: poison }),
    orgGuid: poison,
    plan: poison,
    offering: poison,
  });
  const audit = fc.record({
    guid: poison,
    type: fc.constantFrom(
      "audit.service_instance.delete",
      "audit.service_instance.start_delete",
      "audit.service_instance.purge",
      "audit.space.delete-request",
    ),
    createdAt: time,
    actor: poison,
    target: fc.record({ guid: identity, type: poison, name: poison }),
  });

  it("no control character comes out, and no instance without a full GUID", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(usage, { maxLength: 4 }),
        fc.array(audit, { maxLength: 4 }),
        query,
        async (events, audits, asked) => {
          const cf = new RecordedCloudFoundry();
          cf.usage.push(...events);
          cf.audit.push(...audits);
          const { document } = await ask({ cf }, asked);
          const ids = [...events.map(({ instance }) => instance.guid), ...audits.map(({ target }) => target.guid)];
          expect(document.candidates.filter(({ guid }) => !ids.includes(guid))).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("an event that cannot be read to its GUID or its time is never nothing", async () => {
    for (const event of [
      { guid: "7d61d6d9-4af6-49b1-bbd3", at: "2026-11-21T10:00:00Z" },
      { guid: "7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc", at: "yesterday" },
    ]) {
      const cf = new RecordedCloudFoundry().deleted(event.guid, "orders-db", "2026-11-21T10:00:00Z");
      cf.usageEvents = async () => cf.usage.map((each) => ({ ...each, createdAt: event.at }));
      const { exitCode } = await ask({ cf }, { name: "orders-db", around: new Date("2026-11-21T09:00:00Z") });
      expect(exitCode, event.guid).not.toBe(EXIT.nothing);
    }
  });

  it("whatever call fails, and whoever does not see everything, is never nothing", async () => {
    const calls = ["identity", "usageEvents", "auditEvents"] as const;
    await fc.assert(
      fc.asyncProperty(fc.subarray([...calls]), fc.boolean(), async (failing, seesEverything) => {
        const cf = new RecordedCloudFoundry();
        cf.seesEverything = seesEverything;
        for (const call of failing) cf.broken.set(call, "unreachable");
        const { exitCode } = await ask({ cf });
        expect(exitCode).toBe(failing.length === 0 && seesEverything ? EXIT.nothing : EXIT.unreachable);
      }),
    );
  });
});

const [MONDAY, TUESDAY] = ["2026-11-16T03:00:00Z", "2026-11-17T03:00:00Z"];

function inventoryLines(survey: string, guids: readonly string[], told = "orders-db"): readonly string[] {
  const common = { schema: INVENTORY, survey, api: "https://api.example.org" } as const;
  const place = { guid: "place", name: told };
  const lines = guids.map((guid) =>
    formatInventoryLine({
      ...common,
      ...{
        type: "instance",
        guid,
        name: told,
        createdAt: survey,
        org: place,
        space: place,
        offering: "dingo-postgresql",
      },
      ...{ plan: told, nodes: 1, bindings: [{ type: "app", guid: "app", name: told }] },
      archive: { location: told, verdict: told, why: told, recoveryTime: told },
    }),
  );
  const covers = { names: [], prefixes: ["dingo-postgresql"] };
  const end = { endedAt: survey, user: told, covers, instances: guids.length, complete: true, why: [] };
  return [...lines, formatInventoryLine({ ...common, type: "survey", ...end })];
}

const inventoryOf = (text: string, path = "inventory.jsonl"): Sources => ({
  inventory: { files: [{ path, text }], unreadable: [] },
});

describe("for any inventory", () => {
  it("no control character comes out, and no instance without a full GUID", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(time, fc.array(identity, { maxLength: 3 })), { maxLength: 4 }),
        poison,
        query,
        async (surveys, evil, asked) => {
          const text = surveys.flatMap(([at, guids]) => inventoryLines(at, guids, evil)).join("") + evil;
          await ask(inventoryOf(text, `${evil}.jsonl`), asked);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("that was cut anywhere nothing is made up, and what is not found any more is never nothing", async () => {
    const [gone, stays] = ["7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc", "8a311bdc-4af6-49b1-bbd3-8a311bdc64cc"] as const;
    const text = [...inventoryLines(MONDAY, [gone, stays]), ...inventoryLines(TUESDAY, [stays])].join("");
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.nat(text.length), async (longest, end) => {
        const { document, exitCode } = await ask(inventoryOf(cut(text, longest, end)));
        expect(document.candidates.map(({ guid }) => guid).filter((guid) => guid !== gone)).toEqual([]);
        if (document.candidates.length === 0) expect(exitCode).toBe(EXIT.unreachable);
      }),
      { numRuns: RUNS * 2 },
    );
  });

  it("that has lost some of its lines nothing is made up, and what is not found any more is never nothing", async () => {
    const [gone, stays] = ["7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc", "8a311bdc-4af6-49b1-bbd3-8a311bdc64cc"] as const;
    const lines = [...inventoryLines(MONDAY, [gone, stays]), ...inventoryLines(TUESDAY, [stays])];
    await fc.assert(
      fc.asyncProperty(fc.subarray(lines), async (left) => {
        const { document, exitCode } = await ask(inventoryOf(left.join("")));
        expect(document.candidates.map(({ guid }) => guid).filter((guid) => guid !== gone)).toEqual([]);
        if (document.candidates.length === 0) expect(exitCode).toBe(EXIT.unreachable);
      }),
    );
  });
});

describe("for any records of a broker in a bucket", () => {
  const PREFIX = "dingo-postgresql-clusterdata-backup-";

  function bucketOf(objects: readonly (readonly [key: string, content: string])[]): ObjectReader {
    const infos = objects.map(([key], at) => ({
      key,
      size: 9,
      etag: `${at}`,
      lastModified: MONDAY,
      storageClass: "S",
    }));
    return {
      list: async () => infos,
      head: async () => undefined,
      get: async ({ key }) => Buffer.from(objects.find(([each]) => each === key)?.[1] ?? ""),
      stream: () => Promise.reject(new Error("records are small")),
      lifecycle: () => Promise.reject(new Error("nobody asks for rules")),
    };
  }

  it("no control character comes out, no instance without a full GUID, and no password", async () => {
    const record = fc.tuple(identity, poison, secret).map(([guid, evil, password]) => {
      const whole = JSON.stringify({
        ...{ instance_id: guid, service_instance_name: evil, organization_guid: evil, space_guid: evil, plan_id: evil },
        ...{ superuser_credentials: { username: "postgres", password }, uri: `postgres://postgres:${password}@h/d` },
      });
      return { key: `${PREFIX}${guid}.json`, whole, password };
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 4 }),
        fc.integer({ min: 1, max: 2000 }),
        query,
        async (records, longest, asked) => {
          const reader = bucketOf(records.map(({ key, whole }) => [key, whole.slice(0, longest)]));
          const found = await ask(
            { clusterdata: { reader, bucket: "clusterdata" }, cf: new RecordedCloudFoundry() },
            asked,
          );
          for (const { password } of records) expect(printed(found)).not.toContain(password);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** As Papertrail's archives have it: ten fields divided by tabs. */
const archived = (message: string, program = "broker", host = "h"): string =>
  ["7711561783320576", "2026-11-21 10:00:00 +0000", "2026-11-21T10:00:00Z", "1", host, "10.0.0.1", "User", "Info"]
    .concat(program, message)
    .join("\t");

const papertrail = (text: string, program?: string, host?: string): string =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => `${archived(line, program, host)}\n`)
    .join("");

const inPapertrail = (text: string): Sources => ({
  logs: { files: memoryLogs({ "2026-11-21.tsv": text }, { modifiedAt: now }), patterns: ["2026-11-21.tsv"] },
});

describe("for any archive of Papertrail", () => {
  it("no control character comes out, whatever stands in its fields", async () => {
    const search = (text: string): Promise<DiscoverResult> => ask(inPapertrail(text), { all: true });
    await fc.assert(
      fc.asyncProperty(fc.uuid(), poison, fc.nat(), async (guid, evil, at) => {
        const text = papertrail(lager(goodDeletion(guid)), evil, evil);
        await search(text);
        await search(text.slice(0, at % text.length) + evil + text.slice(at % text.length));
      }),
      { numRuns: RUNS },
    );
  });
});

const KEPT: readonly ((line: string) => unknown)[] = [
  (line) => ({ "@timestamp": MONDAY, message: line }),
  (line) => ({ "@timestamp": MONDAY, "@raw": `<14>1 ${MONDAY} h broker rs2 - - ${line}`, "@message": line }),
  (line) => ({ "@timestamp": MONDAY, log: `${line}\n`, container_name: "/broker" }),
  (line) => ({ "@timestamp": MONDAY, event: { original: JSON.stringify({ log: line }) } }),
];

/** A broker's lines, cut on their way: where they lie then, and all that is left of them. */
type Carry = (text: string, longest: number, end: number) => readonly [Sources, left: string];
const CARRIED: Readonly<Record<string, Carry>> = {
  "an archive of Papertrail": (text, longest, end) => {
    const left = cut(papertrail(text), longest, end);
    return [inPapertrail(left), left];
  },
  "documents of a log store": (text, longest, end) => {
    const left = cut(text, longest, end);
    const lines = left.split("\n").filter((line) => line !== "");
    const documents = lines.map((line) => KEPT[longest % KEPT.length]?.(line));
    return [{ stores: [new MemoryLogSearch(documents)] }, left];
  },
};

describe.each(Object.entries(CARRIED))("for any lines of a broker in %s", (_where, carry) => {
  it("no secret comes out that it logged, whatever was cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.uuid(),
        fc.array(fc.constantFrom(...secretShapes), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 80, max: 4000 }),
        async (word, guid, shapes, longest) => {
          const text = shapes.map((shape) => shape(word, guid)).join("") + lager(goodDeletion(guid));
          const out = printed(await ask(carry(text, longest, 1e6)[0], { all: true }));
          for (let at = 0; at + 8 <= word.length; at += 1) expect(out).not.toContain(word.slice(at, at + 8));
        },
      ),
      { numRuns: RUNS * 2 },
    );
  });

  it("that were cut no GUID comes out that did not stand there in full, and a deletion is never nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.integer({ min: 1, max: 500 }), fc.nat(2000), async (guid, longest, end) => {
        const [sources, left] = carry(lager(goodDeletion(guid)), longest, end);
        const { document, exitCode } = await ask(sources, { all: true });
        const told = [...document.candidates, ...document.notDeleted].map((each) => each.guid);
        expect(told.filter((each) => !left.includes(each))).toEqual([]);
        if (document.candidates.length === 0) expect(exitCode).toBe(EXIT.unreachable);
      }),
      { numRuns: RUNS * 2 },
    );
  });
});
