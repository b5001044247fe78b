/**
 * The built program beside real archives: with a separate account and state, and nothing of the caller's environment.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { RunEvent } from "../../../src/engine/state/event.ts";
import { variablesOf } from "../sts.ts";
import type { Workshop } from "./workshop.ts";
import { AS_INSTALLED, TOOL } from "../../tool.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly more?: Readonly<Record<string, string>>;
  /** Killed as soon as it has said this. */
  readonly kill?: RegExp;
}

export class Tool {
  readonly #home: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor({ objects }: Workshop, { home, ...more }: { readonly home: string; readonly TMPDIR?: string }) {
    this.#home = home;
    this.#env = {
      ...AS_INSTALLED,
      PATH: "/usr/lib/postgresql/15/bin:/usr/bin:/bin",
      HOME: home,
      DINGO_RECOVER_STATE: join(home, "state"),
      ...variablesOf(objects.credentials),
      AWS_REGION: objects.region,
      AWS_ENDPOINT_URL: objects.endpoint,
      ...more,
    };
  }

  readonly run = (words: readonly string[], { more = {}, kill = /(?!)/ }: Started = {}): Promise<Ended> =>
    new Promise((ended) => {
      const child = spawn(process.execPath, [TOOL, ...words], { env: { ...this.#env, ...more }, cwd: this.#home });
      const said = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const)
        child[name].on("data", (piece: Buffer) => {
          said[name] += piece.toString();
          if (kill.test(said[name])) child.kill("SIGKILL");
        });
      child.on("close", (code) => ended({ code, ...said }));
    });
}

export const eventsOf = ({ stdout }: Pick<Ended, "stdout">): readonly RunEvent[] =>
  stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as RunEvent]));

/** The words of the last step of a backup test. */
export function verdictOf(ended: Ended): string {
  const last = eventsOf(ended).findLast((event) => event.type === "step-ended" && event.step === "verdict");
  return last?.type === "step-ended" ? last.evidence : `${ended.stdout}\n${ended.stderr}`;
}
