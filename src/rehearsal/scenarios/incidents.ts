/** The thirty-five incidents of dingo.md §8: each is a row of the tables below `incidents/`. */
import { happyFirstEra } from "./happy.ts";
import { ARCHIVES } from "./incidents/archives.ts";
import { NEW_INSTANCE } from "./incidents/new-instance.ts";
import { OLD_INSTANCE } from "./incidents/old-instance.ts";
import { SPACE_DELETED } from "./incidents/space-deleted.ts";
import { TAKEN_NAME } from "./incidents/taken-name.ts";
import { WHICH_INSTANCE } from "./incidents/which-instance.ts";
import { type Row, scenarioOf } from "./row.ts";
import type { Scenario } from "./scenario.ts";

export interface Incident {
  /** Row of the table, from 1. */
  readonly row: number;
  readonly scenario: Scenario;
}

const incidentOf = (row: Row): Incident => ({ row: row.incident ?? 0, scenario: scenarioOf(row) });

/** By their row; those of one row in the order of their table. */
const ALL: readonly Incident[] = [
  { row: 1, scenario: happyFirstEra },
  ...[...WHICH_INSTANCE, ...ARCHIVES, ...NEW_INSTANCE, ...TAKEN_NAME].map(incidentOf),
  ...SPACE_DELETED.map((scenario) => ({ row: 4, scenario })),
].sort((one, other) => one.row - other.row);

const isFirst = ({ row }: Incident, at: number): boolean => ALL[at - 1]?.row !== row;

export const INCIDENTS: readonly Incident[] = ALL.filter(isFirst);

/** Rows that come in more than one shape: the others of them. */
export const FURTHER: readonly Incident[] = ALL.filter((each, at) => !isFirst(each, at));

/** A deleted instance that is not gone (dingo.md §2.11): the three choices. */
export const REMAINS: readonly Scenario[] = OLD_INSTANCE.map(scenarioOf);
