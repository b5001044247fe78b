/** The cf CLI as a process: an environment built from nothing, an argv array, a deadline (cf-bosh.md §1.2, §1.4). */
import { type RecoverError, refuse } from "../../../errors.ts";
import { type ProgramResult, type RunProgram, runProgram } from "../../../kit/spawn/spawn.ts";

export interface CfProgramOptions {
  /** Name or path of the CLI. */
  readonly program: string;
  readonly path: string;
  /** `https_proxy` of the children, asked before each call. */
  readonly proxy?: () => Promise<string>;
  /** Further variables, such as SSL_CERT_FILE. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default: starts a process. */
  readonly run?: RunProgram;
}

export interface CfCall {
  readonly args: readonly string[];
  readonly home: string;
  readonly timeoutMs: number;
  /** CF_USERNAME and CF_PASSWORD of a log-in. */
  readonly secrets?: Readonly<Record<string, string>>;
}

const MAX_OUTPUT = 32 * 1024 * 1024;

export class CfProgram {
  readonly #options: CfProgramOptions;

  constructor(options: CfProgramOptions) {
    this.#options = options;
  }

  async run(call: CfCall): Promise<ProgramResult> {
    const { program, proxy, signal, run = runProgram } = this.#options;
    const way = await proxy?.();
    return await run({
      program,
      args: call.args,
      env: {
        ...this.#environment(call.home),
        ...(way === undefined ? {} : { https_proxy: way, http_proxy: way }),
        ...call.secrets,
      },
      timeoutMs: call.timeoutMs,
      maxOutputBytes: MAX_OUTPUT,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The version, if it is 8 or later. Errors: `program-missing`. */
  async version(home: string): Promise<string> {
    const { stdout } = await this.run({ args: ["version"], home, timeoutMs: 30_000 });
    const match = / version (\d+)\.(\d+)\.(\d+)(\S*)/.exec(stdout);
    if (match === null) throw this.#unfit(`"${this.#options.program}" is not the Cloud Foundry CLI`);
    const version = `${match[1]}.${match[2]}.${match[3]}${match[4]}`;
    // Built from source without its version: its abilities tell v8 from its elders.
    if (match[1] === "0") {
      if (!(await this.#waitsForServices(home))) throw this.#unfit(`the cf CLI ${version} is older than version 8`);
      return version;
    }
    if (Number(match[1]) < 8) throw this.#unfit(`the cf CLI has version ${version}, and version 8 is needed`);
    return version;
  }

  async #waitsForServices(home: string): Promise<boolean> {
    const { stdout } = await this.run({ args: ["create-service", "--help"], home, timeoutMs: 30_000 });
    return stdout.includes("--wait");
  }

  #environment(home: string): Record<string, string> {
    const { path, environment } = this.#options;
    return {
      PATH: path,
      HOME: home,
      CF_HOME: home,
      CF_PLUGIN_HOME: home,
      CF_COLOR: "false",
      CF_DIAL_TIMEOUT: "15",
      LANG: "C",
      LC_ALL: "C",
      ...environment,
    };
  }

  #unfit(message: string): RecoverError {
    return refuse("program-missing", message)
      .at(this.#options.program)
      .advise("Install the Cloud Foundry CLI version 8 (package cf8-cli) and put it into PATH before older ones.");
  }
}
