/** The files of a configuration that hold secrets, wherever in it they are named. */
import type { Config } from "./config.ts";

export function secretFiles(config: Config): readonly string[] {
  return filesIn(config);
}

/** Files of all references below a value. A reference is told by its form. */
function filesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && value.kind === "file" && "path" in value && typeof value.path === "string")
    return [value.path];
  return Object.values(value).flatMap(filesIn);
}
