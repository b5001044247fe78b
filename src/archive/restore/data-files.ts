/**
 * Writes the files of a data directory: 0600 and 0700 as PostgreSQL asks for them, each name once, and made durable in the
 * end, when the kernel has had time to write most of it by itself.
 */
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { once } from "../../kit/byte-queue.ts";
import { inParallel } from "../../kit/in-parallel.ts";

const FILE = 0o600;
const DIRECTORY = 0o700;
/** Node works on files with four threads, however many operations are asked for. */
const IN_FLIGHT = 8;

export class DataFiles {
  readonly #root: string;
  readonly #directories = new Map<string, Promise<unknown>>();
  readonly #files = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** `path` below the root; those above it are made too. */
  async directory(path: string): Promise<void> {
    const known = this.#directories.get(path);
    if (known !== undefined) {
      await known;
      return;
    }
    const made = mkdir(join(this.#root, path), { recursive: true, mode: DIRECTORY });
    this.#directories.set(path, made);
    await made;
  }

  /** Fails with EEXIST if there is anything of that name. `look` is called with the bytes of each piece. */
  async write(path: string, content: AsyncIterable<Uint8Array>, look?: (bytes: number) => void): Promise<void> {
    await this.directory(parentOf(path));
    const handle = await open(join(this.#root, path), "wx", FILE);
    this.#files.add(path);
    try {
      for await (const piece of content) {
        await writeAll(handle, piece);
        look?.(piece.length);
      }
    } finally {
      await handle.close();
    }
  }

  async text(path: string, text: string): Promise<void> {
    await this.write(path, once(Buffer.from(text)));
  }

  /** Of a file that is gone again. */
  forget(path: string): void {
    this.#files.delete(path);
  }

  /** Everything that was written is on disk, and every name too. */
  async settle(): Promise<void> {
    await this.#sync([...this.#files], this.#directories.keys());
  }

  /** These are on disk with their names, while others are still being written. */
  async settleSome(files: readonly string[], directories: Iterable<string> = []): Promise<void> {
    const parents = files.map((path) => parentOf(path));
    await this.#sync(files, new Set([...parents, ...directories]));
  }

  async #sync(files: readonly string[], below: Iterable<string>): Promise<void> {
    await inParallel(files, IN_FLIGHT, (path) => synced(join(this.#root, path)));
    for (const path of files) this.#files.delete(path);
    const directories = new Set(["", ...below]);
    for (const path of [...directories]) for (const above of ancestors(path)) directories.add(above);
    await inParallel([...directories], IN_FLIGHT, (path) => synced(join(this.#root, path)));
  }
}

/** "" for the root itself. */
export function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
}

export async function synced(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ancestors(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
}
