/** Puts the members of a base backup's tar files into place. */
import { lstat, realpath, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Damaged } from "../compression/damaged.js";
import { quoted } from "../../printable.js";
import type { DataFiles } from "./data-files.js";
import { OWN_DIRECTORY, placeOf, staysInside, TABLESPACES } from "./place.js";
import type { TarMember } from "../tar/members.js";

export interface BaseTerms {
  readonly files: DataFiles;
  /** WAL-G writes every name with a slash before it. */
  readonly rooted: boolean;
  /** No more than this may come: what the backup says of itself. */
  readonly most: number;
  readonly look: (bytes: number) => void;
}

/** Where the settings of the old host lie in the end. */
export const ASIDE_DIRECTORY = `${OWN_DIRECTORY}/from-the-archive`;

export class BaseMembers {
  readonly #terms: BaseTerms;
  readonly #links: { readonly path: string; readonly target: string }[] = [];
  readonly #seen = new Set<string>();
  readonly #tablespaces = new Set<string>();
  /** Sum of the sizes of all members, those left out too: what the sentinel tells. */
  bytes = 0;
  /** Names of links that would have led out of the directory: they are not made. */
  readonly linksLeftOut: string[] = [];
  readonly putAside: string[] = [];

  constructor(terms: BaseTerms) {
    this.#terms = terms;
  }

  has(path: string): boolean {
    return this.#seen.has(path);
  }

  /** Throws Damaged where a member has no place, comes twice, or more comes than the backup holds. */
  async put(member: TarMember, body: AsyncIterable<Uint8Array>): Promise<void> {
    const place = placeOf(member.name, this.#terms.rooted);
    this.bytes += member.size;
    if (this.bytes > this.#terms.most) throw new Damaged("too-large", "it unpacks to more than the backup holds");
    if (place.kind === "leave-out") return;
    if (place.kind === "tablespace") this.#tablespaces.add(place.tablespace);
    // The link that a tablespace was behind; where it led to is another host's.
    if (place.kind === "tablespace" && member.kind === "link") return;
    if (member.kind === "directory") return await this.#terms.files.directory(place.path);
    if (this.#seen.has(place.path)) throw new Damaged("wrong", `it holds ${quoted(place.path)} twice`);
    this.#seen.add(place.path);
    if (member.kind === "link") return this.#remember(place.path, member.link);
    if (place.kind === "aside") this.putAside.push(place.path);
    const path = place.kind === "aside" ? `${ASIDE_DIRECTORY}/${place.path}` : place.path;
    await this.#terms.files.write(path, body, this.#terms.look);
  }

  #remember(path: string, target: string): void {
    if (staysInside(path, target)) this.#links.push({ path, target });
    else this.linksLeftOut.push(path);
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
    for (const { path, target } of this.#links) {
      await this.#terms.files.directory(parentOf(path));
      const parent = join(root, parentOf(path));
      const isReal = (await realpath(parent)) === join(real, parentOf(path));
      const isFree = (await lstat(join(root, path)).catch(() => undefined)) === undefined;
      if (isReal && isFree) await symlink(target, join(root, path));
      else this.linksLeftOut.push(path);
    }
  }
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}
