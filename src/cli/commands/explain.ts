/** `explain`: what a code of an error means and what to do; of an exit code, which errors end with it. */
import { CATALOGUE, type ErrorCode, EXIT, type ExitName, refuse } from "../../errors.ts";
import { EXPLANATIONS } from "../../report/explanation/explanations.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { wrap } from "../screen/text.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";

/** Ends that no error leads to. */
const PLAIN_ENDS: Readonly<Record<string, string>> = {
  [EXIT.done]: "done; what was to be proved was proved.",
  [EXIT.warning]:
    "done, and what was found is worth a look. After a run: read the findings in its report (dingo-recover report RUN), the warnings first. After discover: no candidate is known to be the one that was asked for. Have its owner confirm which one was deleted, then ask again with --name and its GUID.",
  [EXIT.serious]:
    "done, and what was found is serious: the findings stand in the report (dingo-recover report RUN). A failed look would have ended with 15.",
  141: "the reader of the output has gone (dingo-recover runs | head -1); nothing is wrong.",
};

const width = ({ columns }: Output): number => Math.min(columns, 100);

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

export async function explain(given: GlobalArguments & { readonly code?: string | undefined }): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const plain = PLAIN_ENDS[given.code?.trim() ?? ""];
  if (plain !== undefined) {
    if (given.json) output.json({ schema: "dingo-recover/explain@1", codes: [], meaning: plain });
    else for (const line of wrap(`exit code ${given.code?.trim() ?? ""}: ${plain}`, width(output))) output.line(line);
    return EXIT.done;
  }
  const codes = given.code === undefined ? CODES : named(given.code);
  if (given.json) output.json({ schema: "dingo-recover/explain@1", codes: codes.map(documentOf) });
  else for (const line of linesOf(codes, width(output))) output.line(line);
  return await Promise.resolve(EXIT.done);
}

/** A code by its name, or all codes that lead to one exit code. */
function named(text: string): readonly ErrorCode[] {
  const code = text.trim();
  const one = CODES.find((each) => each === code.toLowerCase());
  if (one !== undefined) return [one];
  const ending = CODES.filter((each) => String(exitOf(each)) === code);
  if (ending.length > 0) return ending;
  const near = nearest(code, CODES) ?? withWord(code);
  const all = "dingo-recover explain names all.";
  throw refuse("usage", `there is no code ${quoted(code)}`).advise(
    near === undefined ? all : `Did you mean "${near}"? ${all}`,
  );
}

/** The code that has a word like it. With short words nearly everything is alike. */
function withWord(text: string): ErrorCode | undefined {
  const words = CODES.flatMap((code) => code.split("-"));
  const word = nearest(
    text,
    words.filter((each) => each.length > SHORT || each === text),
  );
  return CODES.find((code) => word !== undefined && code.split("-").includes(word));
}

const SHORT = 3;

function documentOf(code: ErrorCode) {
  return { code, exitCode: exitOf(code), meaning: CATALOGUE[code].meaning, ...EXPLANATIONS[code] };
}

function linesOf(codes: readonly ErrorCode[], width: number): readonly string[] {
  const [code] = codes;
  return codes.length === 1 && code !== undefined ? page(code, width) : table(codes, width);
}

function page(code: ErrorCode, width: number): readonly string[] {
  const { why, next } = EXPLANATIONS[code];
  return [
    ...wrap(`${code} (exit code ${exitOf(code)}): ${CATALOGUE[code].meaning}.`, width),
    "",
    ...wrap(why, width),
    "",
    "What to do:",
    ...next.flatMap((sentence) => bullet(sentence, width)),
  ];
}

function bullet(sentence: string, width: number): readonly string[] {
  const [first = "", ...more] = wrap(sentence, width, "    ");
  return [`  - ${first.trimStart()}`, ...more];
}

function table(codes: readonly ErrorCode[], width: number): readonly string[] {
  const rows = [...codes].sort((a, b) => exitOf(a) - exitOf(b));
  const column = Math.max(...rows.map((code) => code.length));
  return rows.flatMap((code) => {
    const head = `${String(exitOf(code)).padStart(3)}  ${code.padEnd(column)}  `;
    const [first = "", ...more] = wrap(CATALOGUE[code].meaning, width, " ".repeat(head.length));
    return [head + first.trimStart(), ...more];
  });
}

function exitOf(code: ErrorCode): number {
  const name: ExitName = CATALOGUE[code].exit;
  return EXIT[name];
}
