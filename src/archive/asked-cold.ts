/** Asks the store for the objects that a restore needs and whose storage class is cold: one that was restored keeps its class. */
import type { ObjectReader } from "../ports/object-store.ts";
import { coldAndNeeded } from "./judgement/needed.ts";
import type { Beside } from "./judgement/study.ts";
import { unlessFrozen } from "./reading/cold.ts";
import type { ArchiveFacts } from "./reading/facts.ts";
import { inParallel } from "../kit/in-parallel.ts";

const IN_FLIGHT = 32;

/** Errors: those of the store. */
export async function askedCold(reader: ObjectReader, facts: ArchiveFacts, beside: Beside): Promise<ArchiveFacts> {
  const asked = new Map(facts.asked ?? []);
  const { bucket } = facts.location;
  await inParallel(coldAndNeeded(facts, beside), IN_FLIGHT, async ({ relative, info }) => {
    if (info.size === 0) return;
    const how = { ifMatch: info.etag, range: "bytes=0-0" };
    const byte = await unlessFrozen(() => reader.get({ bucket, key: info.key }, how));
    asked.set(relative, byte === undefined ? "frozen" : "given");
  });
  return { ...facts, asked };
}
