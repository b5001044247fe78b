/**
 * Law 1: this guard stands under every request that changes a store. A change needs a permit, and only this guard makes
 * them.
 *
 * A permit names where its holder may write; everything else is refused before anything is sent. No permit opens a
 * source of a run, or a place inside an archive of WAL-E or WAL-G. The guard knows an archive by its name; when the
 * name does not tell, it asks the store at every prefix above the place. A prefix that cannot be looked at does not
 * count as free (law 5).
 */
import { ARCHIVE_FOLDERS, archivePartOf } from "../../../names/archive-marks.ts";
import { RecoverError, refuse } from "../../../../errors.ts";
import type { ObjectLocation } from "../../../../ports/object-store.ts";
import { liesBelow, mayLieIn, type Place, refused, requireCertain } from "./place.ts";

/** Whether any key begins so. Throws if the store does not say. */
export type Holds = (bucket: string, prefix: string) => Promise<boolean>;

export class Guard {
  readonly #holds: Holds;
  /** Of every run that this process has served. They are never forgotten. */
  readonly #sources: Place[] = [];
  readonly #looks = new Map<string, Promise<void>>();
  readonly #free = new Set<string>();

  constructor(holds: Holds) {
    this.#holds = holds;
  }

  /**
   * For whole archives of the run's own and for objects that it moves aside: at or below `into`, whose keys may have
   * any name.
   */
  archives(source: Place, into: readonly Place[]): Permit {
    this.#sources.push(source);
    return new Permit(this, { into, names: "any", above: (place) => prefixesAbove(place.prefix) });
  }

  /** For the tool's own small objects: below `at`. A key with a part that only archives have is refused. */
  shared(at: Place): Permit {
    return new Permit(this, { into: [at], names: "plain", above: (_, key) => prefixesAbove(key) });
  }

  /** Throws `source-protected` if the location may be in a source. */
  requireNoSource(at: ObjectLocation): void {
    const source = this.#sources.find((each) => mayLieIn(each, at));
    if (source !== undefined) throw refused(at, `it lies at or below the source archive "${source.prefix}"`);
  }

  /** Throws `source-protected` if an archive is in one of the prefixes itself; those of the store. */
  async lookFor(at: ObjectLocation, prefixes: readonly string[]): Promise<void> {
    await Promise.all(prefixes.map((prefix) => this.#lookOnce(at, prefix)));
  }

  isFree(bucket: string, prefixes: readonly string[]): boolean {
    return prefixes.every((prefix) => this.#free.has(`${bucket}/${prefix}`));
  }

  #lookOnce(at: ObjectLocation, prefix: string): Promise<void> {
    const name = `${at.bucket}/${prefix}`;
    const looked = this.#looks.get(name) ?? this.#look(at, prefix).then(() => void this.#free.add(name));
    this.#looks.set(name, looked);
    // A look that failed is not remembered: the guard looks again.
    looked.catch(() => this.#looks.delete(name));
    return looked;
  }

  async #look(at: ObjectLocation, prefix: string): Promise<void> {
    const found = await Promise.all(
      ARCHIVE_FOLDERS.map((folder) => this.#holds(at.bucket, `${prefix}${folder}/`).catch(unseen(at, prefix))),
    );
    const folder = ARCHIVE_FOLDERS[found.indexOf(true)];
    if (folder !== undefined) throw refused(at, `there is an archive above it: "${prefix}${folder}/" holds objects`);
  }
}

interface Terms {
  readonly into: readonly Place[];
  /** "plain": no key may have a part that only archives have. */
  readonly names: "any" | "plain";
  /** Prefixes, each empty or with a slash at its end, that must hold no archive. */
  readonly above: (place: Place, key: string) => readonly string[];
}

/** The leave to change objects in certain places. */
export class Permit {
  readonly #guard: Guard;
  readonly #terms: Terms;

  constructor(guard: Guard, terms: Terms) {
    this.#guard = guard;
    this.#terms = terms;
  }

  /** Looks for archives above the location, once for each prefix. Throws as `require`, and the store's errors. */
  async show(at: ObjectLocation): Promise<void> {
    const place = this.#placeOf(at);
    await this.#guard.lookFor(at, this.#above(place, at.key));
  }

  /** Throws `source-protected` unless the location was shown to lie where this permit leads, and in no archive of others. */
  require(at: ObjectLocation): void {
    const place = this.#placeOf(at);
    if (!this.#guard.isFree(at.bucket, this.#above(place, at.key)))
      throw refused(at, "nobody has looked whether it lies in an archive");
  }

  #placeOf(at: ObjectLocation): Place {
    requireCertain(at);
    this.#guard.requireNoSource(at);
    const place = this.#terms.into.find((each) => liesBelow(each, at));
    if (place === undefined) throw refused(at, "it lies outside the places that are written to here");
    const part = this.#terms.names === "plain" ? archivePartOf(at.key) : archivePartAbove(place.prefix);
    if (part !== undefined) throw refused(at, `it lies in an archive by its name: "${part}"`);
    return place;
  }

  /** An instance's own archive and the objects aside beside it lie where no other archive can be. */
  #above(place: Place, key: string): readonly string[] {
    return this.#terms.names === "any" && isDingos(place.prefix) ? [] : this.#terms.above(place, key);
  }
}

/** An archive may be written to as a whole, but not as a part of another one. */
function archivePartAbove(prefix: string): string | undefined {
  return /^backups\/[^/]+\/wal$/u.test(prefix) ? undefined : archivePartOf(prefix);
}

const isDingos = (prefix: string): boolean => /^backups\/[^/]+\/(?:wal$|dingo-recover\/[^/]+)/u.test(prefix);

/** "a/b/c": "", "a/", "a/b/". */
function prefixesAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`)];
}

/** Keys that may write somewhere and see nothing around it cannot show that it is no archive. */
const unseen =
  (at: ObjectLocation, prefix: string) =>
  (error: unknown): never => {
    if (!(error instanceof RecoverError) || error.code !== "access-denied") throw error;
    const place = `s3://${at.bucket}/${prefix}`;
    throw refuse("access-denied", `nobody can tell whether an archive lies at "${place}": ${error.message}`)
      .at(place)
      .advise(`Let these keys list the bucket (s3:ListBucket), or name a place in a bucket that they may list.`, error);
  };
