/** The files of one project, or of one `include`: read in their order and laid over one another. */
import { posix } from "node:path";
import { quoted } from "../../kit/text/printable.ts";
import { type CallerEnvironment, type DotEnv, lookUp, readDotEnv } from "./environment.ts";
import { type ExtendsLink, readExtends } from "./extends.ts";
import { asBase, mergeServices } from "./merge.ts";
import { child, type ComposeMap, type ComposeNode, entriesOf, itemsOf, type Place } from "./node.ts";
import type { Problems } from "./problems.ts";
import { readComposeText } from "./read-file.ts";
import type { Resolved } from "./resolved.ts";
import { notUnderstood, type Scope, textOf, textsOf } from "./scope.ts";
import { readService, type Service } from "./service.ts";
import type { ReadFile, SourceFile } from "./source.ts";
import { type NamedVolume, readVolumes } from "./volume.ts";

/** Chains of `include` and `extends` longer than this are circles or jokes. */
const LONGEST = 32;

export interface Layered {
  readonly services: ReadonlyMap<string, Service>;
  readonly volumes: ReadonlyMap<string, NamedVolume>;
  readonly version: string | undefined;
  readonly name: Resolved | undefined;
  readonly dotEnvs: readonly DotEnv[];
}

interface Wanted {
  readonly files: readonly string[];
  readonly directory: string;
  readonly envFiles?: readonly string[];
  /** `.env` files of the project that includes this one; they count before its own. */
  readonly outer: readonly DotEnv[];
  /** Files that led here. */
  readonly chain: readonly string[];
}

interface Means {
  readonly read: ReadFile;
  readonly caller: CallerEnvironment;
  readonly home: string | undefined;
  readonly problems: Problems;
}

interface OneFile {
  readonly path: string;
  readonly root: ComposeMap;
  readonly scope: Scope;
  readonly chain: readonly string[];
}

export class FileSet {
  readonly #means: Means;
  readonly #files = new Map<string, SourceFile>();
  #complete = true;

  constructor(means: Means) {
    this.#means = means;
  }

  get files(): readonly SourceFile[] {
    return [...this.#files.values()];
  }

  get complete(): boolean {
    return this.#complete;
  }

  async load(wanted: Wanted): Promise<Layered> {
    const { caller, home, problems } = this.#means;
    const dotEnvs = [...(await this.#dotEnvs(wanted)), ...wanted.outer];
    const scope = { variables: lookUp(caller, dotEnvs), directory: wanted.directory, home, problems };
    const services = new Map<string, Service>();
    const volumes = new Map<string, NamedVolume>();
    let [version, name]: [string | undefined, Resolved | undefined] = [undefined, undefined];
    for (const path of wanted.files) {
      const root = await this.#root(path, wanted.chain.length === 0 ? "named" : "included");
      if (root === undefined) continue;
      const file = { path, root, scope, chain: [...wanted.chain, path] };
      await this.#include(file, { services, volumes, dotEnvs });
      await this.#services(file, services);
      for (const volume of readVolumes(child(root, "volumes"), scope))
        volumes.set(volume.key, { ...volumes.get(volume.key), ...volume });
      version ??= versionOf(root);
      name = textOf(child(root, "name"), scope) ?? name;
    }
    return { services, volumes, version, name, dotEnvs };
  }

  async #dotEnvs({ envFiles, directory }: Wanted): Promise<readonly DotEnv[]> {
    const found: DotEnv[] = [];
    for (const path of envFiles ?? [posix.join(directory, ".env")]) {
      const answer = await this.#means.read(path);
      if (answer.state === "text") found.push(readDotEnv(answer.text, this.#means.caller));
      else if (answer.state === "unreadable" || envFiles !== undefined)
        this.#lacking({ file: path, line: 1, column: 1 }, answer.state === "absent" ? "it is absent" : answer.why);
    }
    return found;
  }

  async #root(path: string, as: SourceFile["as"], from?: Place): Promise<ComposeMap | undefined> {
    const answer = await this.#means.read(path);
    if (answer.state !== "text") {
      this.#lacking(
        from ?? { file: path, line: 1, column: 1 },
        answer.state === "absent" ? "it is absent" : answer.why,
        path,
      );
      return undefined;
    }
    if (!this.#files.has(path)) this.#files.set(path, { path, text: answer.text, as });
    const root = readComposeText(path, answer.text, this.#means.problems);
    if (root === undefined) this.#complete = false;
    return root;
  }

  #lacking(place: Place, why: string, path = place.file): void {
    this.#complete = false;
    this.#means.problems.add(place, {
      message: `the file ${quoted(path)} cannot be read: ${why}`,
      remedy: "What it says is not known here. Let it be read, and look again.",
    });
  }

  async #services(file: OneFile, into: Map<string, Service>): Promise<void> {
    for (const [name, { keyPlace, value }] of entriesOf(servicesOf(file.root))) {
      if (value.kind !== "map") {
        if (!(value.kind === "scalar" && value.tag === "!reset"))
          notUnderstood(value, file.scope, `the service ${quoted(name)}`);
        into.delete(name);
        continue;
      }
      const own = await this.#withBase(name, { keyPlace, node: value }, file);
      const before = into.get(name);
      into.set(name, before === undefined || value.tag === "!override" ? own : mergeServices(before, own, value));
    }
  }

  /** The service with the one that it `extends` below it. */
  async #withBase(name: string, at: { keyPlace: Place; node: ComposeMap }, file: OneFile): Promise<Service> {
    const own = readService(name, at, file.scope);
    const link = readExtends(at.node, name, file.scope);
    if (link === undefined) return own;
    const base = typeof link === "string" ? link : await this.#base(link, file);
    if (typeof base === "string") return { ...own, gaps: [...own.gaps, base] };
    return { ...mergeServices(asBase(base), own, at.node), name };
  }

  /** The service that is extended, or why it is not known. */
  async #base(link: ExtendsLink, from: OneFile): Promise<Service | string> {
    const path = link.file === undefined ? from.path : posix.resolve(from.scope.directory, link.file);
    const step = `${path}#${link.service}`;
    const what = `what ${quoted(link.service)} of ${quoted(path)} says is not known`;
    if (from.chain.includes(step) || from.chain.length > LONGEST)
      return this.#broken(link.place, `${what}: the chain of "extends" is a circle`);
    const other = path !== from.path;
    const root = other ? await this.#root(path, "extended", link.place) : from.root;
    const entry =
      root === undefined ? undefined : entriesOf(servicesOf(root)).find(([name]) => name === link.service)?.[1];
    if (root === undefined || entry?.value.kind !== "map") return this.#broken(link.place, what);
    const scope = other ? { ...from.scope, directory: posix.dirname(path) } : from.scope;
    const file = { path, root, scope, chain: [...from.chain, step] };
    return await this.#withBase(link.service, { keyPlace: entry.keyPlace, node: entry.value }, file);
  }

  #broken(place: Place, message: string): string {
    this.#complete = false;
    this.#means.problems.add(place, {
      message,
      remedy: "Correct the link; `docker compose config` shows what Compose reads.",
    });
    return message;
  }

  async #include(
    file: OneFile,
    into: { services: Map<string, Service>; volumes: Map<string, NamedVolume>; dotEnvs: readonly DotEnv[] },
  ): Promise<void> {
    for (const item of itemsOf(child(file.root, "include"))) {
      const wanted = includedBy(item, file, into.dotEnvs);
      const [first] = wanted?.files ?? [];
      if (wanted === undefined || first === undefined) {
        this.#broken(item.place, "what is included here is not known");
        continue;
      }
      if (file.chain.includes(first) || file.chain.length > LONGEST) {
        this.#broken(item.place, `the chain of "include" is a circle at ${quoted(first)}`);
        continue;
      }
      const found = await this.load(wanted);
      for (const [name, service] of found.services) into.services.set(name, service);
      for (const [key, volume] of found.volumes) into.volumes.set(key, volume);
    }
  }
}

function includedBy(item: ComposeNode, file: OneFile, outer: readonly DotEnv[]): Wanted | undefined {
  const { scope } = file;
  const paths = textsOf(item.kind === "map" ? child(item, "path") : item, scope, '"include"');
  const files = paths.flatMap((path) => (path.known ? posix.resolve(scope.directory, path.text) : []));
  const given = textOf(child(item, "project_directory"), scope);
  if (files.length === 0 || files.length < paths.length || given?.known === false) return undefined;
  const directory = given === undefined ? posix.dirname(files[0] ?? "/") : posix.resolve(scope.directory, given.text);
  const envs = textsOf(child(item, "env_file"), scope, '"env_file" of the include');
  if (envs.some((env) => !env.known)) return undefined;
  const envFiles = envs.flatMap((env) => (env.known ? posix.resolve(scope.directory, env.text) : []));
  return { files, directory, ...(envFiles.length === 0 ? {} : { envFiles }), outer, chain: file.chain };
}

/** The services of a file, also of one of the time before `version:`, where they stood at the top. */
export function servicesOf(root: ComposeMap): ComposeNode | undefined {
  return isFirstFormat(root) ? root : child(root, "services");
}

function isFirstFormat(root: ComposeMap): boolean {
  if (root.entries.has("services") || root.entries.has("version")) return false;
  const values = [...root.entries.values()].map(({ value }) => value);
  return (
    values.length > 0 &&
    values.every((value) => child(value, "image") !== undefined || child(value, "build") !== undefined)
  );
}

function versionOf(root: ComposeMap): string | undefined {
  if (isFirstFormat(root)) return "1";
  const version = child(root, "version");
  return version?.kind === "scalar" && !version.empty ? version.text : undefined;
}
