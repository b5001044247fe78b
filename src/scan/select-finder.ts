import type { Wanted } from "../ports/log-files.js";
import type { Finder } from "./finder.js";
import { PlainFinder } from "./plain-finder.js";
import { WasmFinder } from "./wasm-finder.js";

/** The needles of the rules come last, as `NewestLines` expects. */
export function needlesOf({ needles, newest = [] }: Wanted): readonly string[] {
  return [...needles, ...newest.map(({ needle }) => needle)];
}

/** The fast one, or the plain one where WebAssembly is switched off or has no SIMD, or the needles do not fit. */
export function selectFinder(needles: readonly string[]): Finder {
  try {
    return new WasmFinder(needles);
  } catch {
    return new PlainFinder(needles);
  }
}
