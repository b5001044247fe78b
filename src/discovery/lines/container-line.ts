/**
 * Tells which lines a database's container wrote. Its clients write there too, by `RAISE LOG` or with a statement that
 * fails: such text is no word of the broker, even if it looks like one.
 */
import { STREAMS } from "../../kit/log-patterns/said-line.ts";
import type { Envelope } from "./envelope.ts";

/** `docker/cf-NODE`, `/cf-NODE`, `cf-NODE`; a collector may have cut its end. */
const TAG = /^(?:docker\/|\/)?cf-[0-9a-f]{8}/;
/** The tag, or the container's own mark before its lines, also behind a head that nobody reads. */
const MARK = new RegExp(
  String.raw`docker/cf-[0-9a-f]{8}|"/?cf-[0-9a-f]{8}|(?:^|[\s":\]])(?:[0-9a-f]{6}-)?(?:${STREAMS})>`,
);
/** Heads are short. */
const HEAD = 2048;

export const isContainerTag = (program: string | undefined): boolean => TAG.test(program ?? "");

/** A client's text stands behind the mark. A broker's JSON that quotes a mark has it behind its brace. */
export function isOfContainer({ program, body }: Pick<Envelope, "program" | "body">): boolean {
  const head = body.slice(0, HEAD);
  const brace = head.indexOf("{");
  return isContainerTag(program) || MARK.test(brace < 0 ? head : head.slice(0, brace));
}

/** Whether a container's mark stands in the text before a line that it seems to carry. */
export const hasMark = (before: string): boolean => MARK.test(before);
