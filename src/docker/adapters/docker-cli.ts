/** One Docker host by its `docker` CLI over a shell, here or behind SSH. Every command only reads. */
import { DOCKER } from "../../kit/log-patterns/docker.ts";
import { ENDS } from "../../kit/commands/as-owner.ts";
import { RecoverError, refuse } from "../../errors.ts";
import {
  containerIds,
  currentContext,
  type DockerWords,
  engineInfo,
  hostName,
  imageIds,
  inspectContainers,
  inspectImages,
  inspectVolumes,
  layerChanges,
  ownId,
  storageSizes,
  textFile,
  volumeNames,
  wordsOf,
} from "../../kit/commands/docker-commands.ts";
import type { ComposeCall } from "../../kit/commands/compose-commands.ts";
import { pathKind } from "../../kit/commands/docker-work-commands.ts";
import type { Argv } from "../../kit/commands/host-commands.ts";
import type {
  ComposeAnswer,
  DockerContainer,
  DockerHost,
  DockerImage,
  DockerVolume,
  EngineFacts,
  LayerChange,
  Looked,
  LookOrder,
  Measured,
  Place,
  Searched,
  StorageSizes,
  Unlike,
} from "../../ports/docker-host.ts";
import { quoted } from "../../kit/text/printable.ts";
import { answerError } from "../../kit/shell/json-answer.ts";
import type { CommandOptions, Shell } from "../../kit/shell/shell.ts";
import { parseContext, parseImages, parseInfo, parseVolumes } from "./answers.ts";
import { askCompose } from "./compose-answer.ts";
import { dockerFailure, refusalOfOwner } from "./failure.ts";
import { containerOf, parseInspected } from "./inspected.ts";
import { Looks } from "./looks.ts";
import { parseSizes } from "./sizes.ts";
import { unlikeOf } from "./unlike.ts";

/** So many names in one command: below what a login shell takes as one line, with names of 255 characters. */
const AT_ONCE = 200;
const MAX_OUTPUT = 64 * 1024 * 1024;
/** The engine walks every volume for this answer; nobody waits longer for it. */
const SIZES_TIMEOUT_MS = 60_000;
/** The directory of a file is not there, or may not be entered. */
const NOT_ENTERED: ReadonlySet<number> = new Set([ENDS.absent, ENDS.closed]);
const DIFF_MAX_BYTES = 16 * 1024 * 1024;

export interface DockerCliOptions {
  readonly shell: Shell;
  readonly sudo: boolean;
  readonly close?: () => Promise<void>;
}

export class DockerCliHost implements DockerHost {
  readonly label: string;
  readonly words: DockerWords;
  readonly #shell: Shell;
  readonly #sudo: boolean;
  readonly #close: () => Promise<void>;
  #facts: Promise<EngineFacts> | undefined;
  readonly #looks: Looks;

  constructor({ shell, sudo, close = () => Promise.resolve() }: DockerCliOptions) {
    this.#shell = shell;
    this.#sudo = sudo;
    this.#close = close;
    this.label = shell.label;
    this.words = wordsOf({ sudo });
    this.#looks = new Looks({
      ...{ shell, sudo, words: this.words },
      readsDirectly: async () => (await this.engine()).readsDirectly,
    });
  }

  engine(): Promise<EngineFacts> {
    this.#facts ??= this.#readFacts().catch((error: unknown) => {
      this.#facts = undefined;
      throw error;
    });
    return this.#facts;
  }

  async containers(): Promise<readonly DockerContainer[]> {
    const ids = idsIn(await this.#ask(containerIds(this.words)), this.label);
    const found = await this.#inspect(ids, inspectContainers, parseInspected);
    // Whose id is not known to the engine is looked for among the names and the beginnings of ids.
    if (found.every(({ Id }) => ids.includes(Id)) && new Set(found.map(({ Id }) => Id)).size === found.length)
      return found.map(containerOf);
    throw answerError("answer-malformed", "an answer of `docker inspect` is about another container", this.label);
  }

  async volumes(): Promise<readonly DockerVolume[]> {
    const names = linesOf(await this.#ask(volumeNames(this.words)));
    return await this.#inspect(names, inspectVolumes, parseVolumes);
  }

  async images(): Promise<readonly DockerImage[]> {
    const ids = [...new Set(linesOf(await this.#ask(imageIds(this.words))))];
    return await this.#inspect(ids, inspectImages, parseImages);
  }

  async sizes(): Promise<StorageSizes> {
    try {
      const stdout = await this.#ask(storageSizes(this.words), {
        timeoutMs: SIZES_TIMEOUT_MS,
        maxOutputBytes: MAX_OUTPUT,
      });
      return parseSizes(stdout, this.label);
    } catch (error) {
      // Too slow, refused because somebody else asks at the same time, or unknown to an old CLI.
      if (!(error instanceof RecoverError) || error.code === "interrupted") throw error;
      return {
        volumes: new Map(),
        layers: new Map(),
        images: undefined,
        buildCache: undefined,
        unknown: error.message,
      };
    }
  }

  look(places: readonly Place[], order: LookOrder, progress?: (done: number) => void): Promise<readonly Looked[]> {
    return this.#looks.look(places, order, progress);
  }

  search(
    places: readonly Place[],
    ends: readonly string[],
    progress?: (done: number) => void,
  ): Promise<readonly Searched[]> {
    return this.#looks.search(places, ends, progress);
  }

  measure(places: readonly Place[]): Promise<readonly Measured[]> {
    return this.#looks.measure(places);
  }

  async changes(container: string): Promise<readonly LayerChange[] | undefined> {
    const argv = layerChanges(this.words, container);
    const result = await this.#shell.run(argv, { maxOutputBytes: DIFF_MAX_BYTES });
    if (result.code !== 0) {
      if (saysAbsent(result.stderr)) return undefined;
      throw dockerFailure(this.#shell, argv, result);
    }
    return result.stdout.split("\n").flatMap((line) => {
      const [, how = "", path = ""] = /^([ACD]) (\/.*)$/.exec(line) ?? [];
      const known = HOW[how];
      // The rest of a name with a newline in it.
      return known === undefined ? [] : [{ how: known, path }];
    });
  }

  async unlike(before: string, after: string): Promise<readonly Unlike[] | undefined> {
    const found = await this.#inspect([before, after], inspectContainers, parseInspected);
    const [old, now] = [before, after].map((id) => found.find(({ Id }) => Id === id));
    return old === undefined || now === undefined ? undefined : unlikeOf(old, now);
  }

  async file(path: string, most: number): Promise<string | undefined> {
    const argv = textFile(this.#sudo, path, most);
    const result = await this.#shell.run(argv, { maxOutputBytes: 2 * most + 1024 });
    const refusal = refusalOfOwner(this.#shell, path, result);
    if (refusal !== undefined) throw refusal;
    if (result.code !== 0 && !NOT_ENTERED.has(result.code)) throw dockerFailure(this.#shell, argv, result);
    const stdout = result.code === 0 ? result.stdout : result.code === ENDS.absent ? "absent" : "denied";
    if (stdout === "absent") return undefined;
    const text = stdout.startsWith("text") ? stdout.slice("text".length) : undefined;
    if (text !== undefined && Buffer.byteLength(text) <= most) return text;
    const why = text === undefined ? (stdout === "denied" ? "may not be read" : "is no ordinary file") : "is too long";
    throw refuse("command-failed", `${quoted(path)} on "${this.label}" ${why}`)
      .at(path)
      .advise("Look at it there.");
  }

  composed(call: ComposeCall, over?: { readonly file: string; readonly text: string }): Promise<ComposeAnswer> {
    return askCompose(this.#shell, this.words, { call, ...(over === undefined ? {} : { over }) });
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #readFacts(): Promise<EngineFacts> {
    const { complaints, ...said } = parseInfo(await this.#ask(engineInfo(this.words)), this.label);
    const [complaint] = complaints;
    // The CLI ends with 0 when it reaches no engine, and says so inside.
    if (complaint !== undefined || said.root === "")
      throw dockerFailure(this.#shell, engineInfo(this.words), {
        code: 1,
        stdout: "",
        stderr: complaint ?? "no engine",
      });
    const { name: context, endpoint } = parseContext(await this.#ask(currentContext(this.words)), this.label);
    return { ...said, context, endpoint, readsDirectly: await this.#readsDirectly(said, endpoint) };
  }

  /** A socket can lead elsewhere: the machine's name and the engine's directory have to be there as well. */
  async #readsDirectly({ name, root, remapped }: Pick<EngineFacts, "name" | "root" | "remapped">, endpoint: string) {
    if (!endpoint.startsWith("unix://")) return false;
    const id = await this.#shell.run(ownId(this.#sudo));
    if (id.code !== 0 || id.stdout.trim() !== "0") return false;
    const host = await this.#shell.run(hostName());
    if (host.code !== 0 || host.stdout.trim() !== name) return false;
    const directory = remapped ? root : `${root}/volumes`;
    const found = await this.#shell.run(pathKind(this.words, directory));
    return found.code === 0 && found.stdout.trim() === "directory";
  }

  async #ask(argv: Argv, options?: CommandOptions): Promise<string> {
    const result = await this.#shell.run(argv, { maxOutputBytes: MAX_OUTPUT, ...options });
    if (result.code !== 0) throw dockerFailure(this.#shell, argv, result);
    return result.stdout;
  }

  /**
   * Objects that vanished between the list and the look are left out. Every other complaint is no proof of absence (law
   * 5).
   */
  async #inspect<T>(
    names: readonly string[],
    command: (words: DockerWords, names: readonly string[]) => Argv,
    parse: (text: string, place: string) => readonly T[],
  ): Promise<readonly T[]> {
    const found: T[] = [];
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const asked = names.slice(at, at + AT_ONCE);
      const argv = command(this.words, asked);
      const result = await this.#shell.run(argv, { maxOutputBytes: MAX_OUTPUT });
      if (result.code !== 0 && !onlyAbsent(result.stderr)) throw dockerFailure(this.#shell, argv, result);
      const answers = parse(result.stdout, this.label);
      const missing = asked.length - answers.length;
      if (missing > 0 && absences(result.stderr) < missing)
        throw answerError("answer-incomplete", "an answer of `docker inspect` lacks what was asked for", this.label);
      found.push(...answers);
    }
    return found;
  }
}

const HOW: Readonly<Record<string, LayerChange["how"]>> = { A: "added", C: "changed", D: "deleted" };

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

function idsIn(text: string, place: string): readonly string[] {
  const ids = linesOf(text);
  if (ids.every((id) => /^[0-9a-f]{64}$/.test(id))) return ids;
  throw answerError("answer-malformed", "the answer of `docker ps` is no list of container ids", place);
}

const saysAbsent = (said: string): boolean => DOCKER.absent.says.test(said);
const absences = (stderr: string): number => linesOf(stderr).filter(saysAbsent).length;
const onlyAbsent = (stderr: string): boolean => {
  const lines = linesOf(stderr);
  return lines.length > 0 && lines.every(saysAbsent);
};
