import { readFileSync } from "node:fs";
import { REGISTRY } from "../actions/registry.js";
import { counted } from "../counted.js";
import { type Diagnostic, renderDiagnostic } from "../diagnostic.js";
import { EXIT, RecoverError } from "../errors.js";
import { loadRunbook } from "../runbook/load.js";
import { reasonOf } from "../journal/durable.js";
import { quoted } from "../printable.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";

export async function lint(given: GlobalArguments & { readonly files: readonly string[] }): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const found = given.files.flatMap((file) => check(file));
  if (given.json) output.json({ schema: "dingo-recover/lint@1", diagnostics: found });
  else {
    for (const diagnostic of found)
      for (const line of renderDiagnostic(diagnostic, readText(diagnostic.file)).split("\n")) output.line(line);
    output.line(
      found.length === 0 ? `${counted(given.files.length, "runbook")}, no mistakes` : counted(found.length, "mistake"),
    );
  }
  return await Promise.resolve(found.length === 0 ? EXIT.done : EXIT.invalid);
}

function check(file: string): readonly Diagnostic[] {
  const loaded = loadRunbook(readText(file), file, REGISTRY);
  return "diagnostics" in loaded ? loaded.diagnostics : [];
}

export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RecoverError("usage", `${quoted(file)} cannot be read: ${reasonOf(cause)}`, {
      remedy: "Name a file that exists and may be read.",
      place: file,
      cause,
      effect: "none",
    });
  }
}
