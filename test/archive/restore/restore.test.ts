import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restoreArchive, type RestoreProgress } from "../../../src/archive/restore/restore.ts";
import { socketDirectoryOf } from "../../../src/archive/restore/settings.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { refusal, restore, type Terms } from "./restore-archive.ts";
import { ALL, at, besides, text, placeToRestore } from "./place-to-restore.ts";
import {
  BASE,
  packed,
  partKey,
  RELEASES,
  realSegment,
  restorable,
  restorableByWalg,
  segmentOf,
  walKey,
} from "../restorable-archive.ts";
import { add, drop, OLD } from "../sample-archive.ts";
import { tarEntry, tarOf } from "../tar-builder.ts";

placeToRestore();

describe("restoring an archive", () => {
  it("makes the data directory of a base backup, readable by its user alone, and only reads the source", async () => {
    const store = restorable(ALL);
    const seen: RestoreProgress[] = [];
    const outcome = await restore(store, { progress: (progress) => seen.push(progress) });
    expect(text("PG_VERSION")).toBe("9.6\n");
    expect(readFileSync(at("base/1/112"))).toEqual(Buffer.alloc(8192, 1));
    expect(lstatSync(at()).mode & 0o777).toBe(0o700);
    expect(lstatSync(at("base/1")).mode & 0o777).toBe(0o700);
    expect(lstatSync(at("base/1/112")).mode & 0o777).toBe(0o600);
    for (const directory of ["pg_xlog/archive_status", "pg_tblspc", "pg_replslot", "pg_logical/snapshots"])
      expect(lstatSync(at(directory)).isDirectory()).toBe(true);
    expect(readdirSync(besides())).toEqual(["data"]);
    expect(store.changes).toEqual([]);
    expect(seen.at(-1)).toMatchObject({ phase: "disk", bytes: outcome.bytes, of: outcome.bytes });
  });

  it("lays the WAL of the course beside it, and the settings that recover from it", async () => {
    const outcome = await restore(restorable(ALL));
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([15, 16, 17].map(segmentOf));
    for (const number of [15, 16, 17])
      expect(readFileSync(at("dingo-recover/wal", segmentOf(number))).equals(realSegment("9.6", number))).toBe(true);
    expect(text("recovery.conf")).toBe(
      `restore_command = 'sh dingo-recover/restore-wal "%f" "%p"'\nrecovery_target_timeline = '1'\n`,
    );
    const auto = text("postgresql.auto.conf");
    for (const line of [
      "archive_mode = off",
      "max_connections = 123",
      "max_prepared_transactions = 2",
      "hot_standby = off",
    ])
      expect(auto).toContain(`${line}\n`);
    expect(auto).toContain(`unix_socket_directories = '${at()}'`);
    expect(auto).not.toContain("restore_command");
    expect(existsSync(at("recovery.signal"))).toBe(false);
    expect(outcome.wal.lastCommit).toBe(BigInt(Date.parse("2026-11-22T00:52:38.322Z")) * 1000n + 203n);
  });

  it("of PostgreSQL 12 and later has a signal file and its settings with the others", async () => {
    await restore(restorable({ ...ALL, release: RELEASES["13"] }), { targetTime: new Date("2026-11-22T00:54:31Z") });
    expect(text("recovery.signal")).toBe("");
    expect(existsSync(at("recovery.conf"))).toBe(false);
    const auto = text("postgresql.auto.conf");
    expect(auto).toContain("max_wal_senders = 3\n");
    expect(auto).toContain("recovery_target_timeline = '1'\n");
    expect(auto).toContain("recovery_target_time = '2026-11-22 00:54:31.000+00'\n");
    expect(auto).toContain("recovery_target_action = 'promote'\n");
    expect(existsSync(at("pg_wal/archive_status"))).toBe(true);
  });

  it("of WAL-G, in its own packing and with its own names, is the same", async () => {
    const outcome = await restore(restorableByWalg());
    expect(text("PG_VERSION")).toBe("13\n");
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([15, 16, 17].map(segmentOf));
    expect(outcome.base.putAside).toEqual(["tablespace_map"]);
  });
});

describe("the restore command", () => {
  it.each([
    ["the caller's", process.env],
    ["one without the system's programs", { PATH: "/nowhere" }],
  ])(
    "gives what is there, says 1 for what never was, and stops the server if something planned is gone: PATH is %s",
    async (_whose, env) => {
      const command = (name: string): number | null =>
        spawnSync("/bin/sh", ["dingo-recover/restore-wal", name, "pg_xlog/RECOVERYXLOG"], { cwd: at(), env }).status;
      await restore(restorable(ALL));
      expect(command(segmentOf(15))).toBe(0);
      expect(readFileSync(at("pg_xlog/RECOVERYXLOG")).equals(realSegment("9.6", 15))).toBe(true);
      expect(command(segmentOf(18))).toBe(1);
      expect(command("00000002.history")).toBe(1);
      rmSync(at("dingo-recover/wal", segmentOf(16)));
      expect(command(segmentOf(16))).toBe(126);
      rmSync(at("pg_xlog"), { recursive: true });
      expect(command(segmentOf(15))).toBe(126);
    },
  );

  it("is understood by a plain shell", async () => {
    await restore(restorable());
    expect(() => execFileSync("sh", ["-n", at("dingo-recover/restore-wal")])).not.toThrow();
  });
});

describe("a restore to a moment", () => {
  const to = (time: string): Terms => ({ targetTime: new Date(time) });

  it("brings no more WAL than leads behind that moment, and tells the last commit before it", async () => {
    const outcome = await restore(restorable(ALL), to("2026-11-22T00:52:35Z"));
    expect(outcome.wal.lastCommit).toBe(BigInt(Date.parse("2026-11-22T00:52:33.939Z")) * 1000n + 522n);
    expect(outcome.wal.beyondTarget).toBe(true);
    expect(text("recovery.conf")).toContain("recovery_target_time = '2026-11-22 00:52:35.000+00'");
    expect(text("recovery.conf")).toContain("recovery_target_action = 'promote'");
  });

  it("is refused before the base backup had ended, and behind what the archive reaches", async () => {
    expect(await refusal(restorable(ALL), to("2026-11-22T00:52:29Z"))).toMatchObject({ code: "not-restorable" });
    expect(await refusal(restorable(ALL), to("2026-11-22T09:00:00Z"))).toMatchObject({ code: "not-restorable" });
  });

  it("is refused behind the last commit, if PostgreSQL 13 would stop", async () => {
    const error = await refusal(restorable(ALL), to("2026-11-22T00:52:39Z"));
    expect(error).toMatchObject({ code: "not-restorable" });
    expect(String(error)).toContain("2026-11-22T00:52:38.322203Z");
  });
});

describe("a base backup that is not whole", () => {
  it.each([
    ["has lost a part", (store: MemoryObjectStore) => drop(store, partKey(1))],
    ["has an empty part", (store: MemoryObjectStore) => add(store, partKey(1), "")],
    [
      "has a part that is cut",
      (store: MemoryObjectStore) => add(store, partKey(1), packed(tarOf(tarEntry("x"))).subarray(0, 60)),
    ],
    [
      "has another part in the place of one",
      (store: MemoryObjectStore) => add(store, partKey(1), packed(tarOf(tarEntry("x")))),
    ],
    ["has lost the segment that it begins in", (store: MemoryObjectStore) => drop(store, walKey(15))],
    [
      "has a sentinel that is cut",
      (store: MemoryObjectStore) => add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, "{"),
    ],
  ])("is refused if it %s, and nothing is left", async (_what, spoil) => {
    const store = restorable();
    spoil(store);
    expect(await refusal(store)).toMatchObject({ code: "not-restorable" });
  });

  it.each(["PG_VERSION", "global/pg_control", "backup_label"] as const)("is refused without %s", async (without) => {
    const error = await refusal(restorable({ without }));
    expect(error).toMatchObject({ code: "not-restorable" });
    expect(String(error)).toContain(without);
  });

  it("is refused if its files are larger or smaller than its sentinel says", async () => {
    const more = [tarEntry("base/1/113", { content: "x".repeat(1000) })];
    for (const expanded of [16_000, 18_000]) {
      const error = await refusal(restorable({ more, expanded }));
      expect(error).toMatchObject({ code: "not-restorable" });
    }
  });

  it("is refused with one flipped bit in a part", async () => {
    const store = restorable();
    const part = Buffer.from(store.bucket("our-postgresql-backups").get(`${OLD.prefix}/${partKey(1)}`)?.bytes ?? []);
    part[300] = (part[300] ?? 0) ^ 1;
    add(store, partKey(1), part);
    expect(await refusal(store)).toMatchObject({ code: "not-restorable", place: `${OLD.prefix}/${partKey(1)}` });
  });

  it("is refused with a key that says what it needs if it is encrypted", async () => {
    const store = restorable();
    add(store, partKey(1), Buffer.concat([Uint8Array.of(0x84, 0x8c, 0x03), Buffer.alloc(500, 0x41)]));
    // The files that came are kept: with the key the same restore goes on.
    await expect(restore(store)).rejects.toMatchObject({
      code: "key-unusable",
      remedy: expect.stringContaining("gpg") as string,
    });
  });

  it("is refused if its files are of another cluster than its archive", async () => {
    const store = restorable({ release: { ...RELEASES["9.6"], systemId: 6262740190985621594n } });
    expect(await refusal(store)).toMatchObject({ code: "not-restorable" });
  });
});

describe("members that mean harm", () => {
  it.each([
    ["leads above the directory", tarEntry("../evil", { content: "x" })],
    ["leads above it in the middle", tarEntry("base/../../evil", { content: "x" })],
    ["is absolute", tarEntry("/etc/evil", { content: "x" })],
    ["comes twice", tarEntry("PG_VERSION", { content: "9.6\n" })],
    ["is a hard link", tarEntry("base/evil", { type: "1", link: "/etc/passwd" })],
    ["has a file for a directory", tarEntry("PG_VERSION/evil", { content: "x" })],
    ["is a file in the place of a directory", tarEntry("base/1", { content: "x" })],
    ["is a file in the place of the data directory", tarEntry(".", { content: "x" })],
    ["is a file in the place of a tablespace", tarEntry("pg_tblspc/16384", { content: "x" })],
    ["is a directory in the place of the settings", tarEntry("postgresql.conf/x", { content: "x" })],
    ["has a name that no disk takes", tarEntry("././@LongLink", { type: "L", content: "y".repeat(300) })],
  ])("are refused: one that %s", async (_what, entry) => {
    const error = await refusal(restorable({ more: [entry] }));
    expect(error).toMatchObject({ code: "not-restorable" });
    expect(existsSync(join(dirname(besides()), "evil"))).toBe(false);
  });

  it("are no links in the place of settings: those of the restore are in force", async () => {
    const more = [
      tarEntry("postgresql.base.conf", { content: "port = 1\n" }),
      tarEntry("postgresql.conf", { type: "2", link: "postgresql.base.conf" }),
    ];
    await restore(restorable({ more }));
    expect(lstatSync(at("postgresql.conf")).isFile()).toBe(true);
    expect(text("postgresql.base.conf")).toBe("port = 1\n");
  });

  it("are refused if they unpack to more than the backup has", async () => {
    const store = restorable();
    add(store, partKey(1), packed(tarOf(tarEntry("bomb", { content: Buffer.alloc(50_000_000) }))));
    expect(String(await refusal(store))).toContain("more than the backup holds");
  });

  it("are links that are not made: out of the directory, or where a file is; nothing is written through one", async () => {
    const more = [
      tarEntry("pg_log", { type: "2", link: "/var/log" }),
      tarEntry("pg_log/evil", { content: "x" }),
      tarEntry("up", { type: "2", link: "base/../.." }),
      tarEntry("base/out", { type: "2", link: "../../x" }),
      tarEntry("base/in", { type: "2", link: "../PG_VERSION" }),
    ];
    const outcome = await restore(restorable({ more }));
    expect([...outcome.base.linksLeftOut].sort()).toEqual(["base/out", "pg_log", "up"]);
    expect(lstatSync(at("pg_log")).isDirectory()).toBe(true);
    expect(readlinkSync(at("base/in"))).toBe("../PG_VERSION");
  });
});

describe("what belonged to the old host", () => {
  it("is put aside or left out: settings, signals, locks, slots, old WAL", async () => {
    const more = [
      "postgresql.auto.conf",
      "postgresql.conf",
      "pg_hba.conf",
      "recovery.conf",
      "postmaster.pid",
      "standby.signal",
      "pg_replslot/old/state",
      "pg_xlog/000000010000000000000001",
      "dingo-recover/planned",
    ].map((name) => tarEntry(name, { content: `old ${name}` }));
    const outcome = await restore(restorable({ more }));
    expect([...outcome.base.putAside].sort()).toEqual([
      "pg_hba.conf",
      "postgresql.auto.conf",
      "postgresql.conf",
      "recovery.conf",
    ]);
    expect(text("dingo-recover/from-the-archive/postgresql.auto.conf")).toBe("old postgresql.auto.conf");
    expect(text("postgresql.auto.conf")).not.toContain("old postgresql");
    for (const path of ["postmaster.pid", "standby.signal", "pg_replslot/old", `pg_xlog/${segmentOf(1)}`])
      expect(existsSync(at(path))).toBe(false);
    expect(text("dingo-recover/planned")).toBe(`${segmentOf(15)}\n`);
  });

  it("is if a tablespace lay: its files come along, behind a link of its number", async () => {
    const more = [
      tarEntry("pg_tblspc/16384", { type: "2", link: "/mnt/fast" }),
      tarEntry("pg_tblspc/16384/PG_9.6_201608131/1/2", { content: "rows" }),
      tarEntry("tablespace_map", { content: "16384 /mnt/fast\n" }),
    ];
    await restore(restorable({ more }));
    expect(readlinkSync(at("pg_tblspc/16384"))).toBe("../dingo-recover/tablespaces/16384");
    expect(text("pg_tblspc/16384/PG_9.6_201608131/1/2")).toBe("rows");
    expect(existsSync(at("tablespace_map"))).toBe(false);
  });
});

describe("the directory of a restore", () => {
  it("may be there and empty, but holds nothing that could be overwritten", async () => {
    mkdirSync(at());
    await restore(restorable());
    await expect(restore(restorable())).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(text("PG_VERSION")).toBe("9.6\n");
  });

  it("is refused before anything is brought if it is a link or no directory", async () => {
    mkdirSync(besides("real"));
    symlinkSync("real", at());
    await expect(restore(restorable())).rejects.toMatchObject({ code: "target-not-fresh" });
    rmSync(at());
    writeFileSync(at(), "x");
    await expect(restore(restorable())).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(readdirSync(besides()).sort()).toEqual(["data", "real"]);
  });

  it.skipIf(!existsSync("/dev/shm"))("may lie behind a link, be it to another disk", async () => {
    const disk = mkdtempSync("/dev/shm/restore-");
    symlinkSync(disk, besides("link"));
    mkdirSync(join(disk, "data"));
    const plan = planRestore(await readArchive(restorable().reader(), OLD, { times: true }));
    await restoreArchive(restorable().reader(), plan, { directory: besides("link", "data") });
    expect(readFileSync(join(disk, "data/PG_VERSION"), "utf8")).toBe("9.6\n");
    rmSync(disk, { recursive: true });
  });

  it.each([
    ["/srv/a b'c\"d", "/srv/a b'c\"d"],
    ["/srv/a,b", "/tmp"],
    ["/srv/a\nb", "/tmp"],
    ["/srv/b ", "/tmp"],
    [`/${"long/".repeat(20)}`, "/tmp"],
  ])("%j has its socket in %j", (directory, socket) => expect(socketDirectoryOf(directory)).toBe(socket));

  it("is begun anew if a restore was killed, and left alone if something else lies or works there", async () => {
    const partial = besides("data.partial");
    mkdirSync(join(partial, "dingo-recover"), { recursive: true });
    writeFileSync(join(partial, "left"), "over");
    await expect(restore(restorable())).rejects.toMatchObject({ code: "target-not-fresh" });
    const mark = join(partial, "dingo-recover/restoring.json");
    writeFileSync(mark, JSON.stringify({ pid: process.ppid, host: hostname() }));
    await expect(restore(restorable())).rejects.toMatchObject({ code: "locked" });
    writeFileSync(mark, JSON.stringify({ pid: 2 ** 30, host: hostname() }));
    await restore(restorable());
    expect(existsSync(at("left"))).toBe(false);
    expect(readdirSync(besides())).toEqual(["data"]);
  });

  it("is refused if the disk has no room, before anything is written", async () => {
    const store = restorable();
    const plan = planRestore(await readArchive(store.reader(), OLD, { times: true }));
    const large = { ...plan, expandedBytes: 900_000_000_000_000 };
    const refused = restoreArchive(store.reader(), large, { directory: at() });
    await expect(refused).rejects.toMatchObject({ code: "does-not-fit" });
    expect(readdirSync(besides())).toEqual([]);
  });

  it("is not made if the restore is stopped, or the store fails", async () => {
    const stopped = refusal(restorable(), { signal: AbortSignal.abort(new Error("stopped")) });
    expect(String(await stopped)).toContain("stopped");
    const store = restorable();
    const facts = await readArchive(store.reader(), OLD, { times: true });
    store.refusals.set("stream", "unreachable");
    const plan = planRestore(facts);
    await expect(restoreArchive(store.reader(), plan, { directory: at() })).rejects.toMatchObject({
      code: "unreachable",
    });
    expect(readdirSync(besides())).toEqual([]);
  });
});
