/** A cell: containers with their logs, directories, etcd behind it, PostgreSQL inside. Its record is the far side's. */
import { RecoverError } from "../../src/errors.ts";
import type { Cell, Cells, CommandResult, Container, ContainerEngine, HostFiles } from "../../src/ports/cells.ts";
import type { BoshInstance } from "../../src/ports/director.ts";
import { FakeDatabase } from "./fake-database.ts";
import { FakeEtcd } from "./fake-etcd.ts";

export class FakeCell implements Cell {
  readonly instance: BoshInstance;
  readonly label: string;
  readonly containers = new Map<string, Container>();
  readonly logLines = new Map<string, string[]>();
  /** Lines since a time; those of `logLines` when there are none of that time. */
  readonly logsSince = new Map<string, readonly string[]>();
  /** Absolute paths of directories, and of files with their text. */
  readonly directories = new Set<string>();
  readonly fileTexts = new Map<string, string>();
  /** Every change, in order. */
  readonly changes: string[] = [];
  free = 100_000_000_000;
  /** The lines that a container prints in the life that begins now. */
  onStart: (container: Container) => readonly string[] = () => [];
  /** The state of a container once it was stopped. */
  onStop: Partial<Container> = { exitCode: 0 };
  /** Answers that are lost on their way, first to last, once the call has had its effect. */
  readonly lostAnswers: ("start" | "stop" | "logs")[] = [];
  patroni: unknown;
  readonly database: FakeDatabase;
  readonly #etcd: FakeEtcd;
  #lives = 0;

  constructor(instance: BoshInstance, etcd = new FakeEtcd()) {
    this.instance = instance;
    this.label = `${instance.group}/${instance.id} (${instance.ips[0] ?? ""})`;
    this.#etcd = etcd;
    this.database = new FakeDatabase(this.changes);
  }

  get docker(): ContainerEngine {
    return {
      version: async () => "1.12.6",
      list: async () => [...this.containers.values()],
      inspect: async (name) => this.containers.get(name),
      stop: async (name) => this.#stop(name),
      start: async (name) => this.#start(name),
      setRestartPolicy: async (name, policy) => {
        this.changes.push(`restart=${policy} ${name}`);
        this.alter(name, { restartPolicy: policy });
      },
      logs: async (name, since) => {
        this.#loseAnswer("logs");
        return this.logsSince.get(since) ?? this.logLines.get(name) ?? [];
      },
    };
  }

  get files(): HostFiles {
    return {
      kind: async (path) => this.#kind(path),
      entries: async (directory) => this.#entries(directory),
      read: async (path) => this.fileTexts.get(path) ?? "",
      rename: async (from, to) => this.#rename(from, to),
      copyTree: async (from, to) => this.#copyTree(from, to),
      makeDirectory: async (path) => {
        this.changes.push(`mkdir ${path}`);
        this.directories.add(path);
      },
      removeTree: async (path) => {
        this.changes.push(`rm ${path}`);
        for (const name of this.directories)
          if (name === path || name.startsWith(`${path}/`)) this.directories.delete(name);
      },
      freeBytes: async () => this.free,
    };
  }

  get sql(): FakeDatabase {
    return this.database;
  }

  etcd(): FakeEtcd {
    return this.#etcd;
  }

  async exec(): Promise<CommandResult> {
    throw new Error("actions do not speak to the shell of a cell");
  }

  async getJson(): Promise<unknown> {
    return this.patroni;
  }

  async containerSecret(): Promise<string | undefined> {
    return undefined;
  }

  put(container: Container): void {
    this.containers.set(container.name, container);
  }

  alter(name: string, change: Partial<Container>): void {
    const container = this.containers.get(name);
    if (container !== undefined) this.containers.set(name, { ...container, ...change });
  }

  #stop(name: string): void {
    this.changes.push(`stop ${name}`);
    this.alter(name, { running: false, status: "exited", ...this.onStop });
    this.#loseAnswer("stop");
  }

  #loseAnswer(call: "start" | "stop" | "logs"): void {
    if (this.lostAnswers[0] !== call) return;
    this.lostAnswers.shift();
    throw new RecoverError("unreachable", `the answer to ${call} was lost`, { remedy: "See to the network." });
  }

  #start(name: string): void {
    this.changes.push(`start ${name}`);
    this.#lives += 1;
    const startedAt = `2026-11-21T12:30:0${this.#lives}Z`;
    this.alter(name, { running: true, status: "running", startedAt });
    const container = this.containers.get(name);
    if (container !== undefined) this.logLines.set(name, [...this.onStart(container)]);
    this.#loseAnswer("start");
  }

  #kind(path: string): "directory" | "file" | "absent" {
    if (this.directories.has(path)) return "directory";
    return this.fileTexts.has(path) ? "file" : "absent";
  }

  #entries(directory: string): string[] {
    const below = [...this.directories, ...this.fileTexts.keys()].filter((path) => path.startsWith(`${directory}/`));
    return [...new Set(below.map((path) => path.slice(directory.length + 1).split("/")[0] ?? ""))];
  }

  #copyTree(from: string, to: string): void {
    this.changes.push(`copy ${from} ${to}`);
    const below = (path: string): boolean => path === from || path.startsWith(`${from}/`);
    for (const path of [...this.directories].filter(below)) this.directories.add(to + path.slice(from.length));
    for (const [path, text] of [...this.fileTexts])
      if (below(path)) this.fileTexts.set(to + path.slice(from.length), text);
  }

  #rename(from: string, to: string): void {
    if (this.#kind(to) !== "absent")
      throw new RecoverError("guard-refused", `"${to}" exists`, { remedy: "Look.", effect: "none" });
    this.changes.push(`rename ${from} ${to}`);
    const moved = (path: string): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    const directories = [...this.directories].map(moved);
    this.directories.clear();
    for (const path of directories) this.directories.add(path);
    for (const [path, text] of [...this.fileTexts]) {
      this.fileTexts.delete(path);
      this.fileTexts.set(moved(path), text);
    }
  }
}

export class FakeCells implements Cells {
  readonly all: FakeCell[] = [];

  async open(instance: BoshInstance): Promise<Cell> {
    const cell = this.all.find((each) => each.instance.id === instance.id);
    if (cell !== undefined) return cell;
    throw new RecoverError("unreachable", `no cell ${instance.id}`, { remedy: "Look.", effect: "none" });
  }

  /** As after a lost connection: who wants a cell has to find it again. */
  living(): undefined {
    return undefined;
  }

  async close(): Promise<void> {}
}
