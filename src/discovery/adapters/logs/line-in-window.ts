/** Whether a plain file has a line of a window of time, found by its lines' times without reading the rest. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { LogFile, SearchWindow } from "../../../ports/log-files.ts";
import { firstLineFrom } from "../../scan/section.ts";
import { datedBy } from "./narrow.ts";
import { MAGIC_LENGTH, packingOf } from "./packing.ts";

/** Undefined for a file that is packed, is no regular file, cannot be read, or has no lines with a time. */
export function hasLineIn(file: LogFile, window: SearchWindow): boolean | undefined {
  if (file.path === "-") return undefined;
  try {
    // A pipe would wait for its writer.
    if (!statSync(file.path).isFile()) return undefined;
    const descriptor = openSync(file.path, "r");
    try {
      return inPlain(descriptor, file, window);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

function inPlain(descriptor: number, file: LogFile, window: SearchWindow): boolean | undefined {
  const first = Buffer.alloc(MAGIC_LENGTH);
  const packing = packingOf(first.subarray(0, readSync(descriptor, first, 0, first.length, 0)));
  const { size } = fstatSync(descriptor);
  if (packing !== "plain" || size === 0) return undefined;
  const instantOf = datedBy({ file, open: { descriptor, size, packing } }, window);
  const { from, to } = window;
  const instant = instantOf === undefined ? undefined : firstLineFrom({ descriptor, size }, { from, to, instantOf });
  return instant === undefined ? undefined : instant <= to;
}
