/**
 * Tells which lines a database's container wrote. Its clients write there too, by `RAISE LOG` or with a statement that
 * fails: such text is no word of the broker, even if it looks like one.
 */
import { SPEAKERS } from "../../kit/log-patterns/speakers.ts";
import type { Envelope } from "./envelope.ts";

/** Heads are short. */
const HEAD = 2048;

export const isContainerTag = (program: string | undefined): boolean => SPEAKERS.containerTag.says.test(program ?? "");

/** A client's text stands behind the mark. A broker's JSON that quotes a mark has it behind its brace. */
export function isOfContainer({ program, body }: Pick<Envelope, "program" | "body">): boolean {
  const head = body.slice(0, HEAD);
  const brace = head.indexOf("{");
  return isContainerTag(program) || SPEAKERS.containerMark.says.test(brace < 0 ? head : head.slice(0, brace));
}

/** Where the first mark of a container ends: a line behind it seems to be carried. Infinity if there is no mark. */
export function endOfMark(text: string): number {
  const found = SPEAKERS.containerMark.says.exec(text);
  return found === null ? Number.POSITIVE_INFINITY : found.index + found[0].length;
}
