/**
 * The rehearser's machine at one instant: the places of runs, and which servers ran on them. Files of a data directory
 * are never changed in place by the rehearsal's server, so that links to them keep the former content.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Laptop } from "../../src/rehearsal/supervisor/laptop.ts";

export interface LaptopPhoto {
  readonly directory: string;
  /** Names of the places on which a server ran. */
  readonly servers: readonly string[];
}

const PLACE = /^dingo-recover-\d{8}-/;
const placesIn = (directory: string): readonly string[] => readdirSync(directory).filter((name) => PLACE.test(name));

/** Photographs in a directory of their own; two between which nothing has changed are one. */
export class LaptopAlbum {
  readonly #temporary: string;
  readonly #directory: string;
  #last: { readonly photo: LaptopPhoto; readonly seen: string } | undefined;
  #taken = 0;

  constructor(temporary: string, directory: string) {
    this.#temporary = temporary;
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  take(): LaptopPhoto {
    const servers = placesIn(this.#temporary).filter((name) => isServed(join(this.#temporary, name)));
    const seen = JSON.stringify([servers, ...signature(this.#temporary)]);
    if (this.#last?.seen === seen) return this.#last.photo;
    this.#taken += 1;
    const directory = join(this.#directory, String(this.#taken));
    mkdirSync(directory);
    for (const name of placesIn(this.#temporary)) copyTree(join(this.#temporary, name), join(directory, name), false);
    const photo = { directory, servers };
    this.#last = { photo, seen };
    return photo;
  }
}

/** Everything that a change of a file changes. */
function signature(directory: string): readonly string[] {
  return placesIn(directory).flatMap((name) =>
    readdirSync(join(directory, name), { recursive: true, encoding: "utf8" }).map((path) => {
      const { ino, size, mtimeMs } = lstatSync(join(directory, name, path));
      return `${name}/${path} ${ino} ${size} ${mtimeMs}`;
    }),
  );
}

function isServed(place: string): boolean {
  const file = join(place, "data/postmaster.pid");
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : 0;
  try {
    return pid > 1 && readlinkSync(`/proc/${pid}/cwd`) !== "";
  } catch {
    return false;
  }
}

/** Files of data directories as links, all others as copies; owners and modes as they are. */
function copyTree(from: string, to: string, isData: boolean): void {
  const { mode, uid, gid } = lstatSync(from);
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target, isData || entry.name === "data");
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (isData) linkSync(source, target);
    else copyFile(source, target);
  }
  own(to, { mode, uid, gid });
}

function copyFile(source: string, target: string): void {
  copyFileSync(source, target);
  own(target, lstatSync(source));
}

function own(path: string, { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number }) {
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}

const LONGEST_MS = 5_000;
const POLL_MS = 5;

/** Makes the machine look like that again, servers included. */
export async function layOutPhoto({ directory, servers }: LaptopPhoto, laptop: Laptop): Promise<void> {
  for (const name of placesIn(directory)) {
    const place = join(laptop.temporary, name);
    copyTree(join(directory, name), place, false);
    // Of the process that was photographed.
    rmSync(join(place, "data/postmaster.pid"), { force: true });
    if (servers.includes(name)) await serve(join(place, "data"), laptop);
  }
}

async function serve(data: string, { programs }: Laptop): Promise<void> {
  const { uid, gid } = lstatSync(data);
  const child = spawn(join(programs, "postgres"), ["-D", data, "-c", `unix_socket_directories=${data}`], {
    ...{ cwd: "/", detached: true, stdio: "ignore", env: {} },
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
  child.unref();
  for (let waited = 0; !existsSync(join(data, "postmaster.pid")); waited += POLL_MS) {
    if (waited > LONGEST_MS) throw new Error(`no server came up on ${data}`);
    await delay(POLL_MS);
  }
}

/** The part that must be the same in the end, as lines. */
export function laptopEssence(temporary: string): readonly string[] {
  return placesIn(temporary).flatMap((name) => {
    const place = join(temporary, name);
    const state = isServed(place) ? "a server runs" : "no server runs";
    const dump = digestOf(join(place, "out/tables.dump"));
    const tables = digestOf(join(place, "data/stand-in.json"));
    const names = readdirSync(place).sort().join(" ");
    return [`laptop/${kindOf(name)}: ${state}; ${names}; dump ${dump}; database ${tables}`];
  });
}

const kindOf = (name: string): string => name.replace(/^dingo-recover-[^.]*/, "<place>");

function digestOf(path: string): string {
  return existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16) : "none";
}
