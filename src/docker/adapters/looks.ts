/**
 * Looking into directories of an engine's machine, many in one command, in a container that lives for the look. Nothing
 * below them is changed. A place that no container can look into is read by root, by its path, on the engine's own machine.
 * One that cannot be looked at is unknown, with the reason, and stops no other.
 */
import { inParallel } from "../../kit/in-parallel.ts";
import { RecoverError } from "../../errors.ts";
import {
  type DockerWords,
  type InsideCall,
  insideContainer,
  insideDirectly,
  lookCall,
  measureCall,
  searchCall,
} from "../../kit/commands/docker-commands.ts";
import { USERLAND } from "../../kit/commands/empty-image.ts";
import type { Argv } from "../../kit/commands/host-commands.ts";
import type { CommandResult } from "../../ports/cells.ts";
import type { Looked, LookOrder, Measured, Place, Searched } from "../../ports/docker-host.ts";
import { sayings, type Shell } from "../../kit/shell/shell.ts";
import { emptyImage, missingSource } from "./empty-image.ts";
import { dockerFailure } from "./failure.ts";
import { readLooks, readSearches, readSizes } from "./look-answer.ts";

/** Of the names of a directory; at most 255 bytes each. */
const BYTES_PER_NAME = 260;
/** One of them may stand there three times. */
const BYTES_MORE = 2 * BYTES_PER_NAME;
/** A container takes longer to start than a hundred mounts more. */
const AT_ONCE = 200;
const COMMANDS_AT_ONCE = 2;
const TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 64 * 1024 * 1024;
/** Of the paths in one place: those of ten thousand databases. */
const MOST_PATH_BYTES = 256 * 1024;

export interface LooksOptions {
  readonly shell: Shell;
  readonly sudo: boolean;
  readonly words: DockerWords;
  readonly readsDirectly: () => Promise<boolean>;
}

/** One question about many places in one command, and the reader of its answer. */
interface Question<T> {
  readonly call: (places: readonly Place[]) => InsideCall;
  readonly read: (stdout: string, keys: readonly string[]) => readonly T[];
}

type Unseen =
  | { readonly state: "absent"; readonly key: string }
  | { readonly state: "unknown"; readonly key: string; readonly why: string };

type Progress = ((done: number) => void) | undefined;

export class Looks {
  readonly #options: LooksOptions;
  #image: Promise<string | RecoverError> | undefined;

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  look(places: readonly Place[], { files, entries }: LookOrder, progress?: Progress): Promise<readonly Looked[]> {
    const nameBytes = entries * BYTES_PER_NAME + BYTES_MORE;
    return this.#ask<Looked>(places, progress, {
      call: (at) => lookCall({ nameBytes, files }, at),
      read: (stdout, keys) => readLooks(stdout, keys, { nameBytes, entries }),
    });
  }

  search(places: readonly Place[], ends: readonly string[], progress?: Progress): Promise<readonly Searched[]> {
    return this.#ask<Searched>(places, progress, {
      call: (at) => searchCall({ pathBytes: MOST_PATH_BYTES, ends }, at),
      read: (stdout, keys) => readSearches(stdout, keys, MOST_PATH_BYTES),
    });
  }

  measure(places: readonly Place[]): Promise<readonly Measured[]> {
    return this.#ask<Measured>(places, undefined, { call: measureCall, read: readSizes });
  }

  async #ask<T extends { readonly key: string }>(
    places: readonly Place[],
    progress: Progress,
    question: Question<T | Unseen>,
  ): Promise<readonly (T | Unseen)[]> {
    if (places.length === 0) return [];
    return await inBatches(places, progress, (batch) => this.#answered(batch, question));
  }

  async #answered<T extends { readonly key: string }>(
    batch: readonly Place[],
    question: Question<T | Unseen>,
  ): Promise<readonly (T | Unseen)[]> {
    const answers = await this.#contained(batch, question);
    const left = batch.filter((_place, index) => isUnknown(answers[index]));
    if (left.length === 0 || !(await this.#options.readsDirectly())) return answers;
    const direct = await this.#direct(left, question).catch((error: unknown) => lost(left, error));
    // By their order: callers may ask several times below one key.
    const byPlace = new Map(left.map((place, index) => [place, direct[index]]));
    return batch.flatMap((place, index) => byPlace.get(place) ?? answers[index] ?? []);
  }

  async #direct<T>(places: readonly Place[], question: Question<T | Unseen>): Promise<readonly (T | Unseen)[]> {
    const { shell, sudo } = this.#options;
    const argv = insideDirectly(sudo, question.call(places));
    return this.#read(places, question, { argv, result: await shell.run(argv, LIMITS) });
  }

  /**
   * A mount whose source is gone fails the whole container: that place is absent, the others are looked at without it. A
   * machine may lack one of the directories of programs.
   */
  async #contained<T extends { readonly key: string }>(
    places: readonly Place[],
    question: Question<T | Unseen>,
  ): Promise<readonly (T | Unseen)[]> {
    const { shell, words } = this.#options;
    const image = await this.#emptyImage();
    if (image instanceof RecoverError) return places.map(({ key }) => unknown(key, image.message));
    const absent = new Set<string>();
    for (;;) {
      const left = places.filter(({ path }) => !absent.has(path));
      if (left.length === 0) return places.map(({ key }) => ({ state: "absent", key }));
      const userland = USERLAND.filter((path) => !absent.has(path));
      const argv = insideContainer(words, { image, userland }, question.call(left));
      const result = await shell.run(argv, LIMITS);
      const mounted = [...left.map(({ path }) => path), ...userland];
      const missing = missingSource(result, mounted);
      if (missing === undefined) {
        if (NO_SHELL.has(result.code)) return places.map(({ key }) => unknown(key, WITHOUT_SHELL));
        // By their order: callers may ask several times below one key.
        const answers = new Map(this.#read(left, question, { argv, result }).map((each, index) => [left[index], each]));
        return places.map((place) => answers.get(place) ?? { state: "absent", key: place.key });
      }
      absent.add(missing);
    }
  }

  #read<T>(
    places: readonly Place[],
    question: Question<T | Unseen>,
    { argv, result }: { readonly argv: Argv; readonly result: CommandResult },
  ): readonly (T | Unseen)[] {
    const { shell } = this.#options;
    const keys = places.map(({ key }) => key);
    if (result.code === 0) return question.read(result.stdout, keys);
    const failed = dockerFailure(shell, argv, result);
    if (failed.code !== "command-failed") throw failed;
    return keys.map((key) => unknown(key, sayings(shell, result)));
  }

  /** Or why the engine makes none. */
  #emptyImage(): Promise<string | RecoverError> {
    this.#image ??= emptyImage(this.#options.shell, this.#options.words).catch((error: unknown) => {
      this.#image = undefined;
      if (error instanceof RecoverError && error.code === "command-failed") return error;
      throw error;
    });
    return this.#image;
  }
}

const LIMITS = { timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT } as const;
/** A container's program is not there, or cannot be run (docker run, "Exit status"). */
const NO_SHELL: ReadonlySet<number> = new Set([126, 127]);
const WITHOUT_SHELL = "the engine's machine has no shell where Linux has it, and this user may not look as root";

const unknown = (key: string, why: string): Unseen => ({ state: "unknown", key, why });

const isUnknown = (answer: object | undefined): boolean =>
  answer !== undefined && "state" in answer && answer.state === "unknown";

async function inBatches<T>(
  places: readonly Place[],
  progress: Progress,
  work: (batch: readonly Place[]) => Promise<readonly (T | Unseen)[]>,
): Promise<readonly (T | Unseen)[]> {
  const batches: (readonly Place[])[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) batches.push(places.slice(at, at + AT_ONCE));
  const answers: (readonly (T | Unseen)[])[] = [];
  let done = 0;
  await inParallel([...batches.entries()], COMMANDS_AT_ONCE, async ([index, batch]) => {
    answers[index] = await work(batch).catch((error: unknown) => lost(batch, error));
    done += batch.length;
    progress?.(done);
  });
  return answers.flat();
}

/** A directory that does not answer, or that answers with too much, is unknown; that nobody may look at all is an error. */
function lost(batch: readonly Place[], error: unknown): readonly Unseen[] {
  if (!(error instanceof RecoverError)) throw error;
  if (error.code !== "unreachable" && error.code !== "answer-incomplete") throw error;
  return batch.map(({ key }) => unknown(key, error.message));
}
