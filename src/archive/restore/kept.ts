/**
 * Notes the parts of a restore that are on disk for good, in a file beside it. It has one line for each tar file and
 * each segment, written when the bytes were made durable. A restore that was stopped goes on from there. A file is not
 * taken for whole because it exists: if no line names it, or its line has another size, it is removed and fetched
 * again.
 */
import { appendFile, lstat, open, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectInfo } from "../../ports/object-store.ts";
import { crc32c } from "../wal/crc32c.ts";
import { synced } from "./data-files.ts";
import { OWN_DIRECTORY } from "../tar/place.ts";

/** The contents of one tar file. Paths lie below the data directory. */
export interface TarNotes {
  readonly bytes: number;
  readonly files: readonly (readonly [path: string, size: number])[];
  readonly directories: readonly string[];
  readonly links: readonly (readonly [path: string, target: string])[];
  readonly linksLeftOut: readonly string[];
  readonly putAside: readonly string[];
  readonly tablespaces: readonly string[];
}

/** Of which archive, and from which base backup; with others, nothing that is there is of use. */
export interface Undertaking {
  readonly source: string;
  readonly base: string;
}

type Entry =
  | ({ readonly kind: "tar"; readonly key: string; readonly etag: string } & TarNotes)
  | { readonly kind: "wal"; readonly key: string; readonly etag: string; readonly path: string; readonly size: number };

/** Another form of the lines is another schema: then a restore begins anew. */
const SCHEMA = "dingo-recover/restoring@1";
const FILE = `${OWN_DIRECTORY}/restored.jsonl`;

export class Kept {
  readonly #root: string;
  readonly #tars = new Map<string, TarNotes>();
  readonly #wal = new Set<string>();
  /** Bytes that were there before. */
  bytes = 0;
  #isEmpty = true;

  private constructor(root: string) {
    this.#root = root;
  }

  static async begin(root: string, undertaking: Undertaking): Promise<Kept> {
    const handle = await open(join(root, FILE), "wx", 0o600);
    await handle.write(lineOf({ schema: SCHEMA, ...undertaking }));
    await handle.sync();
    await handle.close();
    await synced(join(root, OWN_DIRECTORY));
    return new Kept(root);
  }

  /**
   * Undefined when nothing there can be of use. Removes every file and link that is not known to be whole, or that is
   * not wanted.
   */
  static async resume(
    root: string,
    { source, base }: Undertaking,
    { spare, isWanted }: { readonly spare: readonly string[]; readonly isWanted: (object: Named) => boolean },
  ): Promise<Kept | undefined> {
    const text = await readFile(join(root, FILE), "utf8").catch(() => undefined);
    // A kill can cut the last line.
    const [first = "", ...lines] = (text ?? "").split("\n").slice(0, -1);
    if (`${first}\n` !== lineOf({ schema: SCHEMA, source, base })) return undefined;
    const kept = new Kept(root);
    const whole = new Set([FILE, ...spare]);
    for (const line of lines) {
      const entry = entryIn(line);
      if (entry !== undefined && isWanted(entry) && (await kept.#isWhole(entry))) kept.#take(entry, whole);
    }
    if (kept.#isEmpty) return undefined;
    await removeOthers(root, whole);
    return kept;
  }

  /** Nothing of it would spare a later restore any work. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Of a tar file that is on disk as the object that is there now. */
  tar(info: ObjectInfo): TarNotes | undefined {
    return this.#tars.get(nameOf(info));
  }

  hasSegment(info: ObjectInfo): boolean {
    return this.#wal.has(nameOf(info));
  }

  async addTar({ key, etag }: ObjectInfo, notes: TarNotes): Promise<void> {
    await this.#append([{ kind: "tar", key, etag, ...notes }]);
  }

  async addSegments(
    segments: readonly { readonly info: ObjectInfo; readonly path: string; readonly size: number }[],
  ): Promise<void> {
    await this.#append(
      segments.map(({ info: { key, etag }, path, size }) => ({ kind: "wal", key, etag, path, size }) as const),
    );
  }

  async #append(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const path = join(this.#root, FILE);
    await appendFile(path, entries.map(lineOf).join(""));
    await synced(path);
    this.#isEmpty = false;
  }

  async #isWhole(entry: Entry): Promise<boolean> {
    for (const [path, size] of filesOf(entry)) {
      const found = await lstat(join(this.#root, path)).catch(() => undefined);
      if (found?.isFile() !== true || found.size !== size) return false;
    }
    return true;
  }

  #take(entry: Entry, whole: Set<string>): void {
    for (const [path, size] of filesOf(entry)) {
      whole.add(path);
      this.bytes += size;
    }
    if (entry.kind === "tar") this.#tars.set(nameOf(entry), entry);
    else this.#wal.add(nameOf(entry));
    this.#isEmpty = false;
  }
}

/** Its file, below the directory. */
export const KEPT_FILE = FILE;

/** An object as it was seen: rewritten, it is another one. */
export type Named = Pick<ObjectInfo, "key" | "etag">;

export const nameOf = ({ key, etag }: Named): string => `${etag} ${key}`;

const filesOf = (entry: Entry): readonly (readonly [string, number])[] =>
  entry.kind === "tar" ? entry.files : [[entry.path, entry.size]];

const sumOf = (json: string): string => crc32c(Buffer.from(json)).toString(16);

function lineOf(value: object): string {
  const json = JSON.stringify(value);
  return `${sumOf(json)} ${json}\n`;
}

/** Undefined for a line that was not written whole by this program. */
function entryIn(line: string): Entry | undefined {
  const [sum = ""] = line.split(" ", 1);
  const json = line.slice(sum.length + 1);
  return sumOf(json) === sum ? (JSON.parse(json) as Entry) : undefined;
}

/** Directories stay: the restore makes the same ones. */
async function removeOthers(root: string, whole: ReadonlySet<string>, below = ""): Promise<void> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await removeOthers(root, whole, path);
    else if (!whole.has(path)) await unlink(join(root, path));
  }
}
