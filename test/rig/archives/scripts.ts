/** Shell scripts that carry a program's environment: PostgreSQL's commands and secrets do not go onto a command line. */
import { writeFile } from "node:fs/promises";
import type { Workshop } from "./workshop.ts";

export async function script(
  workshop: Workshop,
  {
    path,
    env,
    command,
  }: { readonly path: string; readonly env: Readonly<Record<string, string>>; readonly command: string },
): Promise<string> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  await writeFile(path, `#!/bin/sh\n${exports.join("")}exec ${command}\n`, { mode: 0o700 });
  await workshop.own(path);
  return path;
}

export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
