import { describe, expect, it } from "vitest";
import type { Candidate } from "../../src/discovery/candidate.js";
import { toTable } from "../../src/discovery/table.js";
import { deletedTogether } from "../../src/discovery/together.js";

function candidate(name: string, deletedAt: string, spaceGuid = "space-guid"): Candidate {
  return {
    guid: `${name}-guid`,
    kind: "deleted",
    why: "",
    name,
    org: "shop",
    space: "prod",
    spaceGuid,
    deletedAt,
    score: 60,
    sources: ["cloud-foundry"],
    notes: [],
    evidence: [],
  };
}

const at = (minute: string): string => `2026-11-21T11:${minute}:00Z`;

describe("what was deleted together", () => {
  it("is what went from one space within ten minutes, by name; one alone is nothing together", () => {
    const all = [
      candidate("users", at("08")),
      candidate("carts", at("00")),
      candidate("long-before", "2026-11-21T09:00:00Z"),
      candidate("elsewhere", at("01"), "other-guid"),
    ];
    expect(deletedTogether(all).map(({ spaceGuid, members }) => [spaceGuid, members.map(({ name }) => name)])).toEqual([
      ["space-guid", ["carts", "users"]],
    ]);
    expect(deletedTogether(all.slice(2))).toEqual([]);
  });

  it("stands in the table with a command for each", () => {
    const candidates = [candidate("carts", at("00")), candidate("users", at("01"))];
    const table = toTable({ candidates, notDeleted: [], coverage: [], complete: true });
    expect(table).toContain("2 went together from shop / prod. To bring them back, one after another:");
    expect(table).toContain(
      "dingo-recover run --input service=users --input org=shop --input space=prod --input instance_guid=users-guid",
    );
  });
});
