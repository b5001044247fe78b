/** Every action that a runbook may name, by id. */
import type { AnyAction } from "../action.ts";
import { checkFresh } from "../foundation/actions/archive/check-fresh.ts";
import { compareSource } from "../foundation/actions/archive/compare-source.ts";
import { deleteAsideObjects } from "../foundation/actions/archive/delete-aside.ts";
import { copy } from "../foundation/actions/archive/copy.ts";
import { estimate } from "../foundation/actions/archive/estimate.ts";
import { setAside } from "../foundation/actions/archive/set-aside.ts";
import { verifySource } from "../foundation/actions/archive/verify-source.ts";
import { waitBaseBackup } from "../foundation/actions/archive/wait-base-backup.ts";
import { findDeployment } from "../foundation/actions/bosh/find-deployment.ts";
import { bindApp } from "../foundation/actions/cf/bind-app.ts";
import { checkTarget } from "../foundation/actions/cf/check-target.ts";
import { chooseWay } from "../foundation/actions/cf/choose-way.ts";
import { createServiceKey } from "../foundation/actions/cf/create-service-key.ts";
import { createService } from "../foundation/actions/cf/create-service.ts";
import { createSpace } from "../foundation/actions/cf/create-space.ts";
import { exchangeNames } from "../foundation/actions/cf/exchange-names.ts";
import { restartApp } from "../foundation/actions/cf/restart-app.ts";
import { reviewApps } from "../foundation/actions/cf/review-apps.ts";
import { announce } from "../docker/actions/compose/announce.ts";
import { runByHand } from "../docker/actions/compose/by-hand.ts";
import { checkHttp } from "../docker/actions/compose/check-http.ts";
import { copyService } from "../docker/actions/compose/copy-data.ts";
import { editFile } from "../docker/actions/compose/edit-file.ts";
import { proveCopy } from "../docker/actions/compose/prove-copy.ts";
import { proveMoved } from "../docker/actions/compose/prove-moved.ts";
import { reviewMove } from "../docker/actions/compose/review.ts";
import { setContainerAside } from "../docker/actions/compose/set-aside.ts";
import { stopStack } from "../docker/actions/compose/stop.ts";
import { summariseMove } from "../docker/actions/compose/summarise.ts";
import { surveyStack } from "../docker/actions/compose/survey.ts";
import { bringUp } from "../docker/actions/compose/up.ts";
import { warmCopy } from "../docker/actions/compose/warm-copy.ts";
import { findDeletedInstance } from "../discovery/actions/discovery/find-deleted-instance.ts";
import { reviewSpace } from "../discovery/actions/discovery/review-space.ts";
import { copyOldDatabase } from "../foundation/actions/docker/copy-old-database.ts";
import { deleteAsideDirectory } from "../foundation/actions/docker/delete-aside.ts";
import { findRemains } from "../foundation/actions/docker/find-remains.ts";
import { holdRestart, releaseRestart } from "../foundation/actions/docker/hold-restart.ts";
import { locateContainer } from "../foundation/actions/docker/locate-container.ts";
import { setDataAside } from "../foundation/actions/docker/set-data-aside.ts";
import { startContainer } from "../foundation/actions/docker/start-container.ts";
import { stopOldInstance } from "../foundation/actions/docker/stop-old-instance.ts";
import { stopContainer } from "../foundation/actions/docker/stop-container.ts";
import { awaitContainersGone } from "../foundation/actions/drill/await-gone.ts";
import { compareRows } from "../foundation/actions/drill/compare-rows.ts";
import { deleteDrillService } from "../foundation/actions/drill/delete-service.ts";
import { reviewLoss } from "../foundation/actions/drill/review.ts";
import { summariseDrill } from "../foundation/actions/drill/summarise.ts";
import { writeRows } from "../foundation/actions/drill/write-rows.ts";
import { removeOptime } from "../foundation/actions/etcd/remove-optime.ts";
import { setInitialize } from "../foundation/actions/etcd/set-initialize.ts";
import { waitKeysGone } from "../foundation/actions/etcd/wait-keys-gone.ts";
import { check } from "../foundation/actions/platform/check.ts";
import { checkVersion } from "../foundation/actions/postgres/check-version.ts";
import { proveLogin } from "../foundation/actions/postgres/prove-login.ts";
import { setRolePasswords } from "../foundation/actions/postgres/set-role-passwords.ts";
import { checkBeforeStart } from "../foundation/actions/recovery/check-before-start.ts";
import { proveRestored } from "../foundation/actions/recovery/prove-restored.ts";
import { agreeBatch } from "../foundation/actions/recovery/agree-batch.ts";
import { askOwner } from "../foundation/actions/recovery/ask-owner.ts";
import { reviewAside } from "../foundation/actions/recovery/review-aside.ts";
import { review } from "../foundation/actions/recovery/review.ts";
import { summarise } from "../foundation/actions/recovery/summarise.ts";
import { judgeTime } from "../foundation/actions/archive/judge-time.ts";
import { findService } from "../foundation/actions/cf/find-service.ts";
import { findLeader } from "../foundation/actions/docker/find-leader.ts";
import { closeOpenSegment } from "../foundation/actions/postgres/close-segment.ts";
import { checkLogin } from "../foundation/actions/postgres/check-login.ts";
import { countLiving } from "../foundation/actions/postgres/count-tables.ts";
import { loadTables } from "../foundation/actions/postgres/load-tables.ts";
import { makeSchema } from "../foundation/actions/postgres/make-schema.ts";
import { proveTables } from "../foundation/actions/postgres/prove-tables.ts";
import { checkMachine } from "../archive/actions/backup/check-machine.ts";
import { compareSecondary } from "../archive/actions/backup/compare-secondary.ts";
import { conclude } from "../archive/actions/backup/conclude.ts";
import { findArchive } from "../archive/actions/backup/find-archive.ts";
import { judgeBackup } from "../archive/actions/backup/judge.ts";
import { lookAtRights } from "../archive/actions/backup/look-at-rights.ts";
import { restoreTest } from "../archive/actions/backup/restore-test.ts";
import { checkRoom } from "../docker/actions/salvage/check-room.ts";
import { chooseDatabases } from "../docker/actions/salvage/choose.ts";
import { clearCopies } from "../docker/actions/salvage/clear.ts";
import { copyVolume } from "../docker/actions/salvage/copy.ts";
import { dumpDatabases } from "../docker/actions/salvage/dump.ts";
import { inspectCopy } from "../docker/actions/salvage/inspect.ts";
import { pickVolumes } from "../docker/actions/salvage/pick.ts";
import { proveDump } from "../docker/actions/salvage/prove.ts";
import { putBack } from "../docker/actions/salvage/put-back.ts";
import { reviewSalvage } from "../docker/actions/salvage/review.ts";
import { summariseSalvage } from "../docker/actions/salvage/summarise.ts";
import { surveyVolumes } from "../docker/actions/salvage/survey.ts";
import { checkPrograms } from "../archive/actions/scratch/check-programs.ts";
import { compareTables } from "../foundation/actions/scratch/compare-tables.ts";
import { deleteCopy } from "../archive/actions/scratch/delete-copy.ts";
import { dumpTables } from "../archive/actions/scratch/dump.ts";
import { recoverScratch } from "../archive/actions/scratch/recover.ts";
import { restoreScratch } from "../archive/actions/scratch/restore.ts";
import { reviewCopy } from "../archive/actions/scratch/review-copy.ts";
import { reviewScratch } from "../archive/actions/scratch/review.ts";
import { summariseTables } from "../foundation/actions/scratch/summarise.ts";
import { findEngine } from "../docker/actions/storage/engine.ts";
import { judgeStorage } from "../docker/actions/storage/judge.ts";
import { survey } from "../docker/actions/storage/survey.ts";

const ALL: Readonly<Record<string, AnyAction>> = {
  "platform.check": check,
  "discovery.find-deleted-instance": findDeletedInstance,
  "discovery.review-space": reviewSpace,
  "recovery.agree-batch": agreeBatch,
  "bosh.find-deployment": findDeployment,
  "docker.find-remains": findRemains,
  "docker.stop-old-instance": stopOldInstance,
  "archive.verify-source": verifySource,
  "cf.check-target": checkTarget,
  "archive.estimate": estimate,
  "cf.choose-way": chooseWay,
  "cf.create-space": createSpace,
  "cf.create-service": createService,
  "docker.locate-container": locateContainer,
  "archive.check-fresh": checkFresh,
  "postgres.check-version": checkVersion,
  "recovery.review": review,
  "docker.hold-restart": holdRestart,
  "docker.stop-container": stopContainer,
  "etcd.wait-keys-gone": waitKeysGone,
  "archive.set-aside": setAside,
  "archive.copy": copy,
  "etcd.set-initialize": setInitialize,
  "etcd.remove-optime": removeOptime,
  "docker.set-data-aside": setDataAside,
  "docker.copy-old-database": copyOldDatabase,
  "recovery.check-before-start": checkBeforeStart,
  "docker.start-container": startContainer,
  "recovery.prove-restored": proveRestored,
  "postgres.set-role-passwords": setRolePasswords,
  "cf.create-service-key": createServiceKey,
  "postgres.prove-login": proveLogin,
  "docker.release-restart": releaseRestart,
  "cf.review-apps": reviewApps,
  "cf.bind-app": bindApp,
  "cf.restart-app": restartApp,
  "cf.exchange-names": exchangeNames,
  "archive.wait-base-backup": waitBaseBackup,
  "archive.compare-source": compareSource,
  "recovery.summarise": summarise,
  "recovery.ask-owner": askOwner,
  "recovery.review-aside": reviewAside,
  "archive.delete-aside": deleteAsideObjects,
  "docker.delete-aside": deleteAsideDirectory,
  "drill.write-rows": writeRows,
  "drill.review": reviewLoss,
  "drill.delete-service": deleteDrillService,
  "drill.await-gone": awaitContainersGone,
  "drill.compare-rows": compareRows,
  "drill.summarise": summariseDrill,
  "cf.find-service": findService,
  "docker.find-leader": findLeader,
  "archive.judge-time": judgeTime,
  "postgres.close-segment": closeOpenSegment,
  "scratch.check-programs": checkPrograms,
  "postgres.count-tables": countLiving,
  "postgres.check-login": checkLogin,
  "scratch.review": reviewScratch,
  "scratch.restore": restoreScratch,
  "scratch.recover": recoverScratch,
  "scratch.compare-tables": compareTables,
  "scratch.dump": dumpTables,
  "postgres.make-schema": makeSchema,
  "postgres.load-tables": loadTables,
  "postgres.prove-tables": proveTables,
  "scratch.summarise": summariseTables,
  "scratch.review-copy": reviewCopy,
  "scratch.delete-copy": deleteCopy,
  "backup.find-archive": findArchive,
  "backup.judge": judgeBackup,
  "backup.look-at-rights": lookAtRights,
  "backup.compare-secondary": compareSecondary,
  "backup.check-machine": checkMachine,
  "backup.restore-test": restoreTest,
  "backup.conclude": conclude,
  "storage.engine": findEngine,
  "storage.survey": survey,
  "storage.judge": judgeStorage,
  "compose.survey": surveyStack,
  "compose.review": reviewMove,
  "compose.announce": announce,
  "compose.stop": stopStack,
  "compose.warm-copy": warmCopy,
  "compose.copy-data": copyService,
  "compose.prove-copy": proveCopy,
  "compose.set-aside": setContainerAside,
  "compose.edit-file": editFile,
  "compose.up": bringUp,
  "compose.prove-moved": proveMoved,
  "compose.by-hand": runByHand,
  "compose.check-http": checkHttp,
  "compose.summarise": summariseMove,
  "salvage.survey": surveyVolumes,
  "salvage.pick": pickVolumes,
  "salvage.check-room": checkRoom,
  "salvage.review": reviewSalvage,
  "salvage.copy": copyVolume,
  "salvage.inspect": inspectCopy,
  "salvage.choose": chooseDatabases,
  "salvage.dump": dumpDatabases,
  "salvage.prove": proveDump,
  "salvage.put-back": putBack,
  "salvage.clear": clearCopies,
  "salvage.summarise": summariseSalvage,
};

export const REGISTRY: ReadonlyMap<string, AnyAction> = new Map(Object.entries(ALL));
