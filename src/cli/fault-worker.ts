/** A process that plays schedules of bad weather: it records one undisturbed run, and endures what it is told. */
import { type Recording, record } from "../rehearsal/crash/recording.js";
import { type Endured, endure, type Schedule } from "../rehearsal/weather/trial.js";
import { carry } from "./carriage.js";
import { complaintOf } from "./journal-complaint.js";
import { obeyOrders, scenarioNamed } from "./worker.js";

export type FaultOrder =
  | { readonly is: "record"; readonly id: number; readonly scenario: string; readonly seed: number }
  | { readonly is: "endure"; readonly id: number; readonly schedule: Schedule };

export type FaultReply = { readonly id: number } & (
  | { readonly is: "recorded"; readonly appends: number }
  | { readonly is: "endured"; readonly endured: Endured }
  | { readonly is: "failed"; readonly why: string }
);

/** Longer than any schedule takes on a slow machine. Milliseconds of this machine. */
const HANGS_MS = 300_000;

let recording: Recording | undefined;

obeyOrders<FaultOrder, FaultReply>(obey, (why, { id }) => ({ is: "failed", id, why }));

async function obey(order: FaultOrder): Promise<FaultReply> {
  const { id } = order;
  if (order.is === "record") {
    recording = await record({ scenario: scenarioNamed(order.scenario), seed: order.seed }, carry);
    return { is: "recorded", id, appends: recording.appends.length };
  }
  if (recording === undefined) throw new Error("nothing is recorded");
  const endured = await orHang(endure(order.schedule, { recording, carry, checkJournal: complaintOf }));
  return { is: "endured", id, endured };
}

async function orHang<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${HANGS_MS / 1000} s: it hangs`)), HANGS_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
