/** Every action that a runbook may name, by id. */
import type { AnyAction } from "../action.ts";
import { ActionsById } from "./actions-by-id.ts";
import { checkFresh } from "./archive/check-fresh.ts";
import { compareSource } from "./archive/compare-source.ts";
import { deleteAsideObjects } from "./archive/delete-aside.ts";
import { copy } from "./archive/copy.ts";
import { estimate } from "./archive/estimate.ts";
import { setAside } from "./archive/set-aside.ts";
import { verifySource } from "./archive/verify-source.ts";
import { waitBaseBackup } from "./archive/wait-base-backup.ts";
import { findDeployment } from "./bosh/find-deployment.ts";
import { bindApp } from "./cf/bind-app.ts";
import { checkTarget } from "./cf/check-target.ts";
import { chooseWay } from "./cf/choose-way.ts";
import { createServiceKey } from "./cf/create-service-key.ts";
import { createService } from "./cf/create-service.ts";
import { createSpace } from "./cf/create-space.ts";
import { exchangeNames } from "./cf/exchange-names.ts";
import { restartApp } from "./cf/restart-app.ts";
import { reviewApps } from "./cf/review-apps.ts";
import { announce } from "./compose/announce.ts";
import { runByHand } from "./compose/by-hand.ts";
import { checkHttp } from "./compose/check-http.ts";
import { copyService } from "./compose/copy-data.ts";
import { editFile } from "./compose/edit-file.ts";
import { proveCopy } from "./compose/prove-copy.ts";
import { proveMoved } from "./compose/prove-moved.ts";
import { reviewMove } from "./compose/review.ts";
import { setContainerAside } from "./compose/set-aside.ts";
import { stopStack } from "./compose/stop.ts";
import { summariseMove } from "./compose/summarise.ts";
import { surveyStack } from "./compose/survey.ts";
import { bringUp } from "./compose/up.ts";
import { warmCopy } from "./compose/warm-copy.ts";
import { findDeletedInstance } from "./discovery/find-deleted-instance.ts";
import { reviewSpace } from "./discovery/review-space.ts";
import { copyOldDatabase } from "./docker/copy-old-database.ts";
import { deleteAsideDirectory } from "./docker/delete-aside.ts";
import { findRemains } from "./docker/find-remains.ts";
import { holdRestart, releaseRestart } from "./docker/hold-restart.ts";
import { locateContainer } from "./docker/locate-container.ts";
import { setDataAside } from "./docker/set-data-aside.ts";
import { startContainer } from "./docker/start-container.ts";
import { stopOldInstance } from "./docker/stop-old-instance.ts";
import { stopContainer } from "./docker/stop-container.ts";
import { awaitContainersGone } from "./drill/await-gone.ts";
import { compareRows } from "./drill/compare-rows.ts";
import { deleteDrillService } from "./drill/delete-service.ts";
import { reviewLoss } from "./drill/review.ts";
import { summariseDrill } from "./drill/summarise.ts";
import { writeRows } from "./drill/write-rows.ts";
import { removeOptime } from "./etcd/remove-optime.ts";
import { setInitialize } from "./etcd/set-initialize.ts";
import { waitKeysGone } from "./etcd/wait-keys-gone.ts";
import { check } from "./platform/check.ts";
import { checkVersion } from "./postgres/check-version.ts";
import { proveLogin } from "./postgres/prove-login.ts";
import { setRolePasswords } from "./postgres/set-role-passwords.ts";
import { checkBeforeStart } from "./recovery/check-before-start.ts";
import { proveRestored } from "./recovery/prove-restored.ts";
import { agreeBatch } from "./recovery/agree-batch.ts";
import { askOwner } from "./recovery/ask-owner.ts";
import { reviewAside } from "./recovery/review-aside.ts";
import { review } from "./recovery/review.ts";
import { summarise } from "./recovery/summarise.ts";
import { judgeTime } from "./archive/judge-time.ts";
import { findService } from "./cf/find-service.ts";
import { findLeader } from "./docker/find-leader.ts";
import { closeOpenSegment } from "./postgres/close-segment.ts";
import { checkLogin } from "./postgres/check-login.ts";
import { countLiving } from "./postgres/count-tables.ts";
import { loadTables } from "./postgres/load-tables.ts";
import { makeSchema } from "./postgres/make-schema.ts";
import { proveTables } from "./postgres/prove-tables.ts";
import { checkMachine } from "./backup/check-machine.ts";
import { compareSecondary } from "./backup/compare-secondary.ts";
import { conclude } from "./backup/conclude.ts";
import { findArchive } from "./backup/find-archive.ts";
import { judgeBackup } from "./backup/judge.ts";
import { lookAtRights } from "./backup/look-at-rights.ts";
import { restoreTest } from "./backup/restore-test.ts";
import { checkRoom } from "./salvage/check-room.ts";
import { chooseDatabases } from "./salvage/choose.ts";
import { clearCopies } from "./salvage/clear.ts";
import { copyVolume } from "./salvage/copy.ts";
import { dumpDatabases } from "./salvage/dump.ts";
import { inspectCopy } from "./salvage/inspect.ts";
import { pickVolumes } from "./salvage/pick.ts";
import { proveDump } from "./salvage/prove.ts";
import { putBack } from "./salvage/put-back.ts";
import { reviewSalvage } from "./salvage/review.ts";
import { summariseSalvage } from "./salvage/summarise.ts";
import { surveyVolumes } from "./salvage/survey.ts";
import { checkPrograms } from "./scratch/check-programs.ts";
import { compareTables } from "./scratch/compare-tables.ts";
import { deleteCopy } from "./scratch/delete-copy.ts";
import { dumpTables } from "./scratch/dump.ts";
import { recoverScratch } from "./scratch/recover.ts";
import { restoreScratch } from "./scratch/restore.ts";
import { reviewCopy } from "./scratch/review-copy.ts";
import { reviewScratch } from "./scratch/review.ts";
import { summariseTables } from "./scratch/summarise.ts";
import { findEngine } from "./storage/engine.ts";
import { judgeStorage } from "./storage/judge.ts";
import { survey } from "./storage/survey.ts";

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
