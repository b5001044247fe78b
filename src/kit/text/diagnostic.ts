/** Mistakes in a document that a person wrote: each with its place, all of them reported at once. */
import { type ErrorCode, type RecoverError, refuse } from "../../errors.ts";
import { printable } from "./printable.ts";

/** A mistake with its place; line and column count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
}

/** A defect and its remedy, before it has a place. */
export interface Finding {
  readonly message: string;
  readonly remedy: string;
}

/** `FILE:LINE:COLUMN` as editors understand it. */
export function placeOf(diagnostic: Diagnostic): string {
  return `${printable(diagnostic.file)}:${diagnostic.line}:${diagnostic.column}`;
}

/** One diagnostic for a person: place and message, the line of the document with a caret, the remedy. */
export function renderDiagnostic(diagnostic: Diagnostic, text?: string): string {
  const head = `${placeOf(diagnostic)}: ${diagnostic.message}`;
  const line = text?.split(/\r?\n/u)[diagnostic.line - 1];
  const excerpt = line === undefined ? [] : caret(line, diagnostic.column);
  return [head, ...excerpt, `  ${diagnostic.remedy}`].join("\n");
}

const EXCERPT = 100;

function caret(line: string, column: number): string[] {
  const start = Math.max(0, column - 1 - EXCERPT + 20);
  const shown = printable(line.slice(start, start + EXCERPT)).replaceAll("\t", " ");
  const before = printable(line.slice(start, column - 1)).length;
  return [`    ${shown}`, `    ${" ".repeat(before)}^`];
}

/** All mistakes of one document as the one error that reaches a person. */
export function diagnosticsError(code: ErrorCode, diagnostics: readonly Diagnostic[]): RecoverError {
  const [first] = diagnostics;
  if (first === undefined) throw new Error("an error needs at least one diagnostic");
  if (diagnostics.length === 1) return refuse(code, first.message).at(placeOf(first)).advise(first.remedy);
  const list = diagnostics.map((one) => `  ${placeOf(one)}: ${one.message} (${one.remedy})`);
  return refuse(code, `${diagnostics.length} mistakes:\n${list.join("\n")}`)
    .at(printable(first.file))
    .advise("Correct them in the file and start again.");
}
