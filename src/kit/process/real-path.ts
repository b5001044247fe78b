import { realpathSync } from "node:fs";

/** The one name of a file, to which each link to it is resolved; the path itself if nobody can tell. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
