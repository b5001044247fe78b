import { counted } from "../counted.js";
import { type Diagnostic, renderDiagnostic } from "../diagnostic.js";
import { EXIT } from "../errors.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { ActionsArguments, GlobalArguments } from "./options.js";
import { useOwnActions } from "./own-actions.js";
import { loadFile } from "./shipped-runbooks.js";
import { readText } from "./text-file.js";

type Given = GlobalArguments & ActionsArguments & { readonly files: readonly string[] };

/** Own actions are programs: they are loaded only where that was asked for. */
export async function lint(given: Given): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  if (given["with-actions"]) await useOwnActions(given);
  const found = given.files.flatMap((file) => check(file));
  if (given.json) output.json({ schema: "dingo-recover/lint@1", diagnostics: found });
  else {
    for (const diagnostic of found)
      for (const line of renderDiagnostic(diagnostic, readText(diagnostic.file)).split("\n")) output.line(line);
    output.line(
      found.length === 0 ? `${counted(given.files.length, "runbook")}, no mistakes` : counted(found.length, "mistake"),
    );
  }
  return found.length === 0 ? EXIT.done : EXIT.invalid;
}

function check(file: string): readonly Diagnostic[] {
  const loaded = loadFile(file);
  return "diagnostics" in loaded ? loaded.diagnostics : [];
}
