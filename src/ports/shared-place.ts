/**
 * A small place in the world that several machines share: a prefix of an object store, outside every archive.
 *
 * Errors of every call: `unreachable`, `access-denied`, `not-logged-in`, `bucket-missing`. Silence or a refusal is never
 * an absent object.
 */
export interface SharedObject {
  readonly content: string;
  /** Changes with every write. */
  readonly version: string;
}

/** `any`: over each content; `absent`: only if nothing has the name; a version: only over exactly that one. */
export type WriteCondition = "any" | "absent" | { readonly version: string };

export type Written =
  | { readonly is: "written"; readonly version: string }
  /** The condition did not hold: somebody else wrote. */
  | { readonly is: "refused" }
  /** The store says that it knows no such condition. */
  | { readonly is: "unsupported" };

export interface SharedPlace {
  /** `s3://BUCKET/PREFIX` */
  readonly location: string;
  /** Undefined only if the store says that there is no such object. Error beyond `most` bytes: `answer-malformed`. */
  read(name: string, most?: number): Promise<SharedObject | undefined>;
  /** Names at or below `prefix`, sorted. */
  list(prefix: string): Promise<readonly string[]>;
  /** A store may ignore the condition and write all the same: see lease/keeper.ts. */
  write(name: string, content: string, condition: WriteCondition): Promise<Written>;
}
