/** Scratch databases on this machine: a directory for each run, PostgreSQL's own programs as child processes. */
import { createHash, randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import {
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { databaseAlone } from "../../../kit/commands/connection-string.ts";
import { CLIENTS } from "../../../kit/log-patterns/log-in.ts";
import type {
  DumpOrder,
  RestoredCopy,
  RestoreOrder,
  ScratchDatabases,
  ScratchFile,
  ScratchPrograms,
  ScratchServer,
  ScratchState,
  Standing,
} from "../../../ports/scratch-database.ts";
import { type Account, closedOn, serverAccount } from "./account.ts";
import * as at from "./place.ts";
import { type OpenSandbox, Programs, requireSuccess, socketDirectory } from "./programs.ts";
import { endServer, standingOf, startServer, stopServer } from "./server.ts";

/** Makes the data directory; a directory that is whole already is only described. */
export type RestoreData = (order: RestoreOrder & { readonly directory: string }) => Promise<RestoredCopy>;

export interface ScratchOptions {
  readonly restore: RestoreData;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly sandbox: OpenSandbox;
  /** Where places lie that nobody named. */
  readonly root: string;
}

export class LocalScratch implements ScratchDatabases {
  readonly #options: ScratchOptions;
  readonly #programs: Programs;

  constructor(options: ScratchOptions) {
    this.#options = options;
    this.#programs = new Programs(options);
  }

  placeOf(run: string): string {
    return join(this.#options.root, `dingo-recover-${run}`);
  }

  programs(directory: string): Promise<ScratchPrograms> {
    return this.#programs.all(directory);
  }

  async freeBytes(place: string): Promise<number> {
    return (await at.roomAt(place))?.bytes ?? (await this.freeBytes(dirname(place)));
  }

  async closedAbove(place: string): Promise<string | undefined> {
    return (await serverAccount()).as === undefined ? undefined : closedOn(dirname(place));
  }

  async look(place: string, run: string): Promise<ScratchState> {
    const strange = await at.strangeness(place);
    if (strange !== undefined) return { state: "foreign", evidence: strange };
    if (!(await at.isThere(place))) return { state: "absent" };
    const copy = await at.readCopy(place);
    if (copy === undefined) {
      const empty = (await readdir(place)).every((name) => name.startsWith("copy.json"));
      return empty ? { state: "absent" } : { state: "foreign", evidence: "nothing in it says whose it is" };
    }
    if (copy.run !== run) return { state: "foreign", owner: copy.run, evidence: `it belongs to run ${copy.run}` };
    const restored = await at.readRestored(place);
    if (restored !== undefined) return { state: "restored", copy, restored };
    const names = (await readdir(place)).filter((name) => name.startsWith("data")).join(", ");
    return { state: "begun", copy, evidence: names === "" ? "nothing is restored yet" : `there is ${names}` };
  }

  async restore(order: RestoreOrder): Promise<RestoredCopy> {
    const { place, run, archive, time, base } = order;
    const found = await this.look(place, run);
    if (found.state === "foreign") throw at.foreign(place, found.evidence);
    if (found.state === "restored") return found.restored;
    const account = await serverAccount();
    // Another account passes through, and sees nothing.
    await mkdir(place, { recursive: true, mode: account.as === undefined ? 0o700 : 0o711 });
    await chmod(place, account.as === undefined ? 0o700 : 0o711);
    await this.#claim(place, { run, archive, time, base });
    const restored = await this.#options.restore({ ...order, directory: at.dataOf(place) });
    await mkdir(at.outOf(place), { recursive: true, mode: 0o700 });
    await give(at.dataOf(place), account);
    await writeNote(at.restoredNote(place), { ...restored });
    return restored;
  }

  /** The note appears whole, and only if there is none: if two runs begin in one place at once, one of them gets it. */
  async #claim(place: string, copy: Readonly<Record<string, string>> & { readonly run: string }): Promise<void> {
    const note = at.copyNote(place);
    const own = `${note}.${randomUUID()}`;
    try {
      await writeNote(own, copy);
      const isThere = await at.isThere(note);
      const there = isThere ? await at.readCopy(place) : undefined;
      // One that is cut, as a broken disk leaves it, is nobody's.
      if (isThere && (there === undefined || there.run === copy.run)) await rename(own, note);
      else await linkNew(own, note);
    } finally {
      await rm(own, { force: true });
    }
    const found = await this.look(place, copy.run);
    if (found.state === "foreign") throw at.foreign(place, found.evidence);
  }

  start(server: ScratchServer): Promise<void> {
    return startServer(this.#programs, server);
  }

  standing(server: ScratchServer): Promise<Standing> {
    return standingOf(this.#programs, server);
  }

  stop({ place }: ScratchServer, how: "fast" | "at-once"): Promise<void> {
    return stopServer(place, how);
  }

  async said(place: string): Promise<readonly string[]> {
    const text = await at.orAbsent(() => endOfFile(at.logOf(place)));
    return (text ?? "").split("\n").filter((line) => line !== "");
  }

  async sql(server: ScratchServer, database: string, sql: string): Promise<readonly (readonly string[])[]> {
    const args = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", databaseAlone(database)];
    const result = await this.#programs.run(server, { name: "psql", args, stdin: sql });
    requireSuccess(result, "psql", server.place);
    return result.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t"));
  }

  async dump(server: ScratchServer, { database, tables }: DumpOrder): Promise<ScratchFile> {
    const file = at.dumpOf(server.place);
    await requireOwn(at.outOf(server.place));
    const named = tables.flatMap(({ schema, table }) => ["-t", `${pattern(schema)}.${pattern(table)}`]);
    const args = [...DUMP_OPTIONS, ...named, "-d", databaseAlone(database)];
    // Written by us, into a directory of ours: nothing that ran on the copy has a hand in it.
    const handle = await open(
      file,
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      const call = { name: "pg_dump", args, stdoutTo: handle.fd } as const;
      requireSuccess(await this.#programs.run(server, call), "pg_dump", server.place);
    } finally {
      await handle.close();
    }
    return await describeFile(file);
  }

  async dumpNowhere(server: ScratchServer, database: string, timeoutMs: number): Promise<void> {
    const nowhere = await open("/dev/null", "w");
    try {
      const args = ["-F", "p", "-d", databaseAlone(database)];
      const call = { name: "pg_dump", args, stdoutTo: nowhere.fd, timeoutMs } as const;
      requireSuccess(await this.#programs.run(server, call), "pg_dump", server.place);
    } finally {
      await nowhere.close();
    }
  }

  async unfitPages(server: ScratchServer, timeoutMs: number): Promise<readonly string[]> {
    const args = ["--check", "-D", at.dataOf(server.place)];
    const result = await this.#programs.run(server, { name: "pg_checksums", args, timeoutMs });
    const unfit = result.stderr.split("\n").filter((line) => CLIENTS.pageUnfit.says.test(line));
    if (unfit.length === 0) requireSuccess(result, "pg_checksums", server.place);
    return unfit.slice(0, MOST_UNFIT);
  }

  async dumped(place: string): Promise<ScratchFile | undefined> {
    const found = await at.orAbsent(() => describeFile(at.dumpOf(place)));
    return found ?? (await at.orAbsent(() => describeFile(at.textDumpOf(place))));
  }

  readDump(place: string): Promise<Uint8Array> {
    return readFile(at.dumpOf(place));
  }

  async remove(place: string, run: string): Promise<void> {
    const found = await this.look(place, run);
    if (found.state === "foreign") throw at.foreign(place, found.evidence);
    if (found.state === "absent") return;
    await endServer(place);
    await removeSocket(place);
    const note = at.copyNote(place);
    // The note that the copy is whole goes first, the note that names its run goes last.
    await rm(at.restoredNote(place), { force: true });
    for (const name of await readdir(place))
      if (join(place, name) !== note) await rm(join(place, name), { recursive: true, force: true });
    await rm(note, { force: true });
    // Another run may have begun here the moment the note was gone.
    await rmdir(place).catch(unlessTaken);
  }

  async moveAside(place: string, to: string): Promise<void> {
    if (await at.isThere(to)) throw at.foreign(to, "it is there already");
    await rename(place, to);
  }
}

/** A directory of the server's account in /tmp, if the place has too long a name. */
async function removeSocket(place: string): Promise<void> {
  const socket = socketDirectory(place);
  if (socket === at.dataOf(place)) return;
  const owner = (await serverAccount()).as?.uid ?? process.getuid?.();
  const found = await at.orAbsent(() => lstat(socket));
  if (found?.isDirectory() === true && found.uid === owner) await rm(socket, { recursive: true, force: true });
}

/** Of an earlier version it may belong to the server's account. */
async function requireOwn(directory: string): Promise<void> {
  const strange = await at.strangeness(directory);
  if (strange !== undefined) throw at.foreign(directory, strange);
}

/** The database that the dump is loaded into tells the rights; the account that loads it becomes the owner. */
const DUMP_OPTIONS = ["-F", "c", "-E", "UTF8", "-x", "--no-security-labels"] as const;

/** A name in double quotes is a pattern that fits itself alone. */
const pattern = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A note that is already there belongs to another run; `linkNew` leaves it, and a later look tells. */
async function linkNew(own: string, note: string): Promise<void> {
  try {
    await link(own, note);
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  }
}

function unlessTaken(thrown: unknown): void {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
  if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOENT") throw thrown;
}

async function writeNote(path: string, value: object): Promise<void> {
  const handle = await open(path, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(value));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A damaged disk has many. */
const MOST_UNFIT = 20;

/** A server that obeys a stranger may say as much as it likes. */
const MOST_SAID = 16 * 1024 * 1024;

async function endOfFile(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, MOST_SAID));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function describeFile(path: string): Promise<ScratchFile> {
  const { size } = await stat(path);
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return { path, bytes: size, sha256: hash.digest("hex") };
}

/** Everything below becomes the account's own; links are not followed. */
async function give(path: string, { as }: Account): Promise<void> {
  if (as === undefined) return;
  const info = await lstat(path);
  if (info.isDirectory()) for (const name of await readdir(path)) await give(join(path, name), { name: "", as });
  await (info.isSymbolicLink() ? lchown : chown)(path, as.uid, as.gid);
}
