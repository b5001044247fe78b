/** All scenarios, the default first. */
import { auditDockerStorage } from "./audit-docker-storage.ts";
import { drill } from "./drill.ts";
import { happyFirstEra, happyLastEra } from "./happy.ts";
import { FURTHER, INCIDENTS, REMAINS } from "./incidents.ts";
import {
  persistComposeData,
  persistEngineRestarts,
  persistFullDisk,
  persistPortTaken,
} from "./persist-compose-data.ts";
import { badBackup, testBackup } from "./tested-backup.ts";
import { salvageDockerVolumes, salvageVolumesGone } from "./salvage-docker-volumes.ts";
import { recoverToTime } from "./to-time.ts";
import type { Scenario } from "./scenario.ts";

const OF_INCIDENTS = [...INCIDENTS, ...FURTHER].map(({ scenario }) => scenario);
const FIRST = [happyFirstEra, ...OF_INCIDENTS.filter(({ name }) => ["wal-gap", "missing-sysid"].includes(name))];

export const SCENARIOS: readonly Scenario[] = [
  happyLastEra,
  ...FIRST,
  ...OF_INCIDENTS.filter((scenario) => !FIRST.includes(scenario)),
  recoverToTime,
  testBackup,
  badBackup,
  ...REMAINS,
  drill,
  auditDockerStorage,
  salvageDockerVolumes,
  salvageVolumesGone,
  persistComposeData,
  persistFullDisk,
  persistPortTaken,
  persistEngineRestarts,
];

export const findScenario = (name: string): Scenario | undefined => SCENARIOS.find((each) => each.name === name);

/** The first ones to play, in this order. */
export const START_WITH: readonly Scenario[] = [
  "happy-last-era",
  "wal-gap",
  "same-minute",
  "killed-before-start",
  "recover-to-time",
  "space-deleted",
].flatMap((name) => findScenario(name) ?? []);
