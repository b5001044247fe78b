/**
 * The tools of operators: cf and bosh logged in, aws with keys in the environment, psql, the tool itself, and a shell
 * on the cell. A step's lines are typed one after another, each place with its own shell: a variable that was set there
 * stays set.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { quote } from "../../../src/kit/commands/shell-quote.ts";
import type { TypedLine } from "../../../src/kit/text/typed-lines.ts";
import { builtProgram, images } from "../cache.ts";
import type { Output } from "../docker.ts";
import type { Foundation } from "../foundation.ts";
import { cfProgram } from "../service-key.ts";
import { SshSession } from "../terminal/ssh-session.ts";
import { type S3Credentials, variablesOf } from "../sts.ts";
import { TOOL } from "../../tool.ts";

/** The CLI of the container's image: the machine may have none. */
const AWS = `#!/bin/sh
exec docker run --rm --network host -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN \\
  -e AWS_ENDPOINT_URL -e AWS_DEFAULT_REGION ${images.postgresql} aws "$@"
`;
/** Longer than anything that a line waits for. */
const PATIENCE_MS = 300_000;
/** Places that are this machine. */
const HERE = ["here", "any host that reaches the router"];

/** Sets a variable, and does nothing else. */
export const SETS = /^[A-Z_]+=(?:\$\(.*\)|'(?:[^']|'\\'')*'|[^\s']*)(?: {2}#.*)?$/u;

export class OperatorShell {
  readonly #env: Readonly<Record<string, string>>;
  readonly #cell: SshSession;
  /** Every line that was typed. */
  readonly typed: string[] = [];
  /** All that was said to it. */
  readonly said: string[] = [];
  #set = new Map<string, readonly string[]>();

  private constructor(env: Readonly<Record<string, string>>, cell: SshSession) {
    this.#env = env;
    this.#cell = cell;
  }

  static async open(foundation: Foundation, keys: S3Credentials): Promise<OperatorShell> {
    const { directory, rig, director, toolEnv, configFile } = foundation;
    const bin = join(directory, "operator-bin");
    await mkdir(bin, { recursive: true });
    const settings = Object.entries(toolEnv).map(([name, value]) => `${name}=${value}`);
    const tool = quote(["env", "-i", ...settings, process.execPath, TOOL]);
    const program = `#!/bin/sh\nexec ${tool} "$@" --config ${quote([configFile])}\n`;
    for (const [name, text] of [
      ["aws", AWS],
      ["dingo-recover", program],
    ] as const) {
      await writeFile(join(bin, name), text);
      await chmod(join(bin, name), 0o700);
    }
    await cfProgram(foundation, "operator");
    const env = {
      PATH: [bin, dirname(builtProgram("cf")), dirname(builtProgram("bosh")), "/usr/bin", "/bin"].join(":"),
      HOME: directory,
      CF_HOME: join(directory, "cf-home-operator"),
      BOSH_ENVIRONMENT: director.url,
      BOSH_CA_CERT: director.caFile,
      BOSH_CLIENT: director.client,
      BOSH_CLIENT_SECRET: director.clientSecret,
      BOSH_NON_INTERACTIVE: "true",
      ...variablesOf(keys),
      AWS_ENDPOINT_URL: rig.objects.endpoint,
      AWS_DEFAULT_REGION: rig.objects.region,
    };
    return new OperatorShell(env, await SshSession.open(rig));
  }

  /** Forgets the variables that were set: each step is typed in new shells. */
  beginStep(): void {
    this.#set = new Map();
  }

  async type({ on, text }: TypedLine): Promise<Output> {
    const before = this.#set.get(on) ?? [];
    this.typed.push(text);
    if (SETS.test(text)) {
      this.#set.set(on, [...before, text]);
      return { code: 0, stdout: "", stderr: "" };
    }
    const script = [...before, text].join("\n");
    const answer = HERE.includes(on) ? await this.#here(script) : await this.#cell.type(script);
    this.said.push(answer.stdout, answer.stderr);
    return answer;
  }

  async #here(script: string): Promise<Output> {
    const ended = await execa("bash", ["-c", script], {
      ...{ env: this.#env, extendEnv: false, reject: false, stdin: "ignore", timeout: PATIENCE_MS },
    });
    return { code: ended.exitCode ?? 255, stdout: ended.stdout, stderr: ended.stderr };
  }

  async close(): Promise<void> {
    await this.#cell.close();
  }
}
