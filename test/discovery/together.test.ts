import { describe, expect, it } from "vitest";
import type { Candidate } from "../../src/discovery/judgement/candidate.ts";
import { withOpenQuestions } from "../../src/discovery/judgement/open-questions.ts";
import { toTable } from "../../src/discovery/answer/table.ts";
import { deletedTogether, recoverCommand } from "../../src/discovery/judgement/together.ts";

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

  it("stands in the table with one command for all that are gone, and none for one of them that nobody asked for", () => {
    const taken = { guid: "again-guid", createdAt: at("30") };
    const candidates = [
      candidate("carts", at("00")),
      candidate("users", at("01")),
      { ...candidate("back", at("02")), nameTakenBy: taken },
    ];
    const table = toTable(withOpenQuestions({ candidates, notDeleted: [], coverage: [], complete: true }, {}));
    expect(table).toContain("3 went together from shop / prod. To bring back the 2 that are gone, by one consent");
    expect(table).toContain("dingo-recover run recover-deleted-space --input org=shop --input space=prod");
    expect(table).toContain('users-guid  "users"');
    expect(table).not.toContain("--input service=");
  });

  it("is one alone: the table has its command, unless it lives again", () => {
    const users = candidate("users", at("01"));
    const table = (one: Candidate): string =>
      toTable(withOpenQuestions({ candidates: [one], notDeleted: [], coverage: [], complete: true }, {}));
    expect(table(users)).toContain(
      "To recover it:\n   dingo-recover run --input service=users --input org=shop --input space=prod --input instance_guid=users-guid\n",
    );
    expect(table({ ...users, kind: "recreated" })).not.toContain("To recover");
    expect(table({ ...users, kind: "recreated" })).toContain("   cf service users\n");
    const taken = table({ ...users, nameTakenBy: { guid: "again-guid", createdAt: at("30") } });
    expect(taken).not.toContain("To recover");
    expect(taken).toMatch(/do not delete that one\.\n.*:\n {3}dingo-recover run --input service=users /u);
  });

  it("is told without a command if logs alone told of it: which of them is meant nobody knows", () => {
    const candidates = ["00", "01"].map((minute) => {
      const { org: _org, space: _space, name: _name, ...rest } = candidate(`db-${minute}`, at(minute));
      return { ...rest, orgGuid: "org-guid" };
    });
    const table = toTable(withOpenQuestions({ candidates, notDeleted: [], coverage: [], complete: true }, {}));
    expect(table).toContain("2 went together from org-guid / space-guid. Use --cf-events to see the names");
    expect(table).toContain("db-01-guid");
    expect(table).not.toContain("dingo-recover run");
  });
});

describe("the command that recovers a candidate", () => {
  it("says nothing that cannot be typed", () => {
    const command = recoverCommand({ ...candidate("carts", at("00")), name: "car\0ts" });
    expect(command).toBe("dingo-recover run --input org=shop --input space=prod --input instance_guid=carts-guid");
  });
});
