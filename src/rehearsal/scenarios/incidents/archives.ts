/** Archives that lack something, lie elsewhere or are encrypted: it is told before anything is created. */
import { archivePrefix, below } from "../../world/store.ts";
import { happen, pass } from "../../world/story.ts";
import { siteOf, type World } from "../../world/world.ts";
import { nothingCreatedComplaints, oldKeysComplaints, recoveredComplaints, unless } from "../endings.ts";
import { APP, EVERYTHING } from "../opening.ts";
import { faulty, FIRST_ERA, type Row } from "../row.ts";
import type { Closing, Opening } from "../scenario.ts";

const MINUTE = 60_000;
/** In the middle of the chain, well after the base backup. */
const MISSING_SEGMENT = "wal_005/000000010000000000000008.lzo";
const SYSID = /sysids\/sysid$/;
const THE_PROOF = ["the proof of the archive", "source", "system_id_source"] as const;
const WITHOUT_SYSID = "And somebody tidied up the bucket last week.";
/** Rows that came after the restart of `two-timelines`. */
const MORE = 10;

const withKey = (world: World): World => ({ ...world, network: { ...world.network, gpgKey: "0x3F5B52C19D03AA17" } });

export const ARCHIVES: readonly Row[] = [
  {
    // Its containers were made without a bucket: "Disabling wal-e archives".
    incident: 8,
    name: "no-archive",
    title: "The database was never archived",
    teaches: "If there is no archive, the tool says what it searched, before it creates anything.",
    story: { beforeCreation: faulty({ withoutArchive: true }), beforeDeletion: faulty({ withoutArchive: false }) },
    exitCode: 17,
    refused: ["not-restorable", "no object", "s3://our-postgresql-backups/backups/6e101b27"],
  },
  {
    incident: 9,
    name: "unfinished-backup",
    title: "The only base backup never finished",
    teaches:
      "A base backup counts only when its last object, the sentinel, was written. The tool refuses the parts alone.",
    story: { lacks: /_backup_stop_sentinel\.json$/ },
    exitCode: 17,
    refused: ["not-restorable", "whose upload never finished", "no finished base backup"],
  },
  {
    incident: 10,
    name: "wal-gap",
    title: "A WAL segment is missing in the middle",
    teaches:
      "PostgreSQL says nothing of a gap. The tool shows it before you agree, and refuses until you accept the loss.",
    story: { lacks: new RegExp(MISSING_SEGMENT) },
    // Without --accept-loss the operator does not give the segments up.
    answers: { "accept-loss": "no" },
    exitCode: 16,
    complaints: (closing) =>
      closing.exitCode === 0 ? recoveredComplaints(closing, rowsBefore(closing)) : nothingCreatedComplaints(closing),
    refused: [
      "loss-not-accepted",
      "12 segments (1 missing, 11 unreachable, stored from 20",
      "are lost: the recovered data end at 20",
      ", 77 min before the deletion at 20",
      "missing 000000010000000000000008",
      "--accept-loss 12",
    ],
  },
  {
    incident: 11,
    name: "inconsistent-backup",
    title: "WAL that the base backup itself needs is gone",
    teaches:
      "A base backup needs the WAL that was written during it. Without it nothing can be restored, so no loss can be accepted.",
    // The base begins and ends in its third segment.
    story: { lacks: /wal_005\/000000010000000000000002\.lzo$/ },
    exitCode: 17,
    refused: ["not-restorable", "WAL that it needs is missing: 000000010000000000000002"],
  },
  {
    // The base backup of the second timeline never finished.
    incident: 12,
    name: "two-timelines",
    title: "The archive has two timelines",
    teaches:
      "Each promotion begins a timeline. The tool follows them, and takes no border between two of them for a gap.",
    adds: ["The cell had been restarted in the afternoon, for what it is worth."],
    story: { beforeDeletion: restarted, lacks: /base_00000002[0-9A-F_]+_backup_stop_sentinel\.json$/ },
    rows: EVERYTHING + MORE,
    also: ({ world, old }) => {
      const wal = below(world, `${archivePrefix(old)}wal_005/`);
      const branches = wal.some(([key]) => key.endsWith("/00000002.history.lzo"));
      return unless(branches, "the archive has no second timeline");
    },
    says: [["the last segment", "source", "last_segment", "00000002"]],
    unsaid: (told) => {
      const { lost } = told.output("source");
      return unless(lost === 0, `${String(lost)} segments are said to be lost`);
    },
  },
  {
    incident: 13,
    name: "other-region",
    title: "The bucket lies in another region",
    teaches: "A bucket in another region is not an empty archive. The tool asks the store where the bucket lies.",
    story: {
      beforeCreation: (world) => {
        const network = { ...world.network, region: "eu-central-1", configuredRegion: "us-east-1" };
        return { ...world, network };
      },
    },
  },
  {
    // dingo.md §1.10, brokers up to 0.6.6: etcd keeps the key.
    incident: 21,
    name: "lost-system-identifier",
    title: "The archive has lost its system identifier, and etcd has kept it",
    teaches:
      "The key of the deleted instance in etcd is a second copy of the identifier. The tool reads it, and sets the new key from it.",
    adds: [`The application that uses it is "${APP}". ${WITHOUT_SYSID}`],
    story: { ...FIRST_ERA, lacks: SYSID },
    inputs: { apps: APP },
    also: oldKeysComplaints,
    says: [[...THE_PROOF, "/initialize in the etcd"]],
  },
  {
    // Nothing is left in etcd, but the old container printed its pg_controldata at each start.
    incident: 21,
    name: "system-identifier-in-logs",
    title: "The archive has lost its system identifier, and only the logs know it",
    teaches:
      "The old container printed its identifier at each start. The tool takes it from the logs, and compares it with the archive.",
    adds: [WITHOUT_SYSID],
    story: { lacks: SYSID },
    says: [[...THE_PROOF, "pg_controldata"]],
  },
  {
    incident: 21,
    name: "system-identifier-in-log-store",
    title: "The archive has lost its system identifier, and only the log store knows it",
    teaches: "The old container printed its identifier at each start. The tool finds it in Elasticsearch.",
    adds: [`${WITHOUT_SYSID} We keep no log files, but there is Elasticsearch.`],
    story: { lacks: SYSID, world: { collector: "log-store" } },
    says: [[...THE_PROOF, "logs-platform-", "pg_controldata"]],
  },
  {
    incident: 21,
    name: "missing-sysid",
    title: "The archive has no system identifier, and neither etcd nor a log knows it",
    teaches:
      "The tool reads the identifier out of the base backup. The WAL must confirm it before anything is created.",
    story: { lacks: SYSID, alters: brokersLogOnly },
    says: [[...THE_PROOF, "global/pg_control in basebackups_005/base_", "confirmed by the first page of wal_005/"]],
  },
  {
    // Nobody knows the identifier, and the backup that restores to it cannot be read from outside.
    incident: 21,
    name: "encrypted-archive-without-sysid",
    title: "The archive is encrypted and has lost its system identifier",
    teaches: "If nobody knows the identifier, nothing is created: the container would make an empty database.",
    adds: [`The backups of this platform are encrypted. ${WITHOUT_SYSID}`],
    story: { beforeCreation: withKey, lacks: SYSID, alters: brokersLogOnly },
    exitCode: 17,
    refused: ["not-restorable", "system identifier"],
  },
  {
    // By OpenPGP, as wal-e does when WALE_GPG_KEY_ID is set (dingo.md §3.2).
    incident: 27,
    name: "encrypted-archive",
    title: "The archive is encrypted, and the platform has lost the key",
    teaches:
      "A container without the key cannot restore an encrypted archive. The tool says so before it creates anything.",
    adds: ["Somebody remembers that the backups were encrypted before the last upgrade."],
    story: {
      beforeCreation: withKey,
      beforeDeletion: (world) => {
        const { gpgKey: _gone, ...network } = world.network;
        return { ...world, network };
      },
    },
    exitCode: 16,
    refused: ["does-not-fit", "OpenPGP", "WALE_GPG_KEY_ID"],
  },
  {
    incident: 27,
    name: "encrypted-archive-with-key",
    title: "The archive is encrypted, and so are those of today",
    teaches: "If the plan has the key, an encrypted archive is recovered like any other.",
    adds: ["The backups of this platform are encrypted."],
    story: { beforeCreation: withKey },
  },
];

/** Rows in the segments that lie before the gap, as the source archive itself has them. */
function rowsBefore({ world, old }: Closing): number {
  const reachable = below(world, `${archivePrefix(old)}wal_005/`)
    .filter(([key]) => key < archivePrefix(old) + MISSING_SEGMENT)
    .flatMap(([, { meaning }]) => (meaning.is === "wal" ? meaning.changes : []));
  return reachable.reduce((sum, change) => sum + (change.is === "rows" ? change.rows.length : 0), 0);
}

/** The daemon of the cell restarts; Patroni starts the database as a standby and promotes it. */
function restarted(world: World, scope: string): World {
  const cell = siteOf(world, scope)?.cell.ip ?? "";
  const again = pass(happen(world, MINUTE, { is: "daemon-restart", cell }), 3 * MINUTE);
  const at = again.now + MINUTE;
  const rows = Array.from({ length: MORE }, (_, index) => ({
    at,
    values: { id: 1_000 + index, item: `late-${index}`, created_at: new Date(at).toISOString() },
  }));
  const change = { is: "rows", at, table: "orders", rows } as const;
  return happen(again, MINUTE, { is: "write", scope, change, thenSwitch: true });
}

/** Containers print their identifier at each start; here nobody collected their output. */
function brokersLogOnly(opening: Opening): Opening {
  const syslog = opening.world.syslog.filter(({ program }) => !program.startsWith("docker/"));
  return { ...opening, world: { ...opening.world, syslog } };
}
