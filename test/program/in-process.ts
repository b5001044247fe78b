/**
 * The program without a process: its `main`, with a stand-in of `process` that has streams, listeners and an exit code for this
 * call alone. All modules are as new, as in a process; the packages are those of the calls before. One call runs after another:
 * directory and environment are the process's own.
 */
import childProcess from "node:child_process";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire, Module, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { Script } from "node:vm";
import dgram from "node:dgram";
import dns from "node:dns";
import { Socket } from "node:net";
import { REHEARSAL_VARIABLE } from "../../src/rehearsal/variable.ts";

export interface Call {
  readonly words: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Wrapped = (module: { exports: Main }, require: (name: string) => unknown, process: NodeJS.Process) => void;

/** The program that lies in a directory (build/test-program.mjs), for calls in this process. */
export class ProgramInProcess {
  readonly #directory: string;
  readonly #require: NodeJS.Require;
  #wrapped: Wrapped | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
    this.#require = createRequire(join(directory, "bin.cjs"));
  }

  call(call: Call): Promise<Ended> {
    const ended = this.#last.then(() => inPlace(call, () => this.#main(call.words)));
    this.#last = ended.catch(() => undefined);
    return ended;
  }

  async #main(words: readonly string[]): Promise<Ended> {
    const process = new ProcessOfCall(["node", join(this.#directory, "bin.cjs"), ...words]);
    const made: { exports: Main } = { exports: { main: () => Promise.resolve() } };
    this.#script()(made, (wanted) => this.#wanted(wanted), process.standIn);
    await Promise.race([made.exports.main(words), process.exited]);
    return process.end();
  }

  #wanted(name: string): unknown {
    if (name === "node:module") return { ...this.#require(name), Module: LoadsAnew };
    if (name === "node:child_process") return { ...childProcess, spawn: spawnHeard };
    return this.#require(name);
  }

  #script(): Wrapped {
    const filename = join(this.#directory, "program.cjs");
    this.#wrapped ??= new Script(readFileSync(filename, "latin1"), { filename }).runInThisContext() as Wrapped;
    return this.#wrapped;
  }
}

interface Main {
  readonly main: (words: readonly string[]) => Promise<void>;
}

/** The process as the program sees it. */
class ProcessOfCall {
  readonly standIn: NodeJS.Process;
  /** Resolves when the program ends itself. */
  readonly exited: Promise<void>;
  readonly #listeners = new EventEmitter();
  readonly #stdout = new Written();
  readonly #stderr = new Written();

  constructor(argv: readonly string[]) {
    let exit: () => void = () => undefined;
    this.exited = new Promise((resolve) => (exit = resolve));
    const own = {
      argv,
      exitCode: undefined,
      stdin: Readable.from([]),
      stdout: this.#stdout,
      stderr: this.#stderr,
      // The tests' own process has a channel to its parent; this one has none.
      connected: false,
      getBuiltinModule,
      kill,
      exit: (code?: number) => {
        this.standIn.exitCode = code ?? this.standIn.exitCode;
        exit();
      },
      ...this.#events(),
    };
    const described = Object.getOwnPropertyDescriptors(own);
    this.standIn = Object.create(process, described) as NodeJS.Process;
  }

  /** Ends as a process does: its listeners may change the code. */
  end(): Ended {
    this.#listeners.emit("exit", this.standIn.exitCode ?? 0);
    const { exitCode = 0 } = this.standIn;
    return { code: Number(exitCode), stdout: this.#stdout.text, stderr: this.#stderr.text };
  }

  #events(): Partial<NodeJS.Process> {
    const methods = [
      "on",
      "once",
      "off",
      "addListener",
      "removeListener",
      "emit",
      "listenerCount",
      "listeners",
    ] as const;
    const bound = methods.map((name) => [
      name,
      (...words: [string]) => {
        const result: unknown = (this.#listeners[name] as (...given: unknown[]) => unknown)(...words);
        return result === this.#listeners ? this.standIn : result;
      },
    ]);
    return Object.fromEntries(bound) as Partial<NodeJS.Process>;
  }
}

/** A signal to itself would reach the suite. */
function kill(pid: number, signal?: string | number): true {
  if (signal !== 0 && (pid === process.pid || pid === 0))
    throw new Error("a call that ends so has to be a process: start it");
  return process.kill(pid, signal);
}

/** The output of a child on its parent's streams would be the suite's, and not seen as the call's. */
function spawnHeard(...[command, words, options]: Parameters<typeof childProcess.spawn>): childProcess.ChildProcess {
  if ([options.stdio].flat().includes("inherit"))
    throw new Error("a call whose child writes to its streams has to be a process: start it");
  return childProcess.spawn(command, words, options);
}

let loads = 0;

/** As src/cli/session/own-module.ts imports with it: Node would give the second call a module as the first one found its file. */
class LoadsAnew extends (Module as unknown as new (file: string) => Compiled) {
  override _compile(text: string, file: string): void {
    super._compile(text, file);
    const { exports } = this;
    this.exports = (specifier) => exports(`${specifier}?${(loads += 1)}`);
  }
}

interface Compiled {
  _compile(text: string, file: string): void;
  exports: (specifier: string) => Promise<unknown>;
}

/** Flags of V8 hold for the whole process, which is not the program's. */
function getBuiltinModule(name: string): unknown {
  const found: object | undefined = process.getBuiltinModule(name);
  return name === "node:v8" ? { ...found, setFlagsFromString: () => undefined } : found;
}

/** A pipe, read to its end. */
class Written extends Writable {
  readonly #decoder = new TextDecoder();
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += this.#decoder.decode(chunk, { stream: true });
    done();
  }
}

/** Directory, environment, and a wall around a rehearsal are the process's own: they are given back. */
async function inPlace<T>({ directory, env }: Call, work: () => Promise<T>): Promise<T> {
  const before = { directory: process.cwd(), env: { ...process.env } };
  const unguard = REHEARSAL_VARIABLE in env ? guarded() : undefined;
  process.chdir(directory);
  setEnvironment(env);
  try {
    return await work();
  } finally {
    setEnvironment(before.env);
    process.chdir(before.directory);
    unguard?.();
  }
}

function setEnvironment(env: Readonly<NodeJS.ProcessEnv>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
}

/** Takes away again the guards that src/rehearsal/loopback-guard.ts puts in place. */
function guarded(): () => void {
  const holders: readonly object[] = [
    Socket.prototype,
    dgram.Socket.prototype,
    dns,
    dns.promises,
    dns.Resolver.prototype,
    dns.promises.Resolver.prototype,
  ];
  const before = holders.map((holder) => Object.getOwnPropertyDescriptors(holder));
  return () => {
    for (const [at, holder] of holders.entries()) Object.defineProperties(holder, before[at] ?? {});
    syncBuiltinESMExports();
  };
}
