/** stat, find, head, mv, cp, mkdir, chown, chmod and df, as the host adapter calls them. */
import { namesIn, stat } from "../world/host-files.ts";
import { after, cellOf, ended, type Program } from "./command.ts";

/** Only root may look into the volumes. */
const asRoot =
  (program: Program): Program =>
  (call) =>
    call.root ? program(call) : undefined;

/** The single operand that must follow. */
function operand(rest: readonly string[] | undefined): string | undefined {
  return rest?.length === 1 ? rest[0] : undefined;
}

const statProgram: Program = (call) => {
  const [, format, ...rest] = call.args;
  const path = operand(after(rest, "--"));
  if (call.args[0] !== "-c" || format === undefined || path === undefined) return undefined;
  return stat(cellOf(call), format, path);
};

const find: Program = (call) => {
  const [path = "", ...rest] = call.args;
  const wanted = ["-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\0"];
  if (after(rest, ...wanted)?.length !== 0) return undefined;
  const cell = cellOf(call);
  const names = namesIn(cell, path);
  if (names !== undefined) return ended(0, names.map((name) => `${name}\0`).join(""));
  const isFile = cell.files[path.replace(/\/+$/, "")] !== undefined;
  return ended(1, "", `find: '${path}': ${isFile ? "Not a directory" : "No such file or directory"}\n`);
};

const head: Program = (call) => {
  const path = operand(after(call.args, "-c", "4096", "--"));
  if (path === undefined) return undefined;
  const entry = cellOf(call).files[path];
  if (entry?.kind === "file") return ended(0, (entry.text ?? "").slice(0, 4096));
  if (entry !== undefined) return ended(1, "", `head: error reading '${path}': Is a directory\n`);
  return ended(1, "", `head: cannot open '${path}' for reading: No such file or directory\n`);
};

const mv: Program = (call) => {
  const rest = after(call.args, "-T", "-n", "--");
  const [from, to] = rest ?? [];
  if (rest?.length !== 2 || from === undefined || to === undefined) return undefined;
  return call.host.apply({ is: "rename", cell: call.ip, from, to });
};

const cp: Program = (call) => {
  const rest = after(call.args, "-a", "-T", "--reflink=auto", "--");
  const [from, to] = rest ?? [];
  if (rest?.length !== 2 || from === undefined || to === undefined) return undefined;
  return call.host.apply({ is: "copy-tree", cell: call.ip, from, to });
};

const rm: Program = (call) => {
  const path = operand(after(call.args, "-rf", "--one-file-system", "--"));
  if (path === undefined) return undefined;
  call.host.apply({ is: "remove-tree", cell: call.ip, path });
  return ended(0);
};

const mkdir: Program = (call) => {
  const [flag, mode, ...rest] = call.args;
  const path = operand(after(rest, "--"));
  if (flag !== "-m" || mode === undefined || path === undefined) return undefined;
  return call.host.apply({ is: "make-directory", cell: call.ip, path, mode });
};

const like =
  (what: "owner" | "mode"): Program =>
  (call) => {
    const [reference = "", ...rest] = call.args;
    const path = operand(after(rest, "--"));
    const model = /^--reference=(.+)$/s.exec(reference)?.[1];
    if (path === undefined || model === undefined) return undefined;
    return call.host.apply({ is: "change-like", cell: call.ip, path, like: model, what });
  };

const df: Program = (call) => {
  const path = operand(after(call.args, "-B1", "--output=avail", "--"));
  if (path === undefined) return undefined;
  const cell = cellOf(call);
  if (cell.files[path] === undefined) return ended(1, "", `df: ${path}: No such file or directory\n`);
  return ended(0, `Avail\n${cell.freeBytes}\n`);
};

export const COREUTILS: Readonly<Record<string, Program>> = {
  stat: asRoot(statProgram),
  find: asRoot(find),
  head: asRoot(head),
  mv: asRoot(mv),
  rm: asRoot(rm),
  cp: asRoot(cp),
  mkdir: asRoot(mkdir),
  chown: asRoot(like("owner")),
  chmod: asRoot(like("mode")),
  df: asRoot(df),
};
