import type { Wanted } from "../../ports/log-files.ts";
import type { Finder } from "./finder.ts";
import { PlainFinder } from "./plain-finder.ts";
import { WasmFinder } from "./wasm-finder.ts";

/** The fast one, or the plain one if WebAssembly is switched off or has no SIMD, or the needles do not fit. */
export function selectFinder(wanted: Wanted): Finder {
  try {
    return new WasmFinder(wanted);
  } catch {
    return new PlainFinder(wanted);
  }
}
