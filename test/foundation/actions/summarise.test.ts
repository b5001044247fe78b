import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/action.ts";
import { summarise } from "../../../src/foundation/actions/recovery/summarise.ts";
import { StepContext } from "../../fakes/step-context.ts";
import type { Ports } from "../../../src/ports/ports.ts";

const GIVEN = {
  target: "shop/prod/orders",
  guid: "new-guid",
  source_guid: "old-guid",
  recovered_to: "",
  deleted_at: "",
  segments_restored: 3,
  tables: [],
  cell: "cell/0",
  key: "recovery",
  org: "shop",
  space: "prod",
  name: "orders",
};

async function end(rehearsal: boolean, more: JsonObject = {}): Promise<JsonObject> {
  const run = {
    id: "20261121-020000-test",
    epoch: 1,
    startedAt: new Date("2026-11-21T02:00:00Z"),
    operator: "op",
    target: "shop/prod/orders",
    rehearsal,
  };
  return await summarise.run(new StepContext({} as Ports, run), summarise.input.parse({ ...GIVEN, ...more }));
}

const next = async (rehearsal: boolean, more?: JsonObject): Promise<string> =>
  JSON.stringify((await end(rehearsal, more))["next"]);

describe("what is lost, at the end of a recovery", () => {
  const facts = { deleted_at: "2026-11-24T01:25:08Z", recovery_point: "2026-11-24T01:25:07Z" };
  const lost = async (more: JsonObject) => (await end(false, { ...facts, ...more }))["lost"];

  it("goes by PostgreSQL's own word, and by the archive if it named no transaction", async () => {
    expect(await lost({ recovered_to: "2026-11-24T01:24:05.123Z" })).toMatch(/up to 63 s of writes may be lost/);
    expect(await lost({ last_transaction: "2026-11-24T01:24:35Z" })).toMatch(/up to 33 s of writes may be lost/);
    expect(await lost({})).toMatch(/the recovered data end at \S+ or earlier/);
  });

  it("is nothing if that was shown before, and at least the segments of a gap", async () => {
    expect(await lost({ nothing_lost: "it ended in an orderly way" })).toBe(
      "nothing is lost: it ended in an orderly way",
    );
    expect(await lost({ lost: 3, lost_segments: "1 missing, 2 unreachable" })).toMatch(
      /^3 segments \(1 missing, 2 unreachable\) are lost: the recovered data end at/,
    );
  });

  it("may be less if the directory of the database was recovered", async () => {
    expect(await lost({ database: "/var/vcap/store/x/data/postgres0" })).toContain(", or fewer: the directory");
  });

  it("has no length if it lived on after its deletion", async () => {
    const at = { last_transaction: "2026-11-24T01:24:35Z" };
    expect(await lost({ ...at, lived_on: true })).toMatch(/all writes after the last transaction may be lost/);
  });
});

describe("what is back, at the end of a recovery", () => {
  it("has the name that the service was given last", async () => {
    const said = await end(false, { target: "shop/prod/orders-recovered" });
    expect(said["recovered"]).toContainEqual(expect.stringMatching(/^shop\/prod\/orders holds the data of old-guid/));
  });
});

describe("what to do next, at the end of a recovery", () => {
  it("names how it is taken back and cleaned up after", async () => {
    expect(await next(false)).toMatch(/dingo-recover undo 20261121-020000-test .*cleanup 20261121-020000-test /);
  });

  it("is neither of them in a rehearsal, whose foundation is gone then", async () => {
    const said = await next(true);
    expect(said).not.toMatch(/undo|cleanup/);
    expect(said).toContain("cf target -o shop -s prod && cf delete-service-key orders");
  });

  it("gives the former number of nodes back, if there was more than one", async () => {
    const grow = `cf target -o shop -s prod && cf update-service orders -c '{"node-count":3}'`;
    expect((await end(false, { nodes: ["a", "b", "c"] }))["next"]).toContain(`${grow}  # the former number of nodes`);
    expect(await next(false, { nodes: ["a"] })).not.toMatch(/node/);
  });

  it("says that nothing tells how many nodes there were, and offers no command for it", async () => {
    const said = await next(false, { nodes: [] });
    expect(said).toMatch(/nothing that was read says how many nodes/);
    expect(said).not.toMatch(/update-service|node-count/);
  });
});

describe("what was recovered", () => {
  it("is told by the rows of each table, or that the application may not read it", async () => {
    const tables = [
      { table: "public.visits", rows: 60 },
      { table: "public.ballast", rows: null },
    ];
    expect((await end(false, { tables }))["recovered"]).toEqual([
      "shop/prod/orders holds the data of old-guid; the log names no last transaction; 3 segments restored",
      "public.visits: 60 rows",
      "public.ballast: not readable for the application",
    ]);
  });

  it("is not told as nothing when its log is in words that nobody knows", async () => {
    expect((await end(false, { segments_restored: 0 }))["recovered"]).toContainEqual(
      expect.stringMatching(/; the log names no last transaction; the log names no restored segment$/),
    );
  });
});

describe("what is left aside", () => {
  const aside = async (place: string): Promise<string> =>
    JSON.stringify((await end(false, { archive_aside: place }))["left_aside"]);

  it("is each place that the instance's archive was moved to, the empty one's first", async () => {
    const root = "s3://bucket/backups/new-guid/dingo-recover/run-2";
    expect(await aside(`${root}/replaced`)).not.toContain("ran again");
    const told = await aside(`${root}/replaced-3`);
    expect(told).toContain(`"the archive of the empty instance: ${root}/replaced"`);
    expect(told).toContain(`ran again: ${root}/replaced-2"`);
    expect(told).toContain(`ran again: ${root}/replaced-3"`);
  });
});
