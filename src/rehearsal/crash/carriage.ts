/** What a crash matrix wants of the ordinary program: carry one run in this process, and say how it ended. */
import type { CfAnswer, CfCall } from "../cf-program/call.js";
import type { DockerAnswer } from "../docker-engine/answer.js";

/** A program and its words, and what it reads: one character for each byte. */
export interface DockerProgramCall {
  readonly program: string;
  readonly words: readonly string[];
  readonly stdin: string;
}

/** The tool's clock: the box's own, or one that was set wrong. */
export interface ToolClock {
  now(): Date;
  monotonicMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Hooks around every journal append, as the journal knows them. */
export interface AppendHooks {
  before?(seq: number): void;
  torn?(seq: number, length: number): number | undefined;
  after?(seq: number): void;
}

/** What is done with a run, or after it; a batch is a run and those that it has agreed on. */
export type Task = "recovery" | "batch" | "undo" | "cleanup";

export interface Carriage {
  readonly task: Task;
  /** The box's `cf`, without a process of its own. */
  readonly runCf: (call: CfCall) => Promise<CfAnswer>;
  /** The programs of the box's Docker host, in the same way; absent where there is none. */
  readonly runDocker?: (call: DockerProgramCall) => DockerAnswer;
  readonly place: {
    readonly directory: string;
    readonly config: string;
    readonly env: Readonly<Record<string, string>>;
  };
  readonly stateDirectory: string;
  /** What the run takes for this machine's `/var/tmp`, where it starts a PostgreSQL on it. */
  readonly laptop?: string;
  /** The run that is carried on; absent: a new one begins. */
  readonly run?: string;
  /** The run that a new cleanup is about. */
  readonly after?: string;
  readonly clock: ToolClock;
  readonly answers: Readonly<Record<string, string>>;
  /** Of the run, where it has not begun. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  /** The recovery where nothing is said. */
  readonly runbook?: string;
  readonly acceptLoss?: number;
  /** The target for which all is approved. */
  readonly confirm?: string;
  /** `s3://BUCKET/PREFIX`: the run is leased, and its journal mirrored there. */
  readonly lease?: string;
  /** Nothing of the run is here: its journal comes from the mirror. */
  readonly fromMirror?: true;
  readonly observer?: AppendHooks;
  readonly signal: AbortSignal;
  readonly sink?: (event: object) => void;
}

export interface Carried {
  readonly run: string;
  readonly exitCode: number;
  readonly error?: string;
}

export type Carry = (carriage: Carriage) => Promise<Carried>;
