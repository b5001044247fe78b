/** The program in a test, with its own state directory and environment: called in this process, or as a child of it. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, ProgramInProcess } from "../program/in-process.ts";
import { AS_INSTALLED, MADE, TOOL } from "../tool.ts";
import { subjectOf, TrustStore } from "../../src/config/trust/trusted.ts";

/** All that a run needs to be told of the foundation; nothing of it answers. */
export const CONFIGURED: Readonly<Record<string, string>> = {
  CF_API: "https://127.0.0.1:1",
  CF_USERNAME: "u",
  CF_PASSWORD: "a-long-password",
  BOSH_ENVIRONMENT: "https://127.0.0.1:1",
  BOSH_CLIENT: "c",
  BOSH_CLIENT_SECRET: "a-long-secret",
};
/** An input that makes the bucket known. */
export const ARCHIVE = ["--input", "archive=s3://bucket/backups/x/wal"] as const;

export type { Ended };

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout and stderr together hold the text; rejects when the program ends without it. */
  readonly saw: (text: string) => Promise<void>;
}

/** Of main.ts and of yargs, which write and end by themselves. */
const HELP: readonly string[] = ["--help", "-h", "help", "--get-yargs-completions"];
const IN_PROCESS = MADE === undefined ? undefined : new ProgramInProcess(MADE);

/** Node's compiled code of the program, for all tests: it would be kept in the home of each. */
const COMPILED = join(import.meta.dirname, "../../node_modules/.cache/dingo-recover/compiled");

/** A directory that is gone after the test, and the program in it: nobody's configuration, log-ins or runs. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), "dingo-recover-cli-"));
  readonly state = join(this.directory, "state");

  get env(): Record<string, string> {
    const { directory: HOME, state: DINGO_RECOVER_STATE } = this;
    const compiled = { NODE_COMPILE_CACHE: COMPILED };
    return { ...AS_INSTALLED, ...compiled, PATH: process.env["PATH"] ?? "", HOME, DINGO_RECOVER_STATE };
  }

  /**
   * As a separate process: for tests of signals and kills, of a child that writes to the same streams, and of two at
   * once.
   */
  start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const child = spawn(process.execPath, [TOOL, ...words], {
      cwd: this.directory,
      env: { ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return watch(child);
  }

  /** To its end, without a process if the program was made for that. */
  run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    if (IN_PROCESS === undefined || words.some((word) => HELP.includes(word))) return this.start(words, env).ended;
    return IN_PROCESS.call({ words, directory: this.directory, env: { ...this.env, ...env } });
  }

  /** The configuration of the directory counts as it lies there now, as if somebody had said yes to `trust`. */
  trust(): void {
    const path = join(this.directory, "dingo-recover.yml");
    new TrustStore(this.state).trust(subjectOf({ path, text: readFileSync(path, "utf8") }), new Date());
  }

  /** Writes it, and trusts it. */
  configure(text: string): void {
    writeFileSync(join(this.directory, "dingo-recover.yml"), text);
    this.trust();
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

function watch(child: ChildProcess): Started {
  const texts = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      texts[name] += chunk;
      for (const look of waiting) look();
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
  const saw = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!`${texts.stdout}${texts.stderr}`.includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(
        () => reject(new Error(`ended without "${text}": ${texts.stdout.slice(-500)}${texts.stderr}`)),
        reject,
      );
    });
  return { child, ended, saw };
}
