/**
 * For every text in a log: no control byte comes out, no instance is made up, no half look is called nothing, no secret
 * is told.
 */
import { fc, inputs } from "../properties.ts";
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { EXIT } from "../../src/errors.ts";
import { eraF, goodDeletion, lager } from "./broker-log.ts";
import { cut, OBEYED, poison, printed, secret, secretShapes } from "./hostile.ts";
import { bytesOf, memoryLogs, truthOf } from "./recorded-logs.ts";

const now = new Date("2026-11-21T14:00:00Z");
const RUNS = inputs(20);
const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

async function search(text: Uint8Array | string, file = "b.log") {
  const files = memoryLogs({ [file]: text }, { modifiedAt: now });
  return await discover({ sources: { logs: { files, patterns: [file] }, now }, query: { all: true } });
}

const guids = fc.array(fc.uuid(), { minLength: 1, maxLength: 4 });
/** A log of real lines with something foreign put at the worst places. */
const poisoned = fc.tuple(guids, poison, fc.nat(4), fc.nat()).map(([ids, evil, where, at]) => {
  const [first = ""] = ids;
  const text = ids.map((id) => lager(goodDeletion(id))).join("");
  if (where === 0) return text.slice(0, at % text.length) + evil + text.slice(at % text.length);
  if (where === 1) return lager([...goodDeletion(first), eraF.refused(evil, first)]);
  if (where === 2) return text.replaceAll("10.10.31.22", JSON.stringify(evil).slice(1, -1));
  const named = ["provision.backup-name.update-recreation-data.saved", { "instance-id": first, name: evil }] as const;
  if (where === 3) return lager([named]) + text;
  return text
    .split("\n")
    .map((line) => JSON.stringify({ message: line, host: evil }))
    .join("\n");
});

describe("for any log", () => {
  it("no control byte that a terminal obeys comes out", async () => {
    await fc.assert(
      fc.asyncProperty(poisoned, poison, async (text, file) => {
        const out = printed(await search(text, `${file}.log`)).replaceAll("\n", "");
        expect(OBEYED.exec(out)?.[0]).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it("nor of any bytes at all", async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .constantFrom(
          '{"timestamp":"1',
          "-broker.deprovision.start",
          "PATRONI_SCOPE",
          "\n",
          "Destroying Docker",
          '{"@raw":"',
        )
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const out = printed(await search(Buffer.concat(pieces))).replaceAll("\n", "");
        expect(OBEYED.exec(out)?.[0]).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });
});

describe("for a line that wants to keep us busy", () => {
  it.each([
    ["uploads", "STRUCTURED: time=2016-03-17T06:10:17-00 action=push-wal prefix=prefix=prefix=prefix= "],
    ["options", '+-> Create options: "NODE_ID= '],
    ["nodes", "7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc {7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc PATRONI_SCOPE: "],
    ["JSON in strings", '{"a":"{\\"timestamp\\":'],
    ["open objects", '{"PATRONI_SCOPE":'],
    ["brackets", "<14>1 2016-03-17T06:10:17Z h p - - [PATRONI_SCOPE ["],
    ["user names", "u://PATRONI_SCOPE:"],
    ["whole objects", "patroni-broker.deprovision.done {}"],
  ])("of %s it ends all the same", async (_what, piece) => {
    const { exitCode } = await search(`${piece.repeat(Math.ceil(900_000 / piece.length))}\n`);
    expect(exitCode).toBe(EXIT.unreachable);
  });

  it("by the name of a field it ends all the same", async () => {
    const message = {
      "x.message": "patroni-broker.deprovision.done",
      "x.source": "patroni-broker",
      "x.timestamp": "1",
    };
    const { exitCode } = await search(`${JSON.stringify({ ...message, [`x.${"data_".repeat(180_000)}\n`]: "" })}\n`);
    expect(exitCode).toBe(EXIT.unreachable);
  });
});

const recorded = [
  "a-0.1.2/all.rfc3164.log",
  "c-0.8.0/two-nodes.log",
  "d-0.8.1/all.rsyslog-iso.log",
  "f-0.10.2/all.rfc5424.log",
].map((path) => {
  const [foundation = "", file = ""] = path.split("/");
  return bytesOf(foundation, file).toString("latin1").slice(0, 60_000);
});

describe("for any line that was cut", () => {
  it("no GUID comes out that did not stand in full in what was read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...recorded),
        fc.integer({ min: 1, max: 700 }),
        fc.nat(60_000),
        async (text, longest, end) => {
          const read = cut(text, longest, end);
          const stood = new Set(read.match(GUID) ?? []);
          const { document } = await search(read);
          const told = [...document.candidates, ...document.notDeleted].map(({ guid }) => guid);
          expect(told.filter((guid) => /^[0-9a-f]{8}-/.test(guid) && !stood.has(guid))).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("and what is left of a GUID is none, on either side", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.integer({ min: 1, max: 35 }), fc.boolean(), async (guid, length, left) => {
        const part = left ? guid.slice(length) : guid.slice(0, length);
        const lines = lager(goodDeletion(part)) + `x PATRONI_SCOPE:${part} scope: &scope ${part}\n`;
        const upload = `STRUCTURED: time=2026-11-21T13:00:00.1-00 pid=1 action=push-wal key=k prefix=backups/${part}/wal/ seg=000000010000000000000001 state=complete\n`;
        const { document } = await search(lines + upload);
        expect(document.candidates).toEqual([]);
        expect(document.notDeleted.filter(({ guid: told }) => told.length === 36)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("a deletion that is not found any more is never nothing", async () => {
    const text = lager([eraF.saved(1), ...goodDeletion()]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), fc.nat(text.length), async (longest, end) => {
        const { document, exitCode } = await search(cut(text, longest, end));
        const whole =
          cut(text, longest, end) === text.slice(0, end) && (end === 0 || text[end - 1] === "\n" || text[end] === "\n");
        if (document.candidates.length === 0 && !whole) expect(exitCode).toBe(EXIT.unreachable);
      }),
      { numRuns: RUNS * 4 },
    );
  });

  it("nothing is said only if everything was looked at, and something was", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...recorded),
        fc.integer({ min: 1, max: 3000 }),
        fc.nat(60_000),
        async (text, longest, end) => {
          const { document, exitCode } = await search(cut(text, longest, end));
          const { coverage, candidates } = document;
          const complete = coverage.length > 0 && coverage.every((entry) => entry.complete);
          const found = candidates[0]?.confirmed === true ? EXIT.done : EXIT.warning;
          expect(exitCode).toBe(candidates.length > 0 ? found : complete ? EXIT.nothing : EXIT.unreachable);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe("for any secret that a broker logged", () => {
  it("nothing of it comes out, whatever was cut and wrapped", async () => {
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.uuid(),
        fc.array(fc.constantFrom(...secretShapes), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 80, max: 4000 }),
        fc.boolean(),
        async (word, guid, chosen, longest, wrapped) => {
          const plain = cut(
            chosen.map((shape) => shape(word, guid)).join("") + lager(goodDeletion(guid)),
            longest,
            1e6,
          );
          const text = wrapped
            ? plain
                .split("\n")
                .map((line) => JSON.stringify({ log: line }))
                .join("\n")
            : plain;
          const out = printed(await search(text));
          // A rest of fewer than eight characters of a secret that was cut is no secret any more.
          for (let at = 0; at + 8 <= word.length; at += 1) expect(out).not.toContain(word.slice(at, at + 8));
        },
      ),
      { numRuns: RUNS * 2 },
    );
  });

  it("nor of those in the recorded logs, cut anywhere", async () => {
    const foundations = ["a-0.3.2", "b-0.5.8", "f-0.10.2"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...foundations),
        fc.integer({ min: 60, max: 3000 }),
        async (foundation, longest) => {
          const { canaries } = truthOf(foundation);
          const text = bytesOf(foundation, "all.rfc3164.log").toString("latin1");
          const out = printed(await search(cut(text, longest, text.length)));
          expect(canaries.filter((canary) => out.includes(canary))).toEqual([]);
        },
      ),
      { numRuns: inputs(4) },
    );
  });
});
