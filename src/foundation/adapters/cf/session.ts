/**
 * One log-in of the cf CLI in its own home. Calls take turns: the CLI rewrites its state file at every call. A rejected
 * token causes one new log-in; the caller decides how to go on.
 */
import { quote } from "../../../kit/commands/shell-quote.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { CfIdentity, KnownSpace } from "../../../ports/cloud-foundry.ts";
import type { ResourceRecorder } from "../../../ports/resources.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import type { ProgramResult } from "../../../kit/spawn/spawn.ts";
import { failureError, failureOf } from "./failure.ts";
import { textOf } from "../../../kit/json.ts";
import { CfHome, targeted } from "./home.ts";
import { requireUsableName } from "./name.ts";
import { CfProgram, type CfProgramOptions } from "./program.ts";
import { readToken, seesEverything, type TokenFacts } from "./token.ts";

/** How the cf CLI logs in. Secrets reach it through its environment or its own file, never by argv (cf-bosh.md §1.4). */
export type CfLogin =
  | { readonly kind: "password"; readonly username: string; readonly password: string; readonly origin?: string }
  | { readonly kind: "client"; readonly id: string; readonly secret: string }
  /** A copy of the operator's session: the path of `~/.cf/config.json`. */
  | { readonly kind: "session"; readonly configFile: string };

export interface CfSessionOptions extends CfProgramOptions {
  readonly login: CfLogin;
  /** Absent: the one of the operator's session. */
  readonly api?: string;
  readonly skipSslValidation?: boolean;
  readonly secrets: Secrets;
  readonly recorder: ResourceRecorder;
  /** The directory in which the home is made. Default: the system's temporary one. */
  readonly temporaryDirectory?: string;
}

const READ_TIMEOUT_MS = 60_000;

export class CfSession {
  readonly #options: CfSessionOptions;
  readonly #program: CfProgram;
  #opened: Promise<{ readonly home: CfHome; readonly version: string }> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #token: TokenFacts | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: CfSessionOptions) {
    this.#options = options;
    this.#program = new CfProgram(options);
  }

  mask(text: string): string {
    return this.#options.secrets.mask(text);
  }

  /** Runs one command, logged in. A non-zero exit is a result. */
  async run(args: readonly string[], timeoutMs = READ_TIMEOUT_MS): Promise<ProgramResult> {
    const { home } = await this.#open();
    return await this.#inTurn(() => this.#program.run({ args, home: home.path, timeoutMs }));
  }

  /** Runs a command that changes nothing outside; a rejected token is one new log-in and one more try. */
  async read(args: readonly string[]): Promise<ProgramResult> {
    const first = await this.run(args);
    if (first.code === 0 || failureOf(first, args) !== "token") return first;
    await this.logInAgain();
    return await this.run(args);
  }

  async logInAgain(): Promise<void> {
    const { home } = await this.#open();
    this.#token = undefined;
    await this.#logIn(home);
  }

  /**
   * Targets organization and space, and reads back the CLI's target: its next command goes by that GUID. A space never
   * changes its organization, so that its GUID tells both.
   */
  async target({ org, space, guid }: KnownSpace): Promise<void> {
    requireUsableName("organization", org);
    requireUsableName("space", space);
    const result = await this.read(["target", "-o", org, "-s", space]);
    if (result.code !== 0) throw this.#failure("cf target", result);
    const { home } = await this.#open();
    const now = targeted(await home.config());
    if (now.org === org && now.space === space && now.guid === guid) return;
    const what = `"${now.org}/${now.space}" (${now.guid}) instead of "${org}/${space}" (${guid})`;
    throw refuse("guard-refused", `cf targets ${what}`)
      .at("cf target")
      .advise("Somebody may have given the name to another space: give it back with cf rename-space, then resume.");
  }

  async identity(): Promise<CfIdentity> {
    const { home, version } = await this.#open();
    const { user, scopes } = await this.token();
    const config = await home.config();
    return {
      api: textOf(config["Target"]),
      user,
      scopes,
      cliVersion: version,
      seesEverything: seesEverything(scopes),
      // The CLI's own word, since a session that was taken over may have been told so long ago.
      ...(config["SSLDisabled"] === true ? { certificateUnchecked: true } : {}),
    };
  }

  /** Whose token it is; asked once per log-in. */
  async token(): Promise<TokenFacts> {
    if (this.#token !== undefined) return this.#token;
    const result = await this.read(["oauth-token"]);
    if (result.code !== 0) throw this.#failure("cf oauth-token", result);
    this.#options.secrets.register(result.stdout.trim().replace(/^bearer /i, ""));
    this.#token = readToken(result.stdout);
    return this.#token;
  }

  /** Removes the home; the session cannot be used afterwards. Closing again changes nothing. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await this.#turn.catch(() => undefined);
    await opened?.home.close();
  }

  #open(): Promise<{ readonly home: CfHome; readonly version: string }> {
    if (this.#closed !== undefined)
      return Promise.reject(
        refuse("interrupted", "the cf session was closed already").at("cf").advise("Resume the run."),
      );
    // A failed opening is tried again by the next call: the network may be back.
    this.#opened ??= this.#openHome().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #openHome(): Promise<{ readonly home: CfHome; readonly version: string }> {
    const home = await CfHome.open(this.#options.recorder, this.#options.temporaryDirectory);
    try {
      const version = await this.#program.version(home.path);
      await this.#logIn(home);
      return { home, version };
    } catch (error) {
      await home.close();
      throw error;
    }
  }

  async #logIn(home: CfHome): Promise<void> {
    const { login, api, skipSslValidation } = this.#options;
    if (login.kind === "session") return await this.#takeOver(home, login.configFile);
    if (api === undefined)
      throw refuse("not-logged-in", "the address of the Cloud Foundry API is not known")
        .at("cf.api")
        .advise("Set cf.api in the configuration, or CF_API.");
    const insecure = skipSslValidation === true ? ["--skip-ssl-validation"] : [];
    await this.#step(home, ["api", api, ...insecure]);
    await this.#step(home, authArguments(login), environmentOf(login));
  }

  async #takeOver(home: CfHome, configFile: string): Promise<void> {
    await home.adopt(configFile);
    const config = await home.config();
    const { api, secrets } = this.#options;
    for (const key of ["AccessToken", "RefreshToken"]) secrets.register(textOf(config[key]).replace(/^bearer /i, ""));
    const target = textOf(config["Target"]);
    if (api === undefined || sameAddress(api, target)) return;
    throw refuse("not-logged-in", `the cf session in "${configFile}" belongs to "${target}", not to "${api}"`)
      .at(configFile)
      .advise(`Log in with "${quote(["cf", "login", "-a", api])}", or set CF_USERNAME and CF_PASSWORD.`);
  }

  async #step(home: CfHome, args: readonly string[], secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    if (secrets["CF_PASSWORD"] !== undefined) this.#options.secrets.register(secrets["CF_PASSWORD"]);
    const call = { args, home: home.path, timeoutMs: READ_TIMEOUT_MS, secrets };
    const result = await this.#inTurn(() => this.#program.run(call));
    if (result.code !== 0) throw this.#failure(`cf ${args[0]}`, result);
  }

  #failure(command: string, result: ProgramResult): RecoverError {
    const failure = failureOf(result);
    const code = failure === "token" ? "not-logged-in" : failure;
    return failureError(code, { command, result, mask: (text) => this.mask(text), effect: "none" });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

type Credentials = Exclude<CfLogin, { readonly kind: "session" }>;

function authArguments(login: Credentials): readonly string[] {
  if (login.kind === "client") return ["auth", "--client-credentials"];
  return login.origin === undefined ? ["auth"] : ["auth", "--origin", login.origin];
}

function environmentOf(login: Credentials): Readonly<Record<string, string>> {
  return login.kind === "client"
    ? { CF_USERNAME: login.id, CF_PASSWORD: login.secret }
    : { CF_USERNAME: login.username, CF_PASSWORD: login.password };
}

function sameAddress(a: string, b: string): boolean {
  const plain = (text: string): string => text.replace(/(?<!\/)\/+$/, "").toLowerCase();
  return plain(a) === plain(b) || `https://${plain(a)}` === plain(b);
}
