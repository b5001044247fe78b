/** The fate of a call that is struck; each sort of call tells how that looks to its caller. */
import type { Stroke } from "./blow.ts";

/** How long a call that is struck takes. */
export interface Waits {
  readonly giveUp: () => Promise<void>;
  readonly slowly: () => Promise<void>;
}

export interface Looks<Done, End> {
  /** Lets it take effect. */
  readonly work: () => Promise<Done>;
  whole(done: Done): End;
  half(done: Done): End;
  twice(done: Done): End;
  garbage(): End;
  /** Nothing comes. */
  gone(kind: "timeout" | "reset"): End;
  fails(status: "403" | "500" | "502" | "503"): End;
}

export async function suffer<Done, End>(
  { kind, after }: Stroke,
  { giveUp, slowly }: Waits,
  { work, ...looks }: Looks<Done, End>,
): Promise<End> {
  if (after) await work();
  switch (kind) {
    case "timeout":
    case "reset":
      if (kind === "timeout") await giveUp();
      return looks.gone(kind);
    case "slow":
      await slowly();
      return looks.whole(await work());
    case "half":
      return looks.half(await work());
    case "garbage":
      await work();
      return looks.garbage();
    case "duplicate":
      return looks.twice(await work());
    case "twice":
      await work();
      return looks.whole(await work());
    default:
      return looks.fails(kind);
  }
}
