/** Directories on a cell, with the words of the real coreutils in the C locale. */
import { type Ended, ended } from "../ended.ts";
import { type Cell, note, type World } from "./world.ts";

type FromTo = Readonly<Record<"from" | "to", string>>;
interface Liking extends Readonly<Record<"path" | "like", string>> {
  readonly what: "owner" | "mode";
}

const parent = (path: string): string => path.replace(/\/[^/]+$/, "") || "/";

/** `mv -T -n`: never into an existing directory, never over anything; not moving is no error. */
export function rename(draft: World, cell: Cell, { from, to }: FromTo): Ended {
  const missing = `mv: cannot move '${from}' to '${to}': No such file or directory\n`;
  if (cell.files[from] === undefined) {
    return ended(1, "", `mv: cannot stat '${from}': No such file or directory\n`);
  }
  if (cell.files[to] !== undefined) return ended(0);
  if (cell.files[parent(to)] === undefined) return ended(1, "", missing);
  for (const [path, entry] of Object.entries(cell.files)) {
    if (path !== from && !path.startsWith(`${from}/`)) continue;
    delete cell.files[path];
    cell.files[to + path.slice(from.length)] = entry;
  }
  note(draft, { system: "host", what: "mv", subject: `${from} ${to}` });
  return ended(0);
}

/** `cp -a -T`: everything below, as it is at this moment. */
export function copyTree(draft: World, cell: Cell, { from, to }: FromTo): Ended {
  if (cell.files[from] === undefined) return ended(1, "", `cp: cannot stat '${from}': No such file or directory\n`);
  if (cell.files[parent(to)] === undefined) {
    return ended(1, "", `cp: cannot create directory '${to}': No such file or directory\n`);
  }
  for (const [path, entry] of Object.entries(cell.files)) {
    if (path === from || path.startsWith(`${from}/`)) cell.files[to + path.slice(from.length)] = structuredClone(entry);
  }
  note(draft, { system: "host", what: "cp", subject: `${from} ${to}` });
  return ended(0);
}

export function makeDirectory(
  draft: World,
  cell: Cell,
  { path, mode }: Readonly<Record<"path" | "mode", string>>,
): Ended {
  const cannot = (why: string) => ended(1, "", `mkdir: cannot create directory '${path}': ${why}\n`);
  if (cell.files[path] !== undefined) return cannot("File exists");
  if (cell.files[parent(path)] === undefined) return cannot("No such file or directory");
  cell.files[path] = { kind: "directory", owner: "0", group: "0", mode: mode.replace(/^0/, "") };
  note(draft, { system: "host", what: "mkdir", subject: path });
  return ended(0);
}

export function changeLike(draft: World, cell: Cell, { path, like, what }: Liking): Ended {
  const program = what === "owner" ? "chown" : "chmod";
  const model = cell.files[like];
  const entry = cell.files[path];
  if (model === undefined) {
    return ended(1, "", `${program}: failed to get attributes of '${like}': No such file or directory\n`);
  }
  if (entry === undefined) return ended(1, "", `${program}: cannot access '${path}': No such file or directory\n`);
  cell.files[path] =
    what === "owner" ? { ...entry, owner: model.owner, group: model.group } : { ...entry, mode: model.mode };
  note(draft, { system: "host", what: program, subject: path });
  return ended(0);
}

/** `stat -c %F`, `stat -c '%u %g %a %F'`. */
export function stat(cell: Cell, format: string, path: string): Ended {
  const entry = cell.files[path.replace(/(?<=.)\/+$/, "")];
  if (entry === undefined) return ended(1, "", `stat: cannot statx '${path}': No such file or directory\n`);
  const kind = entry.kind === "directory" ? "directory" : "regular file";
  const words: Readonly<Record<string, string>> = {
    "%F": kind,
    "%u": entry.owner,
    "%g": entry.group,
    "%a": entry.mode,
  };
  return ended(0, `${format.replace(/%[Fuga]/g, (word) => words[word] ?? word)}\n`);
}

/** Names directly below a directory. */
export function namesIn(cell: Cell, directory: string): readonly string[] | undefined {
  const path = directory.replace(/(?<=.)\/+$/, "");
  if (cell.files[path]?.kind !== "directory") return undefined;
  return Object.keys(cell.files)
    .filter((other) => parent(other) === path && other !== path)
    .map((other) => other.slice(path.length).replace(/^\//, ""))
    .sort();
}
