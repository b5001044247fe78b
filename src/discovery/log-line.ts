/** One found line: what it says, when, and whether a collector has cut it. */
import { readBrokerLine } from "./broker-line.js";
import { readEnvelope, type Envelope } from "./envelope.js";
import type { Fact, FactBody, Place } from "./fact.js";
import { isTorn, lagerStart, parseLager, type LagerLine } from "./lager.js";
import { readNodePrint, readWalUpload } from "./other-line.js";
import { harmlessOnly, shown } from "./safe-text.js";
import type { Stamp } from "./stamp.js";

/**
 * What the scanner looks for: each a piece of a line that `readLogLine` understands, nine bytes or longer because the
 * shortest sets the speed.
 */
export const NEEDLES: readonly string[] = [
  "remove-node.",
  "remove-random-node.",
  "remove-leader.",
  "remove-cluster-assignment",
  "etcd-delete.done",
  "provision.",
  "new-node-count",
  "cluster.request.perform",
  "scheduler.",
  "save-cluster",
  "update.start",
  "recreate.",
  "add-node.perform",
  "PATRONI_SCOPE",
  "action=push-wal",
];

export interface LogLine {
  readonly envelope: Envelope;
  readonly lager?: LagerLine;
  /** A broker line without its end: even what it was about may be lost. */
  readonly torn: boolean;
  readonly fact?: Fact;
  /** An instance id that is not a GUID. */
  readonly notGuid?: string;
}

const UNDATED: Stamp = { ms: Number.NEGATIVE_INFINITY, text: "" };
/** Facts that are counted or joined but never shown as evidence. */
const SILENT = new Set<FactBody["kind"]>(["described", "create-began", "create-forked", "create-ended", "archived"]);

export function readLogLine(text: string, place: Place): LogLine {
  const envelope = readEnvelope(text);
  const start = lagerStart(text);
  if (start < 0) return { envelope, torn: false, ...otherFact(envelope, place) };
  const json = text.slice(start).trimEnd();
  const lager = parseLager(json);
  if (lager === undefined) return { envelope, torn: isTorn(json) };
  const { torn } = lager;
  const found = readBrokerLine(lager);
  if (found === undefined) return { envelope, lager, torn };
  const { body, guid, notGuid } = found;
  const evidence = SILENT.has(body.kind) ? "" : shown(text.slice(0, start) + renderLager(lager, json));
  const fact = { at: lager.at, body, place, text: evidence, ...(guid === undefined ? {} : { guid }) };
  return { envelope, lager, torn, ...(notGuid === undefined ? { fact } : { notGuid }) };
}

function otherFact(envelope: Envelope, place: Place): { fact?: Fact } {
  const print = readNodePrint(envelope.body);
  if (print !== undefined) {
    const { guid, ...description } = print;
    const body: FactBody = { kind: "described", ...description };
    return { fact: { guid, at: envelope.stamp ?? UNDATED, body, place, text: "" } };
  }
  const upload = readWalUpload(envelope.body);
  if (upload === undefined) return {};
  return { fact: { guid: upload.guid, at: upload.at, body: { kind: "archived" }, place, text: "" } };
}

/** The line as it stood where every field is harmless; else with the others masked; a torn one without its loose end. */
function renderLager(lager: LagerLine, json: string): string {
  const harmless = harmlessOnly(lager.data);
  if (lager.torn) {
    const message = `${lager.source}.${lager.action}`;
    return `${JSON.stringify({ timestamp: lager.at.text, message, data: harmless })} (cut by the collector)`;
  }
  if (JSON.stringify(harmless) === JSON.stringify(lager.data)) return json;
  return JSON.stringify({ ...(JSON.parse(json) as object), data: harmless });
}
