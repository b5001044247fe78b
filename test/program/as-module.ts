/** A module of ours with all that it imports, as a child of a test imports it: `import(asModule("src/x.ts"))`. */
import { join } from "node:path";
import { buildSync } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

export function asModule(path: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(ROOT, path)],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")}`;
}
