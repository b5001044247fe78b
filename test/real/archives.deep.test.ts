/**
 * The verdict of `archive verify` on archives that WAL-E and WAL-G really made, whole and damaged, equals a restore by
 * the real program and the real PostgreSQL: the same rows, the same loss, or a failure. The tool's own reader has the
 * same result.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ArchiveName, Archives } from "../rig/archives/archives.ts";
import { type Case, type Cases, type ComesBack, type StaysLost, upTo } from "../rig/archives/cases/case.ts";
import { lineCases } from "../rig/archives/cases/line.ts";
import { treeCases, twinCases } from "../rig/archives/cases/timelines.ts";
import { brotliCases, deltaCases } from "../rig/archives/cases/wal-g.ts";
import { wideCases } from "../rig/archives/cases/wide.ts";
import { parseLsn } from "../rig/archives/chronicle.ts";
import { type Examined, examine } from "../rig/archives/examine.ts";
import { judge } from "../rig/archives/judge.ts";
import { ownOutcome, restoreByOwnReader } from "../rig/archives/own-reader.ts";
import { restore } from "../rig/archives/restore.ts";
import { treeOfFiles } from "../rig/archives/tree-of-files.ts";
import { Workshop } from "../rig/archives/workshop.ts";

const CASES: Readonly<Record<ArchiveName, Cases>> = {
  line: lineCases,
  wide: wideCases,
  tree: treeCases,
  twins: twinCases,
  deltas: deltaCases,
  brotli: brotliCases,
};
const NAMES = Object.keys(CASES) as ArchiveName[];

let archives: Archives;

beforeAll(async () => {
  archives = new Archives(await Workshop.open());
  await Promise.all(NAMES.map((name) => archives.make(name)));
});

afterAll(() => archives.workshop.close());

describe.each(NAMES)("%s", (name) => {
  test.concurrent.each(Object.entries(CASES[name]))("%s", async (_title, given) => {
    const examined = await archives.limit.run(() => examine(archives, name, given));
    expectVerdict(given, examined);
    if (!("rows" in given)) return expectFailure(given, examined);
    expectRows(given, examined);
    if (given.lost !== undefined) expectLoss(given.rows, examined);
  });
});

function expectVerdict(given: Case, { document, made }: Examined): void {
  const told = { verdict: document.verdict, problems: document.problems.map(({ code }) => code) };
  if (!("rows" in given)) return expect(told).toEqual({ ...told, verdict: "not-restorable" });
  const { base, lost = 0 } = given;
  expect(told).toEqual({ ...told, verdict: lost === 0 ? "restorable" : "restorable-with-loss" });
  expect(document.chosenBase).toBe(made.bases[base]);
  expect(document.loss.segments).toBe(lost);
}

/** The server has these rows and no others, and the recovery point that was told says the same. */
function expectRows({ own: ownEnds, rows }: ComesBack, { document, made, outcome, own }: Examined): void {
  expect(outcome).toMatchObject({ fetchCode: 0, ready: true, rows, whole: rows });
  const { recoveryPoint: point } = document;
  const reached = point === null ? [] : made.chronicle.upTo({ timeline: point.timeline, end: parseLsn(point.lsn) });
  expect(reached.map(({ number }) => number)).toEqual(rows);
  const last = reached.at(-1)?.at.getTime() ?? Number.POSITIVE_INFINITY;
  expect(Date.parse(point?.time ?? "")).toBeGreaterThanOrEqual(Math.floor(last / 1000) * 1000);
  if (own !== undefined) {
    const ownRows = ownEnds?.rows ?? rows;
    expect(own).toMatchObject({ refused: undefined, rows: ownRows, whole: ownRows });
  }
}

/**
 * The rows of the branch that did not come back lay in segments that were told as lost; no row that came back did. A
 * row whose timeline was left in its segment is archived in the next one's copy: the number of the segment says where.
 */
function expectLoss(rows: readonly number[], { document, made }: Examined): void {
  const numberOf = (segment: string): string => segment.slice(8);
  const told = new Set([...document.missing, ...document.unreachable].map(numberOf));
  const branch = made.chronicle.all(document.recoveryPoint?.timeline ?? 0);
  const inTold = branch.filter((mark) => told.has(numberOf(made.chronicle.segmentOf(mark))));
  expect(inTold.filter(({ number }) => rows.includes(number))).toEqual([]);
  expect(branch.filter((mark) => !rows.includes(mark.number) && !inTold.includes(mark))).toEqual([]);
}

function expectFailure(given: StaysLost, { outcome, own }: Examined): void {
  if ("fails" in given) {
    expect(outcome.rows).toEqual([]);
    expect(`${outcome.fetchSaid}\n${outcome.log}\n${outcome.refused}`).toMatch(given.fails);
  } else expect(given.silently(outcome)).toBe(true);
  if (own !== undefined) expect(own).toEqual({ refused: "not-restorable" });
}

/** Settings of the old host and the places of its tablespaces: they are put aside (src/archive/tar/place.ts). */
const ASIDE = ["pg_hba.conf", "pg_ident.conf", "postgresql.auto.conf", "postgresql.conf", "tablespace_map"];

describe("a look inside", () => {
  test.concurrent.each(NAMES.flatMap((name) => (["deep", "full"] as const).map((depth) => ({ name, depth }))))(
    "finds nothing wrong in $name, $depth, and says the same of it as the names do",
    async ({ name, depth }) => {
      const { made } = await archives.of(name);
      const { objects } = archives.workshop;
      const ofNames = await judge(objects, made.archiver.prefix, {});
      const { look, cost, ...inside } = await archives.limit.run(() => judge(objects, made.archiver.prefix, { depth }));
      expect(look).toMatchObject({ broken: 0, hidden: 0 });
      expect(cost.depth).toBe(depth);
      const { verdict, chosenBase, recoveryPoint, loss } = ofNames;
      expect(inside).toMatchObject({ verdict, chosenBase, recoveryPoint, loss });
    },
  );
});

describe("the tool's own reader", () => {
  test.concurrent.each(NAMES)(
    "makes of %s, file for file, what the program makes of it that archived",
    async (name) => {
      const snapshot = await archives.of(name);
      const { own, theirs } = await archives.limit.run(async () => {
        const { server, document } = await restoreByOwnReader(archives, snapshot);
        const directory = await archives.workshop.folder();
        const fetched = await snapshot.made.archiver.fetchBase(document.base, join(directory, "data"));
        expect(fetched).toMatchObject({ code: 0 });
        return { own: await treeOfFiles(server.data), theirs: await treeOfFiles(join(directory, "data")) };
      });
      const different = [...theirs].filter(([path, what]) => own.get(path) !== what).map(([path]) => path);
      expect(different.filter((path) => !ASIDE.includes(path))).toEqual([]);
      const further = [...own.keys()].filter((path) => !theirs.has(path) && !/^(dingo-recover|recovery\.)/.test(path));
      expect(further.filter((path) => !ASIDE.includes(path) && !path.endsWith("/archive_status"))).toEqual([]);
    },
  );

  test.concurrent("goes back to each moment between two rows, as the real programs do", async () => {
    const snapshot = await archives.of("line");
    const { made } = snapshot;
    for (const { number, at } of made.chronicle.marks.filter((mark) => mark.number >= 2 && mark.number <= 7)) {
      const own = await archives.limit.run(() => ownOutcome(archives, snapshot, at));
      expect([number, own]).toEqual([number, expect.objectContaining({ rows: upTo(number) })]);
    }
    const moment = made.chronicle.marks[5]?.at;
    const real = await archives.limit.run(() =>
      restore(
        { workshop: archives.workshop, ...made },
        {
          base: made.bases[1] ?? "",
          recovery: { timeline: "latest", ...(moment === undefined ? {} : { target: moment }) },
        },
      ),
    );
    expect(real).toMatchObject({ ready: true, rows: upTo(6) });
  });
});
