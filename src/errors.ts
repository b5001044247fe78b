/**
 * The error catalogue and the exit codes: one table each, walked over by tests and printed in docs/exit-codes.md.
 *
 * A message says what is wrong, a remedy what to do, a place where; the code is stable and scripts may rely on it.
 */

export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  invalid: 10,
  locked: 11,
  stepFailed: 12,
  stopped: 13,
  inDoubt: 14,
  unreachable: 15,
  refused: 16,
  nothing: 17,
  warning: 20,
  serious: 21,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof EXIT;

/** Every stable error code, the exit code that it leads to and what it means in one sentence. */
export const CATALOGUE = {
  internal: { exit: "internal", meaning: "a defect of dingo-recover itself" },
  usage: { exit: "usage", meaning: "the command line does not fit" },
  "config-invalid": { exit: "invalid", meaning: "the configuration file has mistakes" },
  "config-untrusted": { exit: "invalid", meaning: "you have not trusted the configuration that was found" },
  "runbook-invalid": { exit: "invalid", meaning: "the runbook has mistakes" },
  "runbook-changed": { exit: "invalid", meaning: "the runbook is not the one that the run began with" },
  "import-not-accepted": { exit: "stopped", meaning: "nobody here has accepted what comes from elsewhere" },
  "input-invalid": { exit: "usage", meaning: "an input does not have the form that the runbook asks for" },
  "input-missing": { exit: "stopped", meaning: "an input is needed and nobody is there to answer" },
  "question-unanswered": { exit: "stopped", meaning: "a question needs an answer and nobody is there to give it" },
  "stopped-by-operator": { exit: "stopped", meaning: "the operator stopped the run; it can be resumed" },
  interrupted: { exit: "interrupted", meaning: "a signal ended the process; the run can be resumed" },
  "expression-failed": {
    exit: "stepFailed",
    meaning: "an expression or reference of the runbook could not be evaluated on what the steps found",
  },
  locked: { exit: "locked", meaning: "another run holds the lock of this target" },
  "run-not-found": { exit: "usage", meaning: "no run has that name" },
  "run-ambiguous": { exit: "usage", meaning: "more than one run fits that prefix" },
  "run-needs-gone": { exit: "refused", meaning: "the run needs what this version does not have any more" },
  "run-ended": { exit: "usage", meaning: "the run has ended and cannot be resumed" },
  "state-dir-unusable": { exit: "unreachable", meaning: "the state directory cannot be written" },
  "output-unwritable": { exit: "unreachable", meaning: "standard output cannot be written" },
  "journal-broken": { exit: "refused", meaning: "the journal's hash chain does not hold" },
  "journal-write-failed": { exit: "unreachable", meaning: "a journal entry could not be made durable" },
  "journal-version": { exit: "refused", meaning: "the journal was written by a newer version" },
  "journal-too-large": { exit: "refused", meaning: "the journal is larger than any that a run writes" },
  fenced: { exit: "locked", meaning: "another process has taken this run over" },
  "step-failed": { exit: "stepFailed", meaning: "a step failed and the world is as it was before it" },
  "own-action-failed": { exit: "stepFailed", meaning: "an own action of the configuration threw an error" },
  "own-action-strayed": { exit: "stepFailed", meaning: "an own action left work behind that threw an error later" },
  "proof-failed": { exit: "stepFailed", meaning: "the check of the world after a step did not hold" },
  "deadline-passed": { exit: "stepFailed", meaning: "something awaited did not happen in time" },
  "in-doubt": { exit: "inDoubt", meaning: "a step began and nobody can tell how it ended" },
  unreachable: { exit: "unreachable", meaning: "a system did not answer" },
  "access-denied": { exit: "unreachable", meaning: "a system refused our credentials or lacks a right" },
  "not-logged-in": { exit: "unreachable", meaning: "there are no credentials for a system" },
  "key-unusable": { exit: "unreachable", meaning: "no key at hand opens what is encrypted" },
  "program-missing": { exit: "unreachable", meaning: "a program that is needed is not installed or too old" },
  "docker-missing": { exit: "unreachable", meaning: "there is no docker command on the Docker host" },
  "docker-denied": { exit: "unreachable", meaning: "the Docker engine's socket refuses this user" },
  "docker-unreachable": { exit: "unreachable", meaning: "no Docker engine answers" },
  "docker-context": { exit: "unreachable", meaning: "the docker command's context leads to no usable engine" },
  "answer-incomplete": { exit: "unreachable", meaning: "an answer was cut or could not be read in full" },
  "answer-malformed": { exit: "unreachable", meaning: "an answer has a form that is not understood" },
  "archive-elsewhere": { exit: "unreachable", meaning: "the prefix is no archive: one lies above or below it" },
  "host-key-mismatch": { exit: "refused", meaning: "a host showed another key than the pinned one" },
  "host-key-revoked": { exit: "refused", meaning: "a host showed a key that known_hosts says is revoked" },
  "host-key-unknown": { exit: "refused", meaning: "nobody can tell whether a host's key is the right one" },
  "could-not-test": { exit: "unreachable", meaning: "a backup could not be tested, which says nothing of the backup" },
  "command-failed": { exit: "stepFailed", meaning: "a command on a host said that it failed" },
  "coverage-incomplete": { exit: "unreachable", meaning: "nothing was found, but not everything could be looked at" },
  "guard-refused": { exit: "refused", meaning: "the identity of what would change could not be shown" },
  "foreign-directory": { exit: "refused", meaning: "another account could lead root elsewhere in its directory" },
  "no-sandbox": { exit: "refused", meaning: "there is no sandbox for a server on the files of a backup" },
  "bucket-missing": { exit: "unreachable", meaning: "the object store has no bucket of that name, or hides it" },
  "object-changed": { exit: "refused", meaning: "a stored object is not the one that was seen before" },
  "source-protected": { exit: "refused", meaning: "a write or delete would have reached an archive" },
  "target-not-fresh": { exit: "refused", meaning: "the target is not the fresh instance of this run" },
  "old-instance-alive": {
    exit: "refused",
    meaning: "the deleted instance still lives, or its data are left, on a cell",
  },
  "name-taken": { exit: "refused", meaning: "a service instance of that name exists already" },
  "name-unsupported": { exit: "refused", meaning: "a name cannot be handed to the cf CLI safely" },
  "secret-in-name": {
    exit: "refused",
    meaning: "what a step would act on contains the text of a secret, so that the journal could not hold it",
  },
  "confirm-mismatch": { exit: "refused", meaning: "the typed target is not the target of this run" },
  "loss-not-accepted": { exit: "refused", meaning: "more would be lost than was accepted" },
  "wreck-found": { exit: "refused", meaning: "an instance shows the marks of a recovery that went wrong" },
  "does-not-fit": { exit: "refused", meaning: "the cell lacks the room or the version for the archive" },
  "platform-busy": { exit: "refused", meaning: "the director is at work on the deployment" },
  "rehearsal-escape": { exit: "refused", meaning: "a rehearsal tried to reach something beyond loopback" },
  "nothing-found": { exit: "nothing", meaning: "nothing was found, and everything was looked at" },
  "not-restorable": { exit: "nothing", meaning: "the archive cannot be restored" },
} as const satisfies Record<string, { exit: ExitName; meaning: string }>;

export type ErrorCode = keyof typeof CATALOGUE;

/**
 * Codes whose cause lies in the run's subject or in its input: the same run would end so again. If nothing was created
 * yet, another run helps and resuming does not.
 */
const LASTING: ReadonlySet<string> = new Set<ErrorCode>([
  "input-invalid",
  "name-taken",
  "name-unsupported",
  "not-restorable",
  "nothing-found",
  "old-instance-alive",
  "secret-in-name",
  "usage",
  "wreck-found",
]);

/** `code` as it stands in a journal, which may know codes that this version does not. */
export function isLasting(code: string): boolean {
  return LASTING.has(code);
}

export interface ErrorDetails {
  /** One full sentence: what to do, with the exact command when there is one. */
  readonly remedy: string;
  /** Where: a file with line and column, a host, a key, a step. */
  readonly place?: string;
  readonly cause?: unknown;
  /**
   * Whether the failed call can have changed the world: "none" only if that is certain (refused before sending).
   * It says nothing of the calls before it: a mutating step is probed after every error.
   */
  readonly effect?: "none" | "unknown";
  /** True if the same call would fail again, though other calls with this code might not. */
  readonly lasts?: boolean;
}

/** The one error class that reaches a person. Anything else is turned into `internal` at one border. */
export class RecoverError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly place: string | undefined;
  readonly effect: "none" | "unknown";
  readonly lasts: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RecoverError";
    this.code = code;
    this.remedy = details.remedy;
    this.place = details.place;
    this.effect = details.effect ?? "unknown";
    this.lasts = details.lasts ?? false;
  }

  /** The same error, with other details. */
  with(other: Partial<ErrorDetails>): RecoverError {
    const { code, message, remedy, place, effect, cause, lasts } = this;
    const details = { remedy, effect, cause, lasts, ...(place === undefined ? {} : { place }) };
    return new RecoverError(code, message, { ...details, ...other });
  }

  get exitCode(): number {
    return EXIT[CATALOGUE[this.code].exit];
  }
}

/** An error that lacks its remedy. */
export interface Unadvised {
  /** A file with line and column, a host, a key, a step. */
  at(place: string | undefined): Unadvised;
  /** `remedy` is one full sentence: what to do, with the exact command when there is one. */
  advise(remedy: string, cause?: unknown): RecoverError;
}

function unadvised(code: ErrorCode, what: string, details: Omit<ErrorDetails, "remedy">): Unadvised {
  return {
    at: (place) => unadvised(code, what, { ...details, ...(place === undefined ? {} : { place }) }),
    advise: (remedy, cause) => new RecoverError(code, what, { ...details, remedy, cause }),
  };
}

/** The failed call changed nothing. `what` says in one sentence what is wrong. */
export const refuse = (code: ErrorCode, what: string): Unadvised => unadvised(code, what, { effect: "none" });

/** A guard's refusals that have one remedy: of each the sentence and the place. */
export const guardRefusal =
  (remedy: string) =>
  (what: string, place: string): RecoverError =>
    refuse("guard-refused", what).at(place).advise(remedy);

/** The failed call may have changed the world. */
export const giveUp = (code: ErrorCode, what: string): Unadvised => unadvised(code, what, {});

/** Why `work` cannot be done; undefined if it can. Anything else that it throws passes. */
export function refusalOf(work: () => unknown): RecoverError | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof RecoverError) return thrown;
    throw thrown;
  }
}

/** True for errors that may pass by themselves when the network comes back. */
export function isTransient(error: unknown): boolean {
  return error instanceof RecoverError && error.code === "unreachable";
}

/** Turns anything thrown into a RecoverError; unknown ones become `internal` with the cause kept. */
export function asRecoverError(thrown: unknown, place?: string): RecoverError {
  if (thrown instanceof RecoverError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RecoverError("internal", message, {
    remedy: "This is a defect of dingo-recover: please report it with the run's journal.",
    cause: thrown,
    ...(place === undefined ? {} : { place }),
  });
}

/** Ends an exhaustive switch: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
