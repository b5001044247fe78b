/** Puts the members of a base backup's tar files into place. */
import { lstat, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Damaged } from "../../kit/damaged.ts";
import { type DataFiles, parentOf } from "./data-files.ts";
import type { TarNotes } from "./kept.ts";
import { heldTwice, OWN_DIRECTORY, type Place, placeOf, staysInside, TABLESPACES } from "../tar/place.ts";
import type { TarMember } from "../tar/members.ts";

export interface BaseTerms {
  readonly files: DataFiles;
  /** WAL-G writes every name with a slash before it. */
  readonly rooted: boolean;
  /** No more than this may come: the size that the backup itself names. */
  readonly most: number;
  /** Called before a file is written, with the bytes of all of them: throws if the disk has no room for them. */
  readonly requireRoom: (bytes: number) => void;
  readonly look: (bytes: number) => void;
}

/** Where the settings of the old host lie in the end. */
export const ASIDE_DIRECTORY = `${OWN_DIRECTORY}/from-the-archive`;

/** Ten million files have names of that length together, and the links of a data directory can be counted by hand. */
const MOST_NAME_BYTES = 256 * 1024 * 1024;

export class BaseMembers {
  readonly #terms: BaseTerms;
  readonly #links: (readonly [path: string, target: string])[] = [];
  readonly #seen = new Set<string>();
  readonly #tablespaces = new Set<string>();
  /** Of the files in place: names and targets of links are held until the end, sizes are not. */
  #nameBytes = 0;
  #fileBytes = 0;
  /** Sum of the sizes of all members, those left out too, as the sentinel names it. */
  bytes = 0;
  /** Names of links that would have led out of the directory: they are not made. */
  readonly linksLeftOut: string[] = [];
  readonly putAside: string[] = [];

  constructor(terms: BaseTerms) {
    this.#terms = terms;
  }

  get rooted(): boolean {
    return this.#terms.rooted;
  }

  has(path: string): boolean {
    return this.#seen.has(path);
  }

  /** Of one tar file; several can be read at once. */
  tar(): TarMembers {
    const notes = new Notes();
    return { notes, put: (member, body) => this.#put(notes, member, body) };
  }

  /** Those of a tar file that an earlier restore has brought to disk. */
  async adopt({ bytes, files, directories, ...notes }: TarNotes): Promise<void> {
    this.bytes += bytes;
    for (const path of directories) await this.#terms.files.directory(path);
    for (const [path, size] of files) {
      this.#fileBytes += size;
      this.#seen.add(withoutAside(path));
      await this.#terms.files.directory(parentOf(path));
    }
    for (const [path] of notes.links) this.#seen.add(path);
    this.#links.push(...notes.links);
    this.linksLeftOut.push(...notes.linksLeftOut);
    this.putAside.push(...notes.putAside);
    for (const number of notes.tablespaces) this.#tablespaces.add(number);
  }

  /** Throws Damaged if a member has no place, comes twice, or more comes than the backup holds. */
  async #put(notes: Notes, member: TarMember, body: AsyncIterable<Uint8Array>): Promise<void> {
    const place = placeOf(member.name, this.#terms.rooted);
    this.bytes += member.size;
    notes.bytes += member.size;
    if (this.bytes > this.#terms.most) throw new Damaged("too-large", "it unpacks to more than the backup holds");
    if (place.kind === "leave-out") return;
    this.#nameBytes += place.path.length + member.link.length;
    if (this.#nameBytes > MOST_NAME_BYTES) throw new Damaged("too-large", "it holds more names than any backup");
    if (place.kind === "tablespace") this.#tablespaces.add(place.tablespace);
    if (place.kind === "tablespace") notes.tablespaces.push(place.tablespace);
    // The link that a tablespace was behind; where it led to is another host's.
    if (place.kind === "tablespace" && member.kind === "link") return;
    // Settings in other files of the old host. A file of the archive itself comes as a separate member.
    if (place.kind === "aside" && member.kind === "link") return;
    if (member.kind === "directory") return await this.#directory(notes, place.path);
    if (this.#seen.has(place.path)) throw heldTwice(place.path);
    this.#seen.add(place.path);
    if (member.kind === "link") return this.#remember(notes, place.path, member.link);
    await this.#file(notes, place, { size: member.size, body });
  }

  async #directory(notes: Notes, path: string): Promise<void> {
    notes.directories.push(path);
    await this.#terms.files.directory(path);
  }

  async #file(
    notes: Notes,
    place: Place,
    { size, body }: { readonly size: number; readonly body: AsyncIterable<Uint8Array> },
  ): Promise<void> {
    this.#fileBytes += size;
    this.#terms.requireRoom(this.#fileBytes);
    const isAside = place.kind === "aside";
    if (isAside) this.putAside.push(place.path);
    if (isAside) notes.putAside.push(place.path);
    const path = isAside ? `${ASIDE_DIRECTORY}/${place.path}` : place.path;
    await this.#terms.files.write(path, body, this.#terms.look);
    notes.files.push([path, size]);
  }

  #remember(notes: Notes, path: string, target: string): void {
    if (!staysInside(path, target)) {
      this.linksLeftOut.push(path);
      notes.linksLeftOut.push(path);
      return;
    }
    this.#links.push([path, target]);
    notes.links.push([path, target]);
  }

  get tablespaces(): readonly string[] {
    return [...this.#tablespaces];
  }

  /** When every file is written: nothing is written through a link. */
  async makeLinks(root: string): Promise<void> {
    for (const number of this.#tablespaces) {
      await this.#terms.files.directory(`${TABLESPACES}/${number}`);
      await this.#terms.files.directory("pg_tblspc");
      await symlink(`../${TABLESPACES}/${number}`, join(root, "pg_tblspc", number));
    }
    const real = await realpath(root);
    for (const [path, target] of this.#links) {
      await this.#terms.files.directory(parentOf(path));
      const parent = join(root, parentOf(path));
      const isReal = (await realpath(parent)) === join(real, parentOf(path));
      const isFree = (await lstat(join(root, path)).catch(() => undefined)) === undefined;
      if (isReal && isFree) await symlink(target, join(root, path));
      else this.linksLeftOut.push(path);
    }
  }
}

const withoutAside = (path: string): string =>
  path.startsWith(`${ASIDE_DIRECTORY}/`) ? path.slice(ASIDE_DIRECTORY.length + 1) : path;

export interface TarMembers {
  /** Grows with each member. */
  readonly notes: TarNotes;
  readonly put: (member: TarMember, body: AsyncIterable<Uint8Array>) => Promise<void>;
}

class Notes implements TarNotes {
  bytes = 0;
  readonly files: (readonly [path: string, size: number])[] = [];
  readonly directories: string[] = [];
  readonly links: (readonly [path: string, target: string])[] = [];
  readonly linksLeftOut: string[] = [];
  readonly putAside: string[] = [];
  readonly tablespaces: string[] = [];
}
