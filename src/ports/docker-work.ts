/**
 * The calls by which a step changes a Docker host. The calls that only look are apart (`docker-host.ts`): a step that
 * only reads gets no way to do anything else.
 *
 * Nothing here is ever forced: a container is removed only if it has stopped, and without its volumes; a path is never
 * written over. Files are those of the machine that the CLI runs on. In a directory of another account the work is done as
 * that account, or in a mount namespace that no link leads out of.
 *
 * Errors: as `docker-host.ts`, with these differences:
 * - `unreachable`: an engine that is away during a call leaves an unknown effect;
 * - `command-failed` with effect "unknown" if a command ran and said no;
 * - `guard-refused` with effect "none" if a comparison failed or a destination is there already;
 * - `foreign-directory` with effect "none" if a link of another account lies on the way.
 */

import type { ComposeCall, ComposeGeneration, ComposeUp } from "../kit/commands/compose-commands.ts";
import type { ProofOrder } from "../kit/commands/docker-work-commands.ts";

export type { ComposeCall, ComposeGeneration, ComposeUp, ProofOrder };

/** A container like another one: same configuration, ports, networks, binds and the very volumes, never started by itself. */
export interface LikeOrder {
  /** Id of the container that it is made like. */
  readonly of: string;
  readonly name: string;
  /** Reference or id; never pulled. */
  readonly image: string;
  /** Laid over the labels of the other. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The digest of a directory: names, kinds, owners, modes, sizes and links, and the bytes of every file. */
export interface Fingerprint {
  readonly files: number;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

export type PathKind = "directory" | "file" | "other" | "absent";

/** The old file has this SHA-256, and the new one keeps its owner and mode; or there is none, and `like` gives them. */
export type WrittenOver = { readonly sha256: string } | { readonly like?: string };

export interface DockerWork {
  stop(container: string, graceSeconds: number): Promise<void>;
  start(container: string): Promise<void>;
  /** Makes an image of what a stopped container has written over its own; volumes are no part of it. */
  commit(container: string, reference: string): Promise<void>;
  /**
   * Returns the new container's id. The other one's settings, passwords in its environment too, go from engine to
   * engine and are not shown. Error: `guard-refused` if the engine's socket is not on this machine.
   */
  createLike(order: LikeOrder): Promise<string>;
  /** A stopped one, whose volumes stay. */
  remove(container: string): Promise<void>;

  /** Gives the version: "1.29.2". Error: `program-missing`. */
  composeVersion(generation: ComposeGeneration): Promise<string>;
  /**
   * Hash of each of these services' configuration as Compose would write it to a label. The first generation looks at
   * their images for it.
   */
  composeHashes(call: ComposeCall, services: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** `up -d`; with services those alone, without what they depend on. Others are removed if a service has more. */
  composeUp(call: ComposeCall, services: readonly string[], how?: ComposeUp): Promise<void>;

  kind(path: string): Promise<PathKind>;
  /** Names in a directory. */
  entries(directory: string): Promise<readonly string[]>;
  /** Bytes that lie below a directory, as the file system counts them; holes count nothing. */
  bytesBelow(directory: string): Promise<number>;
  freeBytes(directory: string): Promise<number>;
  /** The directories above a path, if they are not there. */
  makeParents(path: string): Promise<void>;
  /** With owners, modes, times, links, extended attributes and holes. The destination must not be there. */
  copyTree(from: string, to: string): Promise<void>;
  /**
   * Makes a copy of the run's own (`….dingo-recover-RUN-part`), whole or not, like the other side. Entries that differ
   * in kind, size, time, owner or mode are replaced, the rest stays. `isLive`: somebody writes there, and files that
   * vanish meanwhile are left out. The fingerprint tells whether the bytes are the same.
   */
  alignTree(from: string, to: string, how: { readonly isLive: boolean }): Promise<void>;
  /** Whether all below two directories is the same in kind, size, time, owner, mode and link: no file is read. */
  alike(one: string, other: string): Promise<boolean>;
  /** Copies a path of a stopped container, by the engine, to a path that must be free. */
  copyOut(container: string, path: string, to: string): Promise<void>;
  fingerprint(directory: string): Promise<Fingerprint>;
  /** Within one directory. */
  rename(from: string, to: string): Promise<void>;
  /** One that a run made and nobody else needs: `….dingo-recover-RUN-part` or `…-proof`, and nothing else. */
  removeOwn(directory: string): Promise<void>;
  /** SHA-256 of a file; undefined if there is none. */
  hashOf(path: string): Promise<string | undefined>;
  /** Writes a file whole. Error: `guard-refused` if something else is there than was read. */
  writeFile(path: string, text: string, over: WrittenOver): Promise<void>;
  /** Why somebody else than root could lead a directory's name elsewhere; undefined if nobody could. */
  whyLed(directory: string): Promise<string | undefined>;
  /**
   * Why the account that owns a file's directory could not write that file, or make those directories; undefined if it
   * could. Root does none of it for another account.
   */
  whyUnwritable(path: string, directories: readonly string[]): Promise<string | undefined>;
  /** Removes a file that holds exactly that. */
  removeFile(path: string, expected: string): Promise<void>;

  startProof(order: ProofOrder): Promise<string>;
  /** Stops and removes it: the run's own, found by its label. */
  endProof(name: string, run: string): Promise<void>;
  exec(container: string, argv: readonly [string, ...string[]], stdin?: string): Promise<Said>;
  /** Last lines of what a container has said. */
  said(container: string, lines: number): Promise<string>;
  /** Status of a GET from that machine; undefined if nothing answers. */
  httpStatus(url: string): Promise<number | undefined>;
}
