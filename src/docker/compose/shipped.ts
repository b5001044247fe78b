/**
 * Comment lines that the author of a Compose file left in it. They give a service a volume once somebody uncomments them:
 *
 *     #    volumes:
 *     #      - ./postgres:/var/lib/postgresql/data
 */
import type { Document } from "yaml";
import { type CommentLine, commentLines, type Splice } from "./edit-text.ts";

export interface ShippedVolume {
  /** The item as it is written, without quotes. */
  readonly item: string;
  readonly source: string;
  readonly target: string;
  /** The commented `volumes:`; undefined if the service has one and the item alone is a comment. */
  readonly key: CommentLine | undefined;
  readonly line: CommentLine;
}

interface Within {
  readonly document: Document;
  /** From the service's key to the next one's. */
  readonly span: { readonly from: number; readonly to: number };
  /** Whether the service has `volumes:` itself. */
  readonly hasList: boolean;
}

export function shippedVolumes(text: string, { document, span, hasList }: Within): readonly ShippedVolume[] {
  const found: ShippedVolume[] = [];
  let [key, previous]: (CommentLine | undefined)[] = [];
  let foreign = Number.POSITIVE_INFINITY;
  for (const line of commentLines(text, document, span)) {
    if (previous?.end !== line.start) [key, foreign] = [undefined, Number.POSITIVE_INFINITY];
    previous = line;
    const indent = indentOf(line);
    const item = /^\s*-\s+(.*?)\s*$/u.exec(line.content)?.[1];
    if (/^\s*volumes:\s*$/u.test(line.content)) key = indent > foreign ? undefined : line;
    else if (item === undefined) {
      // A service that is commented out as a whole: the lines below it are its own.
      if (/^\s*[\w.-]+:\s*$/u.test(line.content)) foreign = Math.min(foreign, indent);
      key = undefined;
    } else if (key !== undefined || (hasList && foreign === Number.POSITIVE_INFINITY))
      found.push(...shipped(item, line, key));
  }
  return found;
}

function shipped(written: string, line: CommentLine, key: CommentLine | undefined): readonly ShippedVolume[] {
  const item = /^(['"])(.*)\1$/u.exec(written)?.[2] ?? written;
  const [, source, target] = /^([^:\s]+):(\/[^:\s]*)$/u.exec(item) ?? [];
  return source === undefined || target === undefined ? [] : [{ item, source, target, key, line }];
}

function indentOf({ before, content }: CommentLine): number {
  return before.length + content.length - content.trimStart().length;
}

/** Uncomments a line, with that indentation; everything else on it stays. */
export function uncommented({ start, end, content, eol }: CommentLine, indent: string): Splice {
  return { from: start, to: end, insert: indent + content.trimStart() + eol };
}

/** How much deeper than its `volumes:` an item stands in the comment. */
export function itemDepth({ key, line }: ShippedVolume): number {
  return key === undefined ? 0 : Math.max(0, indentOf(line) - indentOf(key));
}
