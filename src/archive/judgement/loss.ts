/** The loss of a restore from this archive, in segments, and how far the archive is from the deletion. */
import { counted } from "../../kit/text/counted.ts";
import { noneText } from "../loss.ts";

export interface Loss {
  /** Segments after the recovery point that are not there. */
  readonly missing: number;
  /** Segments that are there, behind a gap that replay cannot cross. */
  readonly unreachable: number;
  /** The number that `--accept-loss` counts: the sum of both. */
  readonly segments: number;
}

export const NO_LOSS: Loss = { missing: 0, unreachable: 0, segments: 0 };

export function lossOf(missing: number, unreachable: number): Loss {
  return { missing, unreachable, segments: missing + unreachable };
}

export interface LossInTime {
  /** ISO 8601: the data end no later than this. */
  readonly noLaterThan: string;
  readonly deletedAt: string;
  /**
   * From the one to the other; zero when the archive may reach to the deletion. Writes of this time are lost, if there
   * were any.
   */
  readonly seconds: number;
}

/** `reaches` is the recovery point's time: an upper bound by the store's clock. */
export function lossInTime(reaches: string, deletedAt: Date): LossInTime {
  const seconds = Math.max(0, Math.round((deletedAt.getTime() - Date.parse(reaches)) / 1000));
  return { noLaterThan: reaches, deletedAt: deletedAt.toISOString(), seconds };
}

/** Of segments alone; `src/archive/loss.ts` tells about the open one. */
export function lostSegmentsText(loss: Loss, readInFull: boolean): string {
  if (loss.segments === 0) return noneText(readInFull);
  return `lost after the recovery point: ${counted(loss.segments, "segment")} (${whichText(loss)})`;
}

export const whichText = ({ missing, unreachable }: Loss): string => `${missing} missing, ${unreachable} unreachable`;
