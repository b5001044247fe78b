/** Every action that a runbook may name, by id. */
import type { AnyAction } from "../action.js";
import { checkFresh } from "./archive/check-fresh.js";
import { compareSource } from "./archive/compare-source.js";
import { deleteAsideObjects } from "./archive/delete-aside.js";
import { copy } from "./archive/copy.js";
import { estimate } from "./archive/estimate.js";
import { setAside } from "./archive/set-aside.js";
import { verifySource } from "./archive/verify-source.js";
import { waitBaseBackup } from "./archive/wait-base-backup.js";
import { findDeployment } from "./bosh/find-deployment.js";
import { bindApp } from "./cf/bind-app.js";
import { checkTarget } from "./cf/check-target.js";
import { chooseWay } from "./cf/choose-way.js";
import { createServiceKey } from "./cf/create-service-key.js";
import { createService } from "./cf/create-service.js";
import { createSpace } from "./cf/create-space.js";
import { exchangeNames } from "./cf/exchange-names.js";
import { restartApp } from "./cf/restart-app.js";
import { reviewApps } from "./cf/review-apps.js";
import { findDeletedInstance } from "./discovery/find-deleted-instance.js";
import { reviewSpace } from "./discovery/review-space.js";
import { copyOldDatabase } from "./docker/copy-old-database.js";
import { deleteAsideDirectory } from "./docker/delete-aside.js";
import { findRemains } from "./docker/find-remains.js";
import { holdRestart, releaseRestart } from "./docker/hold-restart.js";
import { locateContainer } from "./docker/locate-container.js";
import { setDataAside } from "./docker/set-data-aside.js";
import { startContainer } from "./docker/start-container.js";
import { stopOldInstance } from "./docker/stop-old-instance.js";
import { stopContainer } from "./docker/stop-container.js";
import { awaitContainersGone } from "./drill/await-gone.js";
import { compareRows } from "./drill/compare-rows.js";
import { deleteDrillService } from "./drill/delete-service.js";
import { reviewLoss } from "./drill/review.js";
import { summariseDrill } from "./drill/summarise.js";
import { writeRows } from "./drill/write-rows.js";
import { removeOptime } from "./etcd/remove-optime.js";
import { setInitialize } from "./etcd/set-initialize.js";
import { waitKeysGone } from "./etcd/wait-keys-gone.js";
import { check } from "./platform/check.js";
import { checkVersion } from "./postgres/check-version.js";
import { proveLogin } from "./postgres/prove-login.js";
import { setRolePasswords } from "./postgres/set-role-passwords.js";
import { checkBeforeStart } from "./recovery/check-before-start.js";
import { proveRestored } from "./recovery/prove-restored.js";
import { agreeBatch } from "./recovery/agree-batch.js";
import { askOwner } from "./recovery/ask-owner.js";
import { reviewAside } from "./recovery/review-aside.js";
import { review } from "./recovery/review.js";
import { summarise } from "./recovery/summarise.js";
import { judgeTime } from "./archive/judge-time.js";
import { findService } from "./cf/find-service.js";
import { findLeader } from "./docker/find-leader.js";
import { closeOpenSegment } from "./postgres/close-segment.js";
import { checkLogin } from "./postgres/check-login.js";
import { countLiving } from "./postgres/count-tables.js";
import { loadTables } from "./postgres/load-tables.js";
import { makeSchema } from "./postgres/make-schema.js";
import { proveTables } from "./postgres/prove-tables.js";
import { checkPrograms } from "./scratch/check-programs.js";
import { compareTables } from "./scratch/compare-tables.js";
import { deleteCopy } from "./scratch/delete-copy.js";
import { dumpTables } from "./scratch/dump.js";
import { recoverScratch } from "./scratch/recover.js";
import { restoreScratch } from "./scratch/restore.js";
import { reviewCopy } from "./scratch/review-copy.js";
import { reviewScratch } from "./scratch/review.js";
import { summariseTables } from "./scratch/summarise.js";

const ALL: readonly AnyAction[] = [
  check,
  findDeletedInstance,
  reviewSpace,
  agreeBatch,
  findDeployment,
  findRemains,
  stopOldInstance,
  verifySource,
  checkTarget,
  estimate,
  chooseWay,
  createSpace,
  createService,
  locateContainer,
  checkFresh,
  checkVersion,
  review,
  holdRestart,
  stopContainer,
  waitKeysGone,
  setAside,
  copy,
  setInitialize,
  removeOptime,
  setDataAside,
  copyOldDatabase,
  checkBeforeStart,
  startContainer,
  proveRestored,
  setRolePasswords,
  createServiceKey,
  proveLogin,
  releaseRestart,
  reviewApps,
  bindApp,
  restartApp,
  exchangeNames,
  waitBaseBackup,
  compareSource,
  summarise,
  askOwner,
  reviewAside,
  deleteAsideObjects,
  deleteAsideDirectory,
  writeRows,
  reviewLoss,
  deleteDrillService,
  awaitContainersGone,
  compareRows,
  summariseDrill,
  findService,
  findLeader,
  judgeTime,
  closeOpenSegment,
  checkPrograms,
  countLiving,
  checkLogin,
  reviewScratch,
  restoreScratch,
  recoverScratch,
  compareTables,
  dumpTables,
  makeSchema,
  loadTables,
  proveTables,
  summariseTables,
  reviewCopy,
  deleteCopy,
];

export const REGISTRY: ReadonlyMap<string, AnyAction> = new Map(ALL.map((action) => [action.id, action]));
