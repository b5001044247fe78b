/** Lines of a file as documents of a log store, and discovery's answer for either. */
import type { DiscoverResult } from "../../src/discovery/answer/discover.ts";
import type { StoredDocument } from "../../src/rehearsal/log-store/store.ts";

/** As Beats send them, one a millisecond. */
export function documentsOf(text: string, at: string): readonly StoredDocument[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((message, number) => {
    const stamp = new Date(Date.parse(at) + number).toISOString();
    return { id: `d${number}`, source: { "@timestamp": stamp, message, log: { offset: number } } };
  });
}

/** The part of an answer that must be the same wherever the lines lie. */
export function essence({ document: { candidates, notDeleted } }: DiscoverResult) {
  return {
    deleted: candidates.map(({ guid, kind, deletedAt, name, space }) => ({ guid, kind, deletedAt, name, space })),
    not: notDeleted.map(({ guid, why }) => ({ guid, why })),
  };
}
