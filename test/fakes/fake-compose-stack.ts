/** One Docker host with a Compose stack, in memory: containers, directories, files, and the changes to them. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { RecoverError } from "../../src/errors.ts";
import { configured, servicesIn } from "../../src/rehearsal/docker-engine/compose-config.ts";
import type {
  ComposeAnswer,
  DockerContainer,
  DockerHost,
  DockerImage,
  DockerMount,
  DockerVolume,
  EngineFacts,
  LayerChange,
  Looked,
  LookedFile,
  Place,
  Searched,
  Unlike,
} from "../../src/ports/docker-host.ts";
import type {
  ComposeCall,
  ComposeUp,
  DockerWork,
  Fingerprint,
  LikeOrder,
  PathKind,
  ProofOrder,
  Said,
  WrittenOver,
} from "../../src/ports/docker-work.ts";

export const VOLUMES = "/var/lib/docker/volumes";
export const volumeOf = (service: string): string => createHash("sha256").update(service).digest("hex");
export const hashOfText = (text: string): string => createHash("sha256").update(text).digest("hex");

function refused(message: string): RecoverError {
  return new RecoverError("guard-refused", message, { remedy: "Look.", effect: "none" });
}

export class FakeComposeStack implements DockerHost, DockerWork {
  readonly label = "here";
  readonly words = ["docker"] as const;
  /** Every change, in order. */
  readonly changed: string[] = [];
  readonly all = new Map<string, DockerContainer>();
  /** Directories by path, with their contents. */
  readonly directories = new Map<string, string>([["/srv/mastodon", ""]]);
  readonly files = new Map<string, string>();
  readonly layers = new Map<string, readonly LayerChange[]>();
  /** Directories that hold PostgreSQL. */
  readonly clusters = new Set<string>();
  /** Why no directory can be searched. */
  unsearched: string | undefined;
  readonly images_ = new Map<string, readonly string[]>();
  /** Services whose configuration in the file differs from the running one. */
  readonly drifted = new Set<string>();
  /** Services that the file has no more. */
  readonly forgotten = new Set<string>();
  /** Ids of containers that `up` leaves alone. */
  readonly profiled = new Set<string>();
  readsDirectly = true;
  /** Variables that its files name, and that nobody sets. */
  unset: readonly string[] = [];
  /** Why nobody may write to its Compose file. */
  unwritable: string | undefined;
  /** The answers to `psql` and `redis-cli`. */
  answer: (argv: readonly string[], sql: string | undefined) => Said = () => ({ code: 0, stdout: "", stderr: "" });
  statuses: (number | undefined)[] = [];
  /** The differences between containers and those before them. */
  unlikes: readonly Unlike[] = [];
  /** The call after so many changes is cut before it. */
  dieAfter = Number.POSITIVE_INFINITY;
  #made = 0;

  add(service: string, more: Partial<DockerContainer> & { readonly path?: string } = {}): DockerContainer {
    const { path, ...rest } = more;
    const volume = volumeOf(service);
    const mount: DockerMount = {
      kind: "volume",
      volume,
      source: `${VOLUMES}/${volume}/_data`,
      destination: path ?? "",
      writable: true,
    };
    if (path !== undefined) this.directories.set(mount.source, `data of ${service}`);
    const container = containerLike(this.#nextId(), `mastodon_${service}_1`, {
      mounts: path === undefined ? [] : [mount],
      ...rest,
    });
    const labels = {
      ...LABELS,
      "com.docker.compose.service": service,
      "com.docker.compose.config-hash": hashOfText(service),
      ...rest.labels,
    };
    return this.put({ ...container, labels });
  }

  put(container: DockerContainer): DockerContainer {
    this.all.set(container.id, container);
    return container;
  }

  alter(id: string, change: Partial<DockerContainer>): void {
    const found = this.all.get(id);
    if (found !== undefined) this.all.set(id, { ...found, ...change });
  }

  named(name: string): DockerContainer | undefined {
    return [...this.all.values()].find((one) => one.name === name);
  }

  // --- looks ---
  engine(): Promise<EngineFacts> {
    const { readsDirectly } = this;
    return Promise.resolve({
      name: "vm",
      version: "20.10.24",
      readsDirectly,
      endpoint: "unix:///var/run/docker.sock",
    } as EngineFacts);
  }
  containers = (): Promise<readonly DockerContainer[]> => Promise.resolve([...this.all.values()]);
  volumes(): Promise<readonly DockerVolume[]> {
    const mounts = [...this.all.values()].flatMap(({ mounts }) => mounts.filter(({ kind }) => kind === "volume"));
    return Promise.resolve(
      mounts.map(({ volume, source }) => ({
        name: volume,
        driver: "local",
        mountpoint: source,
        labels: {},
        options: {},
        createdAt: undefined,
        anonymous: /^[0-9a-f]{64}$/u.test(volume),
      })),
    );
  }
  images(): Promise<readonly DockerImage[]> {
    return Promise.resolve(
      [...this.images_].map(([id, volumes]) => ({
        id,
        tags: [],
        volumes,
        entrypoint: [],
        command: [],
        user: "",
        env: {},
        labels: {},
        size: 0,
      })),
    );
  }
  changes = (container: string): Promise<readonly LayerChange[]> => Promise.resolve(this.layers.get(container) ?? []);
  async unlike(before: string, after: string): Promise<readonly Unlike[] | undefined> {
    return this.all.has(before) && this.all.has(after) ? this.unlikes : undefined;
  }
  file = (path: string): Promise<string | undefined> => Promise.resolve(this.files.get(path));
  composed = (call: ComposeCall, over?: { readonly file: string; readonly text: string }): Promise<ComposeAnswer> => {
    const files = over === undefined ? call.files : [...new Set([...call.files, over.file])];
    const texts = files.map((file) => (file === over?.file ? over.text : (this.files.get(file) ?? "")));
    const known = [...servicesIn(texts)].filter(([name]) => !this.forgotten.has(name));
    return Promise.resolve({ state: "told", text: configured(call, new Map(known)), unset: this.unset });
  };
  sizes = (): Promise<never> => Promise.reject(new Error("not asked here"));
  measure = this.sizes;
  look = (places: readonly Place[]): Promise<readonly Looked[]> =>
    Promise.resolve(places.map((place) => this.#lookedAt(place)));
  search = (places: readonly Place[], ends: readonly string[]): Promise<readonly Searched[]> =>
    Promise.resolve(
      places.map(({ key, path }): Searched => {
        if (this.unsearched !== undefined) return { state: "unknown", key, why: this.unsearched };
        const below = [...this.clusters].filter((each) => each.startsWith(`${path}/`));
        const paths = below.flatMap((each) => ends.map((end) => `${each.slice(path.length + 1)}/${end}`));
        return { state: "seen", key, paths, more: false };
      }),
    );
  close = (): Promise<void> => Promise.resolve();

  async whyLed(): Promise<string | undefined> {
    return await Promise.resolve(undefined);
  }
  async whyUnwritable(): Promise<string | undefined> {
    return this.unwritable;
  }

  // --- changes ---
  async stop(id: string): Promise<void> {
    this.#change(`stop ${this.#of(id).name}`);
    this.alter(id, { running: false, status: "exited" });
  }
  async start(id: string): Promise<void> {
    this.#change(`start ${this.#of(id).name}`);
    this.alter(id, { running: true, status: "running" });
  }
  async commit(id: string, reference: string): Promise<void> {
    this.#change(`commit ${this.#of(id).name} ${reference}`);
    this.images_.set(reference, []);
  }
  async createLike({ of, name, image, labels }: LikeOrder): Promise<string> {
    this.#change(`create ${name}`);
    if (this.named(name) !== undefined) throw refused(`${name} is taken`);
    const other = this.#of(of);
    return this.put({
      ...other,
      id: this.#nextId(),
      name,
      image,
      imageId: image,
      running: false,
      status: "created",
      labels: { ...other.labels, ...labels },
    }).id;
  }
  async remove(id: string): Promise<void> {
    const { name, running } = this.#of(id);
    if (running) throw refused(`${name} runs`);
    this.#change(`rm ${name}`);
    this.all.delete(id);
  }
  composeVersion = (): Promise<string> => Promise.resolve("1.29.2");
  composeHashes(): Promise<ReadonlyMap<string, string>> {
    const services = [...this.all.values()]
      .map(({ labels }) => labels["com.docker.compose.service"] ?? "")
      .filter((service) => !this.forgotten.has(service));
    return Promise.resolve(
      new Map(services.map((name) => [name, hashOfText(this.drifted.has(name) ? `${name}!` : name)])),
    );
  }
  /** On the directories that the file names, for services without a container; the others are started. */
  async composeUp(
    call: ComposeCall,
    services: readonly string[],
    { scales = {}, keeps = false }: ComposeUp = {},
  ): Promise<void> {
    const scaled = Object.entries(scales).map(([service, count]) => ` --scale ${service}=${count}`);
    this.#change(`up ${keeps ? "--no-recreate " : ""}${services.join(" ")}${scaled.join("")}`);
    const text = call.files.map((file) => this.files.get(file) ?? "").join("\n");
    for (const service of services) {
      if (
        [...this.all.values()].some(
          ({ labels }) =>
            labels["com.docker.compose.service"] === service && labels["com.docker.compose.project"] === call.project,
        )
      )
        continue;
      const [, source = "", destination = ""] =
        new RegExp(`^ *- (\\./${service === "db" ? "postgres" : service}[^:]*):(.*)$`, "mu").exec(text) ?? [];
      const mount: DockerMount = {
        kind: "bind",
        volume: "",
        source: posix.resolve(call.directory, source),
        destination,
        writable: true,
      };
      this.add(service, { mounts: [mount] });
    }
    for (const { id, labels } of this.all.values())
      if (
        labels["com.docker.compose.project"] === call.project &&
        (services.length === 0 || services.includes(labels["com.docker.compose.service"] ?? "")) &&
        !this.profiled.has(id)
      )
        this.alter(id, { running: true, status: "running" });
  }
  async kind(path: string): Promise<PathKind> {
    if (this.directories.has(path)) return "directory";
    return this.files.has(path) ? "file" : "absent";
  }
  async entries(directory: string): Promise<readonly string[]> {
    const below = [...this.directories.keys(), ...this.files.keys()].filter(
      (path) => posix.dirname(path) === directory,
    );
    const content = this.directories.get(directory) ?? "";
    return [...below.map((path) => posix.basename(path)), ...(content === "" ? [] : ["data"])];
  }
  bytesBelow = (): Promise<number> => Promise.resolve(1000);
  freeBytes = (): Promise<number> => Promise.resolve(1_000_000_000);
  async makeParents(path: string): Promise<void> {
    const directory = path.slice(0, path.lastIndexOf("/"));
    this.#change(`mkdir ${directory}`);
    this.directories.set(directory, "");
  }
  async copyTree(from: string, to: string): Promise<void> {
    this.#change(`cp ${from} ${to}`);
    this.directories.set(to, this.directories.get(from) ?? "");
  }
  async alignTree(from: string, to: string): Promise<void> {
    this.#change(`align ${from} ${to}`);
    this.directories.set(to, this.directories.get(from) ?? "");
  }
  async alike(one: string, other: string): Promise<boolean> {
    return this.directories.get(one) === this.directories.get(other);
  }
  async copyOut(container: string, path: string, to: string): Promise<void> {
    this.#change(`cp ${this.#of(container).name}:${path} ${to}`);
    this.directories.set(to, `layer of ${this.#of(container).name}`);
  }
  async fingerprint(directory: string): Promise<Fingerprint> {
    return { files: 1, bytes: 1000, sha256: hashOfText(this.directories.get(directory) ?? "absent") };
  }
  async rename(from: string, to: string): Promise<void> {
    this.#change(`mv ${from} ${to}`);
    if (this.directories.has(to)) throw refused(`${to} is there`);
    this.directories.set(to, this.directories.get(from) ?? "");
    this.directories.delete(from);
  }
  async removeOwn(directory: string): Promise<void> {
    this.#change(`rm -r ${directory}`);
    this.directories.delete(directory);
  }
  async hashOf(path: string): Promise<string | undefined> {
    const text = this.files.get(path);
    return text === undefined ? undefined : hashOfText(text);
  }
  async writeFile(path: string, text: string, over: WrittenOver): Promise<void> {
    if ((await this.hashOf(path)) !== ("sha256" in over ? over.sha256 : undefined))
      throw refused(`${path} is something else`);
    this.#change(`write ${path}`);
    this.files.set(path, text);
  }
  async removeFile(path: string, expected: string): Promise<void> {
    if ((await this.hashOf(path)) !== expected) throw refused(`${path} is something else`);
    this.#change(`rm ${path}`);
    this.files.delete(path);
  }
  async startProof({ name, labels }: ProofOrder): Promise<string> {
    this.#change(`run ${name}`);
    return this.put(containerLike(this.#nextId(), name, { labels })).id;
  }
  async endProof(name: string): Promise<void> {
    const found = this.named(name);
    if (found === undefined) return;
    this.#change(`end ${name}`);
    this.all.delete(found.id);
  }
  exec = (_container: string, argv: readonly string[], sql?: string): Promise<Said> =>
    Promise.resolve(this.answer(argv, sql));
  said = (): Promise<string> => Promise.resolve("");
  httpStatus = (): Promise<number | undefined> => Promise.resolve(this.statuses.shift());

  #lookedAt({ key, path, inside }: Place): Looked {
    const at = inside === undefined ? path : `${path}/${inside}`;
    const file = (name: string, text: string): LookedFile => ({
      ...{ path: name, size: text.length, modified: 0, uid: 999, content: Buffer.from(text) },
    });
    const files = this.clusters.has(at) ? [file("PG_VERSION", "15\n"), file("global/pg_control", "")] : [];
    const entries = this.directories.get(path) === "" ? [] : [{ name: "data", kind: "directory" } as const];
    const of = { uid: 999, mode: "700", modified: 0, space: undefined };
    return { state: "seen", key, entries, more: false, files, unread: [], ...of };
  }

  #of(id: string): DockerContainer {
    const found = this.all.get(id) ?? this.named(id);
    if (found === undefined) throw refused(`no container ${id}`);
    return found;
  }

  #change(what: string): void {
    if (this.changed.length >= this.dieAfter)
      throw new RecoverError("unreachable", "cut", { remedy: "Go on.", effect: "unknown" });
    this.changed.push(what);
  }

  #nextId(): string {
    this.#made += 1;
    return String(this.#made).padStart(64, "0");
  }
}

const LABELS = {
  "com.docker.compose.project": "mastodon",
  "com.docker.compose.oneoff": "False",
  "com.docker.compose.version": "1.29.2",
  "com.docker.compose.project.working_dir": "/srv/mastodon",
  "com.docker.compose.project.config_files": "docker-compose.yml",
};

function containerLike(id: string, name: string, more: Partial<DockerContainer>): DockerContainer {
  return {
    ...{ id, name, image: "x", imageId: "sha256:x", running: true, status: "running", exitCode: 0 },
    ...{
      createdAt: "",
      startedAt: "",
      restartPolicy: "always",
      removedWhenStopped: false,
      labels: {},
      mounts: [],
      binds: [],
    },
    ...{ env: {}, layer: undefined, user: "", entrypoint: [], command: [], ports: [], networks: [] },
    ...more,
  };
}
