/** A run that was carried elsewhere and is to come in, from a mirror or a directory. */
import type { BroughtRun } from "../../../engine/journal/brought-run.ts";
import type { StateDirectory } from "../../../engine/journal/state-directory.ts";
import type { AcceptingArguments } from "./accept-foreign.ts";

export interface ResumeFromRequest {
  readonly given: AcceptingArguments;
  /** `s3://BUCKET/PREFIX`, as `lease:` says it; or the directory of a run. */
  readonly from: string;
  readonly run: string | undefined;
  readonly takeOver: boolean;
  readonly state: StateDirectory;
  readonly say: (text: string) => void;
  /** Throws if nobody agrees to take it in. */
  readonly accept: (brought: BroughtRun, location: string) => Promise<void>;
}

export interface Arrived {
  readonly run: string;
  /** Epoch of the lease as it was found. A take-over gets a higher one. */
  readonly epoch: number;
}

/** All of it lies here already: it was written here, or was accepted when it came. */
export function isHere(state: StateDirectory, { run, reading }: BroughtRun): boolean {
  if (!state.list().includes(run)) return false;
  const { hashes } = state.read(run);
  return reading.hashes.every((hash, index) => hash === hashes[index]);
}
