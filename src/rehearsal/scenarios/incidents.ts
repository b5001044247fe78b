/** The thirty-five incidents of facts dingo.md §8, by their row: each is a scenario, one file below `incidents/`. */
import { happyFirstEra } from "./happy.js";
import { missingSysid, walGap } from "./damaged.js";
import { slowCreate } from "./incidents/slow-create.js";
import { wrongOrganization } from "./incidents/wrong-organization.js";
import { numberedDirector } from "./incidents/numbered-director.js";
import { lyingClusterdata } from "./incidents/lying-clusterdata.js";
import { smallDisks } from "./incidents/small-disks.js";
import { sameFirstLetters } from "./incidents/same-first-letters.js";
import { blindContainer } from "./incidents/blind-container.js";
import { newerVersion } from "./incidents/newer-version.js";
import { objectLostOnTheWay } from "./incidents/object-lost-on-the-way.js";
import { sameMinute } from "./incidents/same-minute.js";
import { twoNodes } from "./incidents/two-nodes.js";
import { scaledIn } from "./incidents/scaled-in.js";
import { shortLived } from "./incidents/short-lived.js";
import { noArchive } from "./incidents/no-archive.js";
import { unfinishedBackup } from "./incidents/unfinished-backup.js";
import { inconsistentBackup } from "./incidents/inconsistent-backup.js";
import { otherRegion } from "./incidents/other-region.js";
import { twoTimelines } from "./incidents/two-timelines.js";
import { clone } from "./incidents/clone-from.js";
import {
  oneOfASpace,
  spaceDeleted,
  spaceDeletedInPart,
  spaceDeletedKilled,
  spaceDeletedWithTwo,
  spaceMissing,
} from "./incidents/space-deleted.js";
import { restartedByItself, restartedUnseen, startedAgain } from "./incidents/started-again.js";
import { slowStop } from "./incidents/slow-stop.js";
import { movedContainer } from "./incidents/moved-container.js";
import { commonPrefix } from "./incidents/common-prefix.js";
import { keysGone } from "./incidents/keys-gone.js";
import { systemIdentifierInLogStore } from "./incidents/system-identifier-in-log-store.js";
import { systemIdentifierInLogs } from "./incidents/system-identifier-in-logs.js";
import { wrongKey } from "./incidents/wrong-key.js";
import { lostSystemIdentifier } from "./incidents/lost-system-identifier.js";
import { oldDirectoryLeft, oldInstanceGoesOn, oldInstanceStopped } from "./incidents/old-instance-alive.js";
import { emptyAgain, staleTarget, usedAgain } from "./incidents/taken-name.js";
import { olderRoles } from "./incidents/older-roles.js";
import { killedBeforeStart } from "./incidents/killed-before-start.js";
import { encryptedAlike, encryptedArchive, encryptedWithoutSysid } from "./incidents/encrypted-archive.js";
import { onlyInLogStore } from "./incidents/only-in-log-store.js";
import { yearLessLogs } from "./incidents/year-less-logs.js";
import type { Scenario } from "./scenario.js";

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
