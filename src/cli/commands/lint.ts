import { counted } from "../../kit/text/counted.ts";
import { type Diagnostic, renderDiagnostic } from "../../kit/text/diagnostic.ts";
import { EXIT } from "../../errors.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";
import type { ActionsArguments, GlobalArguments } from "../options/options.ts";
import { useOwnActions } from "../session/own-actions.ts";
import { fileOf } from "../process/runbook-files.ts";
import { loadFile } from "../process/shipped-runbooks.ts";
import { readText } from "../process/text-file.ts";

type Given = GlobalArguments & ActionsArguments & { readonly files: readonly string[] };

/** Own actions are programs: they are loaded only if that was asked for. */
export async function lint(given: Given): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  if (given["with-actions"]) await useOwnActions(given);
  const found = given.files.map(fileOf).flatMap(check);
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
