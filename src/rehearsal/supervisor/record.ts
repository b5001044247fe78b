/** The record by which another process can go on with a rehearsal: beside the box, in its directory. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Watched } from "./checks.ts";

export interface RehearsalRecord {
  readonly version: 1;
  readonly scenario: string;
  /** Absent until the tool has begun a run. */
  readonly run?: string;
  readonly watched: Watched;
  /** World time at which the tool was started first. */
  readonly since: number;
  /** It ends with a real database: where its programs are, "" for those of the package. */
  readonly real?: { readonly given: string };
}

const FILE = "rehearsal.json";

export const rehearsalsIn = (stateDirectory: string): string => join(stateDirectory, "rehearsals");

export function saveRecord(directory: string, record: RehearsalRecord): void {
  const path = join(directory, FILE);
  // On disk before it has the name: a machine that dies leaves the one before, or this one, and none that is empty.
  writeFileSync(`${path}.part`, JSON.stringify(record), { mode: 0o600, flush: true });
  renameSync(`${path}.part`, path);
}

/** Where the program in a box notes each run that it begins, a line for each: no other box's program knows the file. */
export const noteIn = (directory: string): string => join(directory, "runs");

/** Runs that were begun in a box, oldest first: a batch before the runs of its databases. */
export function runsOf(directory: string): readonly string[] {
  const note = noteIn(directory);
  return existsSync(note) ? readFileSync(note, "utf8").split("\n").slice(0, -1) : [];
}

/**
 * The box in which a run was rehearsed, by itself or as one of a batch; undefined if it is gone, or its record is
 * spoilt.
 */
export function findRehearsal(
  stateDirectory: string,
  run: string,
): { readonly directory: string; readonly record: RehearsalRecord } | undefined {
  const parent = rehearsalsIn(stateDirectory);
  const names = existsSync(parent) ? readdirSync(parent) : [];
  return names
    .map((name) => join(parent, name))
    .flatMap((directory) => recordIn(directory).map((record) => ({ directory, record })))
    .find(({ directory, record }) => record.run === run || runsOf(directory).includes(run));
}

/** None if there is none, or its record was spoilt: one box must not stand in the way of all the others. */
function recordIn(directory: string): readonly RehearsalRecord[] {
  const path = join(directory, FILE);
  if (!existsSync(path)) return [];
  try {
    const value = JSON.parse(readFileSync(path, "utf8")) as Partial<RehearsalRecord> | null;
    return value?.version === 1 && value.watched !== undefined ? [value as RehearsalRecord] : [];
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return [];
    throw thrown;
  }
}
