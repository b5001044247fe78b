/** A scenario: the world that it begins with, faults, and the operator's answers; never a reply to a call. */
import type { Cloud, CloudControllerState } from "../cloud-controller/state.ts";
import type { DirectorState } from "../director/state.ts";
import type { DockerEngineState } from "../docker-engine/state.ts";
import type { WorldEvent } from "../world/apply.ts";
import type { World } from "../world/world.ts";
import type { Told } from "./told.ts";

export interface Opening {
  readonly world: World;
  readonly cloudController: Cloud;
  /** The instance that was deleted. */
  readonly old: string;
  /** The director's naming of its instances. Default: by GUID. */
  readonly directorIdentity?: DirectorState["identity"];
  /** A Docker host that has nothing to do with the foundation. */
  readonly docker?: DockerEngineState;
}

/** How the foundation looks afterwards. */
export interface Closing {
  readonly world: World;
  readonly cloudController: CloudControllerState;
  readonly docker?: DockerEngineState;
  readonly old: string;
  readonly exitCode: number;
}

/** A kill -9 at a change of the far side, and the deeds of others before somebody resumes. */
export interface Interruption {
  /** As `box/change.ts` reads. */
  readonly at: RegExp;
  /** Which of these changes, counted from 1. Default: the first. */
  readonly time?: number;
  meanwhile(world: World): readonly WorldEvent[];
}

/** The same with an archive that a real PostgreSQL has written, and with a real one at the end. */
export interface RealForm {
  /** When it is played, in milliseconds of the epoch: the archive is as old as it is. */
  readonly beginsAt: number;
  open(options: { readonly seed: number }): Opening;
  /** The table that is restored and shown when the tool has ended; absent if the tool starts the real server itself. */
  readonly ending?: {
    readonly table: string;
    /** How many rows of it the foundation has then. */
    rows(closing: Closing): number;
  };
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly teaches: string;
  /** The words that the paged person is told. */
  readonly ticket: readonly string[];
  /** When it is played, in milliseconds of the epoch. Default: now. */
  beginsAt?(now: number): number;
  open(options: { readonly seed: number; readonly now: number }): Opening;
  /** The tool starts a PostgreSQL on the machine that it runs on. */
  readonly onLaptop?: true;
  /** Present if there is a real database for it. */
  readonly real?: RealForm;
  /** The tool is killed in the middle of this, and resumed. */
  readonly interruption?: Interruption;
  /** Default: the recovery. */
  readonly runbook?: string;
  /** A run that cron or a script would start: its inputs stand on its command line at a terminal too. */
  readonly unattended?: true;
  /** Names of inputs that nobody is asked for and its end is judged by: they stand there at a terminal too. */
  readonly alwaysGiven?: readonly string[];
  /** Inputs of the runbook, when nobody is there to be asked. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Question id → answer, "any confirm" and the like; "*expected*" types the asked word. */
  readonly answers: Readonly<Record<string, string>>;
  /** The tool's exit code when nothing but the scenario decides. */
  readonly exitCode: number;
  /** Faults of the end, each as a sentence; flags may have led to another end than the scenario's own. */
  complaints(closing: Closing): readonly string[];
  /** Faults after an undo that ended. Default: the checks for a service that was to come back. */
  undone?(closing: Closing): readonly string[];
  /**
   * Words that the tool should have said and did not, each as a sentence; asked only if the scenario's own end was
   * played.
   */
  unsaid?(told: Told): readonly string[];
}
