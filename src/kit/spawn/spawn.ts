/**
 * A program on this machine: an argv array, never a shell; an environment that holds what is given and nothing else.
 *
 * The child leads its own process group. A Ctrl-C in the terminal then comes
 * to us alone, even during a change. A time-out ends its children too. Time-outs are real milliseconds.
 *
 * Errors: `program-missing` (effect none), `unreachable` on a time-out, `interrupted` on abort, `answer-incomplete`
 * when the output exceeds its limit. A non-zero exit is a result, not an error.
 *
 * The library is loaded when the first program is run.
 */
import type { execa } from "execa";
import { giveUp, RecoverError, refuse } from "../../errors.ts";
import { signalExitCode } from "./signal-code.ts";

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. Without PATH the system's default path is searched. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Closed at once if absent. */
  readonly stdin?: string;
  /** An open file that gets its standard output, of any size; the result then has none. */
  readonly stdoutTo?: number;
  /** The program reads these bytes at descriptor 3; if absent, it has no descriptor 3. */
  readonly fed?: Uint8Array;
  /** Only root can run it as somebody else. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  readonly timeoutMs?: number;
  /** From SIGTERM to SIGKILL; five seconds if absent. */
  readonly hardKillMs?: number;
  readonly signal?: AbortSignal;
  /** Per stream; 8 MiB if absent. */
  readonly maxOutputBytes?: number;
}

export interface ProgramResult {
  /** 128 + N if signal N ended the program. */
  readonly code: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run; a rehearsal may have one that needs no process. */
export type RunProgram = (call: ProgramCall) => Promise<ProgramResult>;

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_OUTPUT = 8 * 1024 * 1024;
const HARD_KILL_MS = 5_000;

export async function runProgram(call: ProgramCall): Promise<ProgramResult> {
  const { execa } = await import("execa");
  if (call.signal?.aborted === true) throw interrupted(call, "none");
  const child = start(execa, call);
  const end = new GroupEnd(child, call.hardKillMs ?? HARD_KILL_MS);
  const timer = setTimeout(() => end.because("timeout"), call.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const aborted = (): void => end.because("abort");
  call.signal?.addEventListener("abort", aborted, { once: true });
  try {
    const outcome = await child;
    if (outcome.isMaxBuffer) end.now();
    return toResult(outcome, call, end.reason);
  } finally {
    clearTimeout(timer);
    end.settled();
    call.signal?.removeEventListener("abort", aborted);
  }
}

type Child = ReturnType<typeof start>;

function start(run: typeof execa, call: ProgramCall) {
  return run(call.program, call.args, {
    reject: false,
    extendEnv: false,
    env: { ...call.env },
    detached: true,
    cleanup: false,
    stripFinalNewline: false,
    encoding: "utf8",
    maxBuffer: call.maxOutputBytes ?? DEFAULT_MAX_OUTPUT,
    killSignal: "SIGKILL",
    ...(call.stdin === undefined ? {} : { input: call.stdin }),
    stdio: [
      call.stdin === undefined ? "ignore" : "pipe",
      (call.stdoutTo as 1 | undefined) ?? "pipe",
      "pipe",
      ...(call.fed === undefined ? [] : [call.fed]),
    ],
    ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
    ...call.as,
  });
}

/** Ends a process group softly, then hard; at last lets go of pipes that an escaped grandchild still holds. */
class GroupEnd {
  reason: "timeout" | "abort" | undefined;
  readonly #child: Child;
  readonly #hardKillMs: number;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(child: Child, hardKillMs: number) {
    this.#child = child;
    this.#hardKillMs = hardKillMs;
  }

  because(reason: "timeout" | "abort"): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#kill("SIGTERM");
    this.#timers.push(setTimeout(() => this.#kill("SIGKILL"), this.#hardKillMs));
    this.#timers.push(setTimeout(() => this.#letGo(), this.#hardKillMs + 1_000));
  }

  now(): void {
    this.#kill("SIGKILL");
  }

  settled(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #kill(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  #letGo(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr.destroy();
  }
}

type Outcome = Awaited<Child>;

function toResult(outcome: Outcome, call: ProgramCall, ended: "timeout" | "abort" | undefined): ProgramResult {
  if (outcome.exitCode === undefined && outcome.signal === undefined) throw notStarted(outcome, call);
  if (ended === "abort") throw interrupted(call, "unknown");
  if (ended === "timeout") throw timedOut(call);
  if (outcome.isMaxBuffer) throw tooMuch(call);
  return {
    code: outcome.exitCode ?? signalExitCode(outcome.signal ?? ""),
    ...(outcome.signal === undefined ? {} : { signal: outcome.signal }),
    stdout: outcome.stdout ?? "",
    stderr: outcome.stderr,
  };
}

function notStarted(outcome: Outcome, call: ProgramCall): RecoverError {
  const missing = outcome.code === "ENOENT" || outcome.code === "EACCES";
  const why = missing
    ? "is not installed or cannot be run"
    : `could not be started (${outcome.code ?? "no reason given"})`;
  return refuse("program-missing", `the program "${call.program}" ${why}`)
    .at(call.program)
    .advise(`Install "${call.program}" or put its directory into PATH, then try again.`, outcome.cause);
}

/** The error of a program that the signal stopped. */
export function interrupted(call: ProgramCall, effect: "none" | "unknown"): RecoverError {
  return new RecoverError("interrupted", `the program "${call.program}" was stopped before it was done`, {
    remedy: "Resume the run: it looks first whether the call took effect.",
    place: call.program,
    effect,
  });
}

function timedOut(call: ProgramCall): RecoverError {
  const seconds = (call.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000;
  return giveUp("unreachable", `the program "${call.program}" gave no answer within ${seconds} s`)
    .at(call.program)
    .advise("Check that the system it talks to can be reached from here, then resume.");
}

function tooMuch(call: ProgramCall): RecoverError {
  const limit = call.maxOutputBytes ?? DEFAULT_MAX_OUTPUT;
  return giveUp("answer-incomplete", `the program "${call.program}" wrote more than ${limit} bytes`)
    .at(call.program)
    .advise("Run the command by hand to see what it writes; nothing was concluded from the part that was read.");
}
