/**
 * Where programs run that obey a stranger: a server on the files of an archive, and the clients that speak to it.
 * Inside there is nothing but what is named here and the programs of this machine, which nobody can write to.
 *
 * Errors: `no-sandbox`, `program-missing`.
 */

/** One program, and all of this machine that it may touch. Paths are the same inside. */
export interface Confined {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Directories that it may write to. */
  readonly writes: readonly string[];
  /** Directories that it may only read. */
  readonly reads: readonly string[];
  /** Undefined: the account that this process has. */
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
}

/** The command that is run in the place of a confined program. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
  /** The program reads these bytes at descriptor 3. */
  readonly fed?: Uint8Array;
}

export interface ConfinedServer extends Confined {
  /** A directory of ours, into which nothing inside can see: a note there tells later processes what runs. */
  readonly note: string;
  /** An open file to which it says what it has to say. */
  readonly log: number;
}

export interface Sandbox {
  readonly kind: "bubblewrap" | "container" | "none";
  /** For people and the journal: "bubblewrap 0.8.0"; why there is none. */
  readonly name: string;
  /** A program that ends by itself, and everything that it began with it. */
  command(confined: Confined): Command;
  /** One that stays until it is stopped, or until this process ends, however it ends. */
  start(server: ConfinedServer): Promise<void>;
}
