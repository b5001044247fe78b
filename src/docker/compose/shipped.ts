/**
 * Comment lines that the author of a Compose file left in it. They give a service a directory once somebody uncomments
 * them:
 *
 *     #    volumes:
 *     #      - ./postgres:/var/lib/postgresql/data
 */
import { serviceLines } from "./service-lines.ts";

export interface Shipped {
  /** "./postgres". */
  readonly source: string;
  /** The file's text with the lines uncommented. */
  readonly uncommented: string;
  /** The lines that differ, with the signs of a diff. */
  readonly changed: readonly string[];
}

export function shippedFor(text: string, service: string, target: string): Shipped | undefined {
  const span = serviceLines(text, service);
  if (span?.indent === undefined) return undefined;
  const lines = text.split("\n");
  for (let at = span.first; at < span.end; at += 1) {
    const [, written = ""] = /^\s*#+\s*-\s+(.*)$/u.exec(lines[at] ?? "") ?? [];
    const [, , source, to] = /^(["']?)(\.{1,2}\/[^:\s]*):(\/[^:\s"']*)\1$/u.exec(written.trimEnd()) ?? [];
    const bare = [lines[at - 1], lines[at]].map((line = "") => line.replace(/#+/u, ""));
    // Deeper or further out it belongs to something else that is commented out.
    const isKey = bare[0] === `${" ".repeat(span.indent)}volumes:` && /^\s*#/u.test(lines[at - 1] ?? "");
    if (source === undefined || to !== target || !isKey) continue;
    const was = lines.slice(at - 1, at + 1).map((line) => `-${line}`);
    const changed = [...was, ...bare.map((line) => `+${line}`)].map((line) => line.replace(/\r$/u, ""));
    return { source, uncommented: [...lines.slice(0, at - 1), ...bare, ...lines.slice(at + 1)].join("\n"), changed };
  }
  return undefined;
}
