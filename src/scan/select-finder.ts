import type { Wanted } from "../ports/log-files.js";
import type { Finder } from "./finder.js";
import { PlainFinder } from "./plain-finder.js";
import { WasmFinder } from "./wasm-finder.js";

/** The fast one, or the plain one where WebAssembly is switched off or has no SIMD, or the needles do not fit. */
export function selectFinder(wanted: Wanted): Finder {
  try {
    return new WasmFinder(wanted);
  } catch {
    return new PlainFinder(wanted);
  }
}
