import { join } from "node:path";
import { type Metafile, build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

/** Their code takes longer to load than a command may take to its first word. */
const SLOW = ["zod", "yaml", "@marcbachmann/cel-js", "listr2", "inquirer", "ssh2", "@aws-sdk/client-s3", "execa"];

/** Settings are YAML. */
const SETTINGS = ["yaml"];
/** A scenario has Compose files. */
const COMPOSE = ["yaml"];

/** Modules that Node loads before the first line of the file is run; an import on demand is none of them. */
function loadedWith(file: string, { inputs }: Metafile): ReadonlySet<string> {
  const found = new Set([file]);
  for (const each of found)
    for (const { path, kind } of inputs[each]?.imports ?? []) if (kind === "import-statement") found.add(path);
  return found;
}

describe("the first words", () => {
  let metafile: Metafile;
  beforeAll(async () => {
    const entryPoints = [join(import.meta.dirname, "../../../src/main.ts")];
    const options = {
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      splitting: true,
      outdir: "none",
    } as const;
    ({ metafile } = await build({ ...options, entryPoints, platform: "node", packages: "external" }));
  });

  it.each([
    ["main.ts", []],
    ["cli/start/parser.ts", []],
    ["cli/process/tool-version.ts", []],
    ["cli/commands/run-batch.ts", SETTINGS],
    ["cli/commands/doctor/doctor.ts", SETTINGS],
    ["cli/commands/rehearse/rehearse.ts", COMPOSE],
    ["cli/commands/explain.ts", []],
    ["cli/commands/archive/archive-verify.ts", SETTINGS],
  ])("of %s wait for no other slow package than %j", (file, allowed) => {
    const loaded = loadedWith(`src/${file}`, metafile);
    expect(loaded.size).toBeGreaterThan(1);
    expect(SLOW.filter((name) => loaded.has(name))).toEqual(allowed);
  });
});
