/** The directory of runs and locks: its owner, others who may read it, whether it takes a journal, and its room. */
import { accessSync, chmodSync, constants, existsSync, lstatSync, readdirSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytesText } from "../../kit/text/bytes.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { type Check, note, ok, refusal, type Verdict } from "./check.ts";

const OTHERS = 0o077;
const OWNER_ONLY = 0o700;
/** The names in our state directory (src/engine/journal/own-file.ts). A directory with other names serves others too. */
const OURS: readonly string[] = ["runs", "locks", "rehearsals", "inventory.jsonl"];

const MEANS = "No run begins: without a journal nothing is done.";
/** A journal with its evidence takes some megabytes. */
const SERIOUS_BYTES = 20_000_000;
const LOW_BYTES = 500_000_000;

export interface StateDirectoryOptions {
  readonly path: string;
  /** Takes rights of others away if the directory is for us alone. */
  readonly fix: boolean;
}

export function examineStateDirectory({ path, fix }: StateDirectoryOptions): readonly Check[] {
  try {
    return [
      { id: "machine.state", ...stateVerdict(path, fix) },
      { id: "machine.room", ...roomVerdict(path) },
    ];
  } catch (thrown) {
    return [{ id: "machine.state", ...refusal(unusable(path, thrown), MEANS) }];
  }
}

function unusable(path: string, cause: unknown): RecoverError {
  const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return refuse("state-dir-unusable", `the state directory ${quoted(path)} cannot be used (${why})`)
    .at(path)
    .advise("Make room or rights there, or name another directory with --state-dir DIR or DINGO_RECOVER_STATE.", cause);
}

function stateVerdict(path: string, fix: boolean): Verdict {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    accessSync(nearest(path), constants.W_OK | constants.X_OK);
    return note(`there is no state directory ${quoted(path)}: the first run makes it`);
  }
  if (found.isSymbolicLink())
    return failed(
      `the state directory ${quoted(path)} is a link`,
      `Name the place where it leads with --state-dir DIR.`,
    );
  if (!found.isDirectory())
    return failed(`the state directory ${quoted(path)} is no directory`, "Name another one with --state-dir DIR.");
  if (found.uid !== process.getuid?.())
    return failed(
      `the state directory ${quoted(path)} belongs to another user`,
      "Run this as its owner, or name another one with --state-dir DIR.",
    );
  accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  return modeVerdict(path, fix);
}

const failed = (text: string, mend: string): Verdict => ({
  state: "failed",
  code: "state-dir-unusable",
  text,
  means: MEANS,
  mend,
});

/** The modes of the directory and of those in it. A run narrows the latter by itself, if it may. */
function modeVerdict(path: string, fix: boolean): Verdict {
  const parts = [path, join(path, "runs"), join(path, "locks")].filter((part) => existsSync(part));
  const loose = parts.filter((part) => (lstatSync(part).mode & OTHERS) !== 0);
  if (loose.length === 0) return ok(`state directory ${path}, for its owner alone`);
  const text = `others may look into, or write to, ${loose.map((part) => quoted(part)).join(", ")}`;
  const foreign = readdirSync(path).find((name) => !OURS.includes(name));
  if (foreign !== undefined)
    return {
      state: "warning",
      text: `${text}; ${quoted(foreign)} there is none of ours`,
      means: "Journals name databases, people and places; if others may write, runs are refused.",
      mend: "Name a separate directory with --state-dir DIR or DINGO_RECOVER_STATE.",
    };
  if (fix) {
    for (const part of loose) chmodSync(part, OWNER_ONLY);
    return { state: "ok", text: `state directory ${path}: for its owner alone from here on`, fixed: true };
  }
  return {
    state: "warning",
    text,
    means: "Journals name databases, people and places; if others may write, runs are refused.",
    mend: `dingo-recover doctor --fix, or chmod 700 ${loose.join(" ")}.`,
  };
}

function roomVerdict(path: string): Verdict {
  const { bavail, bsize, ffree, files } = statfsSync(nearest(path));
  const bytes = bavail * bsize;
  // Some file systems count no files.
  const noNames = files > 0 && ffree === 0;
  const text = `${bytesText(bytes)} free for journals at ${path}${noNames ? ", and no file more" : ""}`;
  if (bytes < SERIOUS_BYTES || noNames)
    return {
      ...failed(text, "Make room there, or name another directory with --state-dir DIR."),
      code: "does-not-fit",
    };
  if (bytes < LOW_BYTES)
    return {
      state: "warning",
      text,
      means: "A run stops when its journal cannot be written, and goes on when there is room.",
      mend: "Make room there before the next run.",
    };
  return ok(text);
}

function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}
