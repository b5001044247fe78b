/** The thirty-five incidents of facts dingo.md §8, by their row: each is a scenario, one file below `incidents/`. */
import { happyFirstEra } from "./happy.ts";
import { missingSysid, walGap } from "./damaged.ts";
import { slowCreate } from "./incidents/slow-create.ts";
import { wrongOrganization } from "./incidents/wrong-organization.ts";
import { numberedDirector } from "./incidents/numbered-director.ts";
import { lyingClusterdata } from "./incidents/lying-clusterdata.ts";
import { smallDisks } from "./incidents/small-disks.ts";
import { sameFirstLetters } from "./incidents/same-first-letters.ts";
import { blindContainer } from "./incidents/blind-container.ts";
import { newerVersion } from "./incidents/newer-version.ts";
import { objectLostOnTheWay } from "./incidents/object-lost-on-the-way.ts";
import { sameMinute } from "./incidents/same-minute.ts";
import { twoNodes } from "./incidents/two-nodes.ts";
import { scaledIn } from "./incidents/scaled-in.ts";
import { shortLived } from "./incidents/short-lived.ts";
import { noArchive } from "./incidents/no-archive.ts";
import { unfinishedBackup } from "./incidents/unfinished-backup.ts";
import { inconsistentBackup } from "./incidents/inconsistent-backup.ts";
import { otherRegion } from "./incidents/other-region.ts";
import { twoTimelines } from "./incidents/two-timelines.ts";
import { clone } from "./incidents/clone-from.ts";
import {
  oneOfASpace,
  spaceDeleted,
  spaceDeletedInPart,
  spaceDeletedKilled,
  spaceDeletedWithTwo,
  spaceMissing,
} from "./incidents/space-deleted.ts";
import { restartedByItself, restartedUnseen, startedAgain } from "./incidents/started-again.ts";
import { slowStop } from "./incidents/slow-stop.ts";
import { movedContainer } from "./incidents/moved-container.ts";
import { commonPrefix } from "./incidents/common-prefix.ts";
import { keysGone } from "./incidents/keys-gone.ts";
import { systemIdentifierInLogStore } from "./incidents/system-identifier-in-log-store.ts";
import { systemIdentifierInLogs } from "./incidents/system-identifier-in-logs.ts";
import { wrongKey } from "./incidents/wrong-key.ts";
import { lostSystemIdentifier } from "./incidents/lost-system-identifier.ts";
import { oldDirectoryLeft, oldInstanceGoesOn, oldInstanceStopped } from "./incidents/old-instance-alive.ts";
import { emptyAgain, staleTarget, usedAgain } from "./incidents/taken-name.ts";
import { olderRoles } from "./incidents/older-roles.ts";
import { killedBeforeStart } from "./incidents/killed-before-start.ts";
import { encryptedAlike, encryptedArchive, encryptedWithoutSysid } from "./incidents/encrypted-archive.ts";
import { onlyInLogStore } from "./incidents/only-in-log-store.ts";
import { yearLessLogs } from "./incidents/year-less-logs.ts";
import type { Scenario } from "./scenario.ts";

export interface Incident {
  /** Row of the table, from 1. */
  readonly row: number;
  readonly scenario: Scenario;
}

export const INCIDENTS: readonly Incident[] = [
  { row: 1, scenario: happyFirstEra },
  { row: 2, scenario: clone },
  { row: 3, scenario: sameMinute },
  { row: 4, scenario: spaceDeleted },
  { row: 5, scenario: twoNodes },
  { row: 6, scenario: scaledIn },
  { row: 7, scenario: shortLived },
  { row: 8, scenario: noArchive },
  { row: 9, scenario: unfinishedBackup },
  { row: 10, scenario: walGap },
  { row: 11, scenario: inconsistentBackup },
  { row: 12, scenario: twoTimelines },
  { row: 13, scenario: otherRegion },
  { row: 14, scenario: slowStop },
  { row: 15, scenario: restartedByItself },
  { row: 16, scenario: movedContainer },
  { row: 17, scenario: commonPrefix },
  { row: 18, scenario: keysGone },
  { row: 19, scenario: wrongKey },
  { row: 21, scenario: lostSystemIdentifier },
  { row: 22, scenario: slowCreate },
  { row: 23, scenario: usedAgain },
  { row: 24, scenario: wrongOrganization },
  { row: 25, scenario: yearLessLogs },
  { row: 26, scenario: numberedDirector },
  { row: 27, scenario: encryptedArchive },
  { row: 28, scenario: olderRoles },
  { row: 29, scenario: lyingClusterdata },
  { row: 30, scenario: blindContainer },
  { row: 31, scenario: staleTarget },
  { row: 32, scenario: smallDisks },
  { row: 33, scenario: killedBeforeStart },
  { row: 34, scenario: sameFirstLetters },
  { row: 35, scenario: objectLostOnTheWay },
];

/** A deleted instance that is not gone (DESIGN §5): the three choices. */
export const REMAINS: readonly Scenario[] = [oldInstanceStopped, oldInstanceGoesOn, oldDirectoryLeft];

/** Rows that come in more than one shape: the others of them. */
export const FURTHER: readonly Incident[] = [
  { row: 4, scenario: spaceDeletedKilled },
  { row: 4, scenario: spaceDeletedWithTwo },
  { row: 4, scenario: spaceDeletedInPart },
  { row: 4, scenario: oneOfASpace },
  { row: 4, scenario: spaceMissing },
  { row: 15, scenario: startedAgain },
  { row: 15, scenario: restartedUnseen },
  { row: 21, scenario: systemIdentifierInLogs },
  { row: 21, scenario: systemIdentifierInLogStore },
  { row: 21, scenario: missingSysid },
  { row: 21, scenario: encryptedWithoutSysid },
  { row: 23, scenario: emptyAgain },
  { row: 25, scenario: onlyInLogStore },
  { row: 27, scenario: encryptedAlike },
  { row: 32, scenario: newerVersion },
];
