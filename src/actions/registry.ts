/** Every action that a runbook may name, by id. */
import type { AnyAction } from "../action.js";
import { ActionsById } from "./actions-by-id.js";
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
import { announce } from "./compose/announce.js";
import { runByHand } from "./compose/by-hand.js";
import { checkHttp } from "./compose/check-http.js";
import { copyService } from "./compose/copy-data.js";
import { editFile } from "./compose/edit-file.js";
import { proveCopy } from "./compose/prove-copy.js";
import { proveMoved } from "./compose/prove-moved.js";
import { reviewMove } from "./compose/review.js";
import { setContainerAside } from "./compose/set-aside.js";
import { stopStack } from "./compose/stop.js";
import { summariseMove } from "./compose/summarise.js";
import { surveyStack } from "./compose/survey.js";
import { bringUp } from "./compose/up.js";
import { warmCopy } from "./compose/warm-copy.js";
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
import { checkMachine } from "./backup/check-machine.js";
import { compareSecondary } from "./backup/compare-secondary.js";
import { conclude } from "./backup/conclude.js";
import { findArchive } from "./backup/find-archive.js";
import { judgeBackup } from "./backup/judge.js";
import { lookAtRights } from "./backup/look-at-rights.js";
import { restoreTest } from "./backup/restore-test.js";
import { checkRoom } from "./salvage/check-room.js";
import { chooseDatabases } from "./salvage/choose.js";
import { clearCopies } from "./salvage/clear.js";
import { copyVolume } from "./salvage/copy.js";
import { dumpDatabases } from "./salvage/dump.js";
import { inspectCopy } from "./salvage/inspect.js";
import { pickVolumes } from "./salvage/pick.js";
import { proveDump } from "./salvage/prove.js";
import { putBack } from "./salvage/put-back.js";
import { reviewSalvage } from "./salvage/review.js";
import { summariseSalvage } from "./salvage/summarise.js";
import { surveyVolumes } from "./salvage/survey.js";
import { checkPrograms } from "./scratch/check-programs.js";
import { compareTables } from "./scratch/compare-tables.js";
import { deleteCopy } from "./scratch/delete-copy.js";
import { dumpTables } from "./scratch/dump.js";
import { recoverScratch } from "./scratch/recover.js";
import { restoreScratch } from "./scratch/restore.js";
import { reviewCopy } from "./scratch/review-copy.js";
import { reviewScratch } from "./scratch/review.js";
import { summariseTables } from "./scratch/summarise.js";
import { findEngine } from "./storage/engine.js";
import { judgeStorage } from "./storage/judge.js";
import { survey } from "./storage/survey.js";

const ALL: Readonly<Record<string, () => AnyAction>> = {
  "platform.check": () => check,
  "discovery.find-deleted-instance": () => findDeletedInstance,
  "discovery.review-space": () => reviewSpace,
  "recovery.agree-batch": () => agreeBatch,
  "bosh.find-deployment": () => findDeployment,
  "docker.find-remains": () => findRemains,
  "docker.stop-old-instance": () => stopOldInstance,
  "archive.verify-source": () => verifySource,
  "cf.check-target": () => checkTarget,
  "archive.estimate": () => estimate,
  "cf.choose-way": () => chooseWay,
  "cf.create-space": () => createSpace,
  "cf.create-service": () => createService,
  "docker.locate-container": () => locateContainer,
  "archive.check-fresh": () => checkFresh,
  "postgres.check-version": () => checkVersion,
  "recovery.review": () => review,
  "docker.hold-restart": () => holdRestart,
  "docker.stop-container": () => stopContainer,
  "etcd.wait-keys-gone": () => waitKeysGone,
  "archive.set-aside": () => setAside,
  "archive.copy": () => copy,
  "etcd.set-initialize": () => setInitialize,
  "etcd.remove-optime": () => removeOptime,
  "docker.set-data-aside": () => setDataAside,
  "docker.copy-old-database": () => copyOldDatabase,
  "recovery.check-before-start": () => checkBeforeStart,
  "docker.start-container": () => startContainer,
  "recovery.prove-restored": () => proveRestored,
  "postgres.set-role-passwords": () => setRolePasswords,
  "cf.create-service-key": () => createServiceKey,
  "postgres.prove-login": () => proveLogin,
  "docker.release-restart": () => releaseRestart,
  "cf.review-apps": () => reviewApps,
  "cf.bind-app": () => bindApp,
  "cf.restart-app": () => restartApp,
  "cf.exchange-names": () => exchangeNames,
  "archive.wait-base-backup": () => waitBaseBackup,
  "archive.compare-source": () => compareSource,
  "recovery.summarise": () => summarise,
  "recovery.ask-owner": () => askOwner,
  "recovery.review-aside": () => reviewAside,
  "archive.delete-aside": () => deleteAsideObjects,
  "docker.delete-aside": () => deleteAsideDirectory,
  "drill.write-rows": () => writeRows,
  "drill.review": () => reviewLoss,
  "drill.delete-service": () => deleteDrillService,
  "drill.await-gone": () => awaitContainersGone,
  "drill.compare-rows": () => compareRows,
  "drill.summarise": () => summariseDrill,
  "cf.find-service": () => findService,
  "docker.find-leader": () => findLeader,
  "archive.judge-time": () => judgeTime,
  "postgres.close-segment": () => closeOpenSegment,
  "scratch.check-programs": () => checkPrograms,
  "postgres.count-tables": () => countLiving,
  "postgres.check-login": () => checkLogin,
  "scratch.review": () => reviewScratch,
  "scratch.restore": () => restoreScratch,
  "scratch.recover": () => recoverScratch,
  "scratch.compare-tables": () => compareTables,
  "scratch.dump": () => dumpTables,
  "postgres.make-schema": () => makeSchema,
  "postgres.load-tables": () => loadTables,
  "postgres.prove-tables": () => proveTables,
  "scratch.summarise": () => summariseTables,
  "scratch.review-copy": () => reviewCopy,
  "scratch.delete-copy": () => deleteCopy,
  "backup.find-archive": () => findArchive,
  "backup.judge": () => judgeBackup,
  "backup.look-at-rights": () => lookAtRights,
  "backup.compare-secondary": () => compareSecondary,
  "backup.check-machine": () => checkMachine,
  "backup.restore-test": () => restoreTest,
  "backup.conclude": () => conclude,
  "storage.engine": () => findEngine,
  "storage.survey": () => survey,
  "storage.judge": () => judgeStorage,
  "compose.survey": () => surveyStack,
  "compose.review": () => reviewMove,
  "compose.announce": () => announce,
  "compose.stop": () => stopStack,
  "compose.warm-copy": () => warmCopy,
  "compose.copy-data": () => copyService,
  "compose.prove-copy": () => proveCopy,
  "compose.set-aside": () => setContainerAside,
  "compose.edit-file": () => editFile,
  "compose.up": () => bringUp,
  "compose.prove-moved": () => proveMoved,
  "compose.by-hand": () => runByHand,
  "compose.check-http": () => checkHttp,
  "compose.summarise": () => summariseMove,
  "salvage.survey": () => surveyVolumes,
  "salvage.pick": () => pickVolumes,
  "salvage.check-room": () => checkRoom,
  "salvage.review": () => reviewSalvage,
  "salvage.copy": () => copyVolume,
  "salvage.inspect": () => inspectCopy,
  "salvage.choose": () => chooseDatabases,
  "salvage.dump": () => dumpDatabases,
  "salvage.prove": () => proveDump,
  "salvage.put-back": () => putBack,
  "salvage.clear": () => clearCopies,
  "salvage.summarise": () => summariseSalvage,
};

export const REGISTRY = new ActionsById(new Map(Object.entries(ALL)));
