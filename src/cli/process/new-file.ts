/**
 * A file that comes whole under its name, or not at all. Only its owner may read it, unless told otherwise. The old
 * content stays until then, and no link under any name is written through.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
} from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf, OWNER_ONLY_FILE, syncDirectory, writeWhole } from "../../engine/journal/durable.ts";

/** No file system has to have second names: those of memory sticks have none. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

export class NewFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #descriptor: number;

  /** Empty, under a name that nobody guesses, beside the one that it is to have: whether it can be written is known then. */
  constructor(path: string) {
    this.#path = path;
    this.#temporary = join(dirname(path), `.dingo-recover-${randomBytes(8).toString("hex")}.part`);
    this.#descriptor = openSync(this.#temporary, "wx", OWNER_ONLY_FILE);
  }

  /** The whole of one. */
  static write(path: string, text: string, under: "publish" | "replace"): void {
    const file = new NewFile(path);
    try {
      file.fill(text);
      file[under]();
    } finally {
      file.close();
    }
  }

  fill(text: string): void {
    writeWhole(this.#descriptor, Buffer.from(text), null);
    fsyncSync(this.#descriptor);
  }

  /** With those who may read the one before, if that is of the same owner; if this cannot be, it stays its owner's alone. */
  shareAs({ uid, gid, mode }: Stats): void {
    const own = fstatSync(this.#descriptor);
    if (own.uid !== uid) return;
    try {
      if (own.gid !== gid) fchownSync(this.#descriptor, uid, gid);
      fchmodSync(this.#descriptor, mode & 0o777);
    } catch {
      // A group that its owner is not in, or a file system without modes.
    }
  }

  /** Fails if anything has the name. */
  publish(): void {
    try {
      linkSync(this.#temporary, this.#path);
    } catch (thrown) {
      const isFree = lstatSync(this.#path, { throwIfNoEntry: false }) === undefined;
      if (!isFree || !NO_LINKS.has(errnoOf(thrown) ?? "")) throw thrown;
      renameSync(this.#temporary, this.#path);
    }
    this.#named();
  }

  /** Takes the place of a file or a link that has the name. */
  replace(): void {
    renameSync(this.#temporary, this.#path);
    this.#named();
  }

  /** Of what has its name, only the other one. */
  close(): void {
    closeSync(this.#descriptor);
    rmSync(this.#temporary, { force: true });
  }

  #named(): void {
    try {
      syncDirectory(dirname(this.#path));
    } catch {
      // One that may be written and not read: the file is there.
    }
  }
}
