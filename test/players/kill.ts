/** Real kills of the built program in a rehearsal, which is resumed then. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Sitting } from "../../src/rehearsal/supervisor/play.ts";
import { type RehearsalResult, rehearse, type RehearseOptions } from "../../src/rehearsal/supervisor/rehearse.ts";
import { TOOL } from "../tool.ts";

/** Around the N-th append of a journal, or as soon as the far side has made its K-th change and before it answers. */
export type Kill =
  | { readonly append: number; readonly when: "before" | "torn" | "after" }
  | { readonly change: number };

/** `once`: a file that tells that it is done. */
export function killedProgram({ append, when }: Extract<Kill, { append: number }>, once: string): Sitting["program"] {
  const preload = new URL("./kill-at-append.mjs", import.meta.url);
  preload.search = String(new URLSearchParams({ append: String(append), when, once }));
  return [process.execPath, `--import=${preload.href}`, TOOL];
}

/** Throws if nothing was killed: such a test would show nothing. */
export async function rehearseKilled(options: RehearseOptions, kill: Kill): Promise<RehearsalResult> {
  let isKilled: () => boolean;
  let killed: RehearseOptions;
  if ("change" in kill) {
    let came = false;
    const meanwhile = () => {
      came = true;
      return [];
    };
    killed = {
      ...options,
      scenario: { ...options.scenario, interruption: { at: /^/u, time: kill.change, meanwhile } },
    };
    isKilled = () => came;
  } else {
    const once = join(options.stateDirectory, `killed-${randomUUID()}`);
    killed = { ...options, program: killedProgram(kill, once) };
    isKilled = () => existsSync(once);
  }
  const result = await rehearse(killed);
  if (!isKilled()) throw new Error(`it never came to ${JSON.stringify(kill)}: nothing was killed`);
  return result;
}
