import { constants } from "node:os";

/** A shell's exit code after signal NAME ("KILL" or "SIGKILL"): 128 + number; 128 for an unknown one. */
export function signalExitCode(name: string): number {
  const full = name.startsWith("SIG") ? name : `SIG${name}`;
  return 128 + (Object.entries(constants.signals).find(([signal]) => signal === full)?.[1] ?? 0);
}
