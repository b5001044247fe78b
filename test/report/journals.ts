/** Journals for reports: entries ten seconds apart. */
import type { JsonObject } from "../../src/action.ts";
import type { Entry, EntryBody } from "../../src/engine/journal/entry.ts";

export const EVIDENCE = { name: "listing", sha256: "cd".repeat(32), bytes: 12 };

export function journal(...bodies: EntryBody[]): Entry[] {
  return bodies.map((body, seq) => ({
    v: 1,
    seq,
    time: new Date(Date.UTC(2026, 10, 21, 2, 20, seq * 10)).toISOString(),
    run: "20261121-ab12",
    epoch: 1,
    prev: "0".repeat(64),
    ...body,
  }));
}

export const STARTED = {
  type: "run-started",
  runbook: "recover-deleted-service",
  runbookVersion: "1",
  runbookSha256: "ef".repeat(32),
  runbookText: EVIDENCE,
  inputs: {},
  operator: "ann",
  host: "jump",
  toolVersion: "0.1.0",
  rehearsal: false,
} as const satisfies EntryBody;

export const ENDED = { type: "run-ended", outcome: "succeeded" } as const satisfies EntryBody;

export function step(id: string, action: string, effect: string, output: JsonObject): EntryBody[] {
  return [
    { type: "step-started", step: id, attempt: 1, action, effect, input: { guid: `for-${id}` }, commandsSha256: "" },
    { type: "step-succeeded", step: id, attempt: 1, how: "ran", output, evidence: `${id} holds` },
  ];
}
