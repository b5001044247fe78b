/** Runbooks by name (shipped with the package) or by file, checked and with their actions. */
import type { AnyAction } from "../../action.ts";
import { REGISTRY } from "../../wiring/registry.ts";
import { type Diagnostic, diagnosticsError } from "../../kit/text/diagnostic.ts";
import type { NotComposed } from "../../engine/runbook/compose.ts";
import { type Loaded, loadRunbook } from "../../engine/runbook/load.ts";
import type { Actions } from "../../engine/runbook/step.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import { checkedRunbook } from "./checked-runbook.ts";
import { type ComposedFile, composeFile } from "./compose-file.ts";
import { fileOf } from "./runbook-files.ts";

let known: Actions = REGISTRY;

/** Actions that runbooks may name from now on, beside the shipped ones. */
export function learn(actions: readonly AnyAction[]): void {
  known = new Map([...known, ...actions.map((each) => [each.id, each] as const)]);
}

/** The shipped ones, and those that were learnt. */
export const knownActions = (): Actions => known;

/** Throws `runbook-invalid` with every mistake. A runbook that the build has checked is not checked again. */
export function openRunbook(nameOrFile: string): Runbook {
  const file = fileOf(nameOrFile);
  return checkedRunbook(file, known) ?? soundOf(loadFile(file));
}

/** A runbook of which the text alone is left, with what it included; `file` names it. */
export function runbookOfText(text: string, file: string): Runbook {
  return soundOf(loadRunbook(text, file, known));
}

/** As `openRunbook`, and always checked. */
export function readRunbook(nameOrFile: string): Runbook {
  return soundOf(loadFile(fileOf(nameOrFile)));
}

/** With the steps of the runbooks that it includes. */
export function loadFile(file: string): Loaded {
  return loaded(composeFile(file), file);
}

function loaded(composed: ComposedFile, file: string): Loaded {
  if ("diagnostics" in composed)
    return { diagnostics: ownFirst([...composed.diagnostics, ...besides(composed, file)], file) };
  const found = loadRunbook(composed.text, file, known);
  return "diagnostics" in found ? { diagnostics: ownFirst(found.diagnostics.map(composed.locate), file) } : found;
}

/** Mistakes of the file that was asked for stand by line, before those of what it includes. */
const ownFirst = (found: readonly Diagnostic[], file: string): readonly Diagnostic[] =>
  found.toSorted((one, other) => {
    if (one.file !== file || other.file !== file) return Number(one.file !== file) - Number(other.file !== file);
    return one.line - other.line || one.column - other.column;
  });

/** The mistakes beside the includes that failed. */
function besides({ rest }: NotComposed, file: string): readonly Diagnostic[] {
  const found = rest === undefined ? undefined : loadRunbook(rest.text, file, known);
  if (rest === undefined || found === undefined || !("diagnostics" in found)) return [];
  return found.diagnostics.flatMap((each) => rest.locate(each) ?? []);
}

function soundOf(found: Loaded): Runbook {
  if ("diagnostics" in found) throw diagnosticsError("runbook-invalid", found.diagnostics);
  return found.runbook;
}
