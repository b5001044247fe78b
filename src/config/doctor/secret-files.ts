/** Whether files that hold a secret are there, and only their owner may read them. They are not read. */
import { accessSync, constants, type Stats, statSync } from "node:fs";
import { quoted } from "../../kit/text/printable.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import type { Check } from "./check.ts";

const OTHERS = 0o077;

/** Checks of the files that are not as they should be. */
export function examineSecretFiles(paths: readonly string[]): readonly Check[] {
  return [...new Set(paths)].flatMap((path) => {
    const found = readable(path);
    // The log-in itself reports a missing or unreadable file, and its consequence.
    if (found === undefined || (found.mode & OTHERS) === 0) return [];
    const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
    return [
      {
        id: "config.secret-file",
        state: "warning",
        text: `others may read, or write to, ${quoted(path)} (mode ${mode}), which holds a secret`,
        means: "Everybody on this machine may log in with it; ssh refuses such a key.",
        mend: quote(["chmod", "600", path]),
      },
    ];
  });
}

/** Undefined also if a directory above the file may not be entered, or the text is no path. */
function readable(path: string): Stats | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path);
  } catch {
    return undefined;
  }
}
