/**
 * The adapter's own scratch databases, in a directory that stands for this machine's: a run that was killed many times over
 * is resumed many times at once, and its journal names one place.
 */
import { join, relative } from "node:path";
import type { ScratchDatabases, ScratchFile } from "../../src/ports/scratch-database.ts";

const SHOWN = "/var/tmp";
const NAMES_FILE: ReadonlySet<string | symbol> = new Set<keyof ScratchDatabases>(["dump", "dumped"]);

/** `directory` is the run's `/var/tmp`. */
export function placedScratch(own: ScratchDatabases, directory: string): ScratchDatabases {
  const moved = (path: string): string =>
    path.startsWith(`${SHOWN}/`) ? join(directory, relative(SHOWN, path)) : path;
  const given = (value: unknown): unknown => {
    if (typeof value === "string") return moved(value);
    const isPlaced = typeof value === "object" && value !== null && "place" in value;
    return isPlaced ? { ...value, place: moved(String(value.place)) } : value;
  };
  const shown = (file: ScratchFile | undefined): ScratchFile | undefined =>
    file && { ...file, path: join(SHOWN, relative(directory, file.path)) };
  return new Proxy(own, {
    get(target, name) {
      if (name === "placeOf") return (run: string) => join(SHOWN, `dingo-recover-${run}`);
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...words: readonly unknown[]): Promise<unknown> => {
        const result: unknown = await Reflect.apply(method, target, words.map(given));
        return NAMES_FILE.has(name) ? shown(result as ScratchFile | undefined) : result;
      };
    },
  });
}
