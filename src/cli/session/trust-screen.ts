/** The screen before a configuration is trusted: all that it would run, reach and send, and its changes since. */
import { unifiedDiff } from "../../kit/text/line-diff.ts";
import { printable } from "../../kit/text/printable.ts";
import type { Consequences } from "../../config/trust/consequences.ts";
import type { Subject, Trusted, TrustedFile } from "../../config/trust/trusted.ts";

export interface Standing {
  readonly subject: Subject;
  readonly consequences: Consequences;
  /** The earlier trust in it, even if it was revoked. */
  readonly before: Trusted | undefined;
  /** Who may write to it beside this user, in words that follow its name. */
  readonly writers: string | undefined;
}

const TITLES: readonly (readonly [keyof Consequences, string])[] = [
  ["runs", "it runs:"],
  ["reaches", "it reaches:"],
  ["sends", "log-ins come from:"],
  ["sets", "it also says:"],
];

export function standingLines({ subject, consequences, before, writers }: Standing): readonly string[] {
  return [
    printable(subject.path),
    ...(writers === undefined ? [] : [`It ${writers}.`]),
    ...TITLES.flatMap(([key, title]) => section(title, consequences[key])),
    ...subject.files
      .slice(1)
      .map(
        ({ path, sha256 }) => `with the file ${printable(path)}${sha256 === "absent" ? ", which is not there" : ""}`,
      ),
    ...(before === undefined ? [] : changeLines(subject, before)),
    `hash: ${subject.sha256}`,
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line.replaceAll("\n", "\\n")}`)];

function changeLines(subject: Subject, before: Trusted): readonly string[] {
  if (before.sha256 === subject.sha256) return [];
  const paths = [...new Set([...before.files, ...subject.files].map(({ path }) => path))];
  const changes = paths.flatMap((path) => {
    const [old, now] = [before.files, subject.files].map((files) => files.find((each) => each.path === path));
    return old?.sha256 === now?.sha256 ? [] : changeOf(path, old, now);
  });
  return [`changed since you trusted it at ${before.at}:`, ...changes];
}

function changeOf(path: string, old: TrustedFile | undefined, now: TrustedFile | undefined): readonly string[] {
  const diff = unifiedDiff(path, old?.text ?? "", now?.text ?? "");
  return diff === "" ? [`  ${printable(path)} is another file; its text is not shown`] : diff.split("\n");
}
