/** How we log in to an SSH server: the ways that the configuration names first, then those that a person answers for. */
import ssh2, { type AnyAuthMethod, type KeyboardInteractiveAuthMethod, type Prompt } from "ssh2";
import { asRecoverError, type RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";
import type { Secrets } from "../secrets/secrets.ts";

/** A secret that a log-in needs and the configuration lacks. */
export interface LoginQuestion {
  /** "code": each prompt of the server by keyboard-interactive, such as a one-time code. */
  readonly kind: "passphrase" | "password" | "code";
  /** In the server's own words for a code; printable. */
  readonly text: string;
  readonly hidden: boolean;
}

export interface Credentials {
  readonly user: string;
  /** Text of a private key in any format that OpenSSH reads. */
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** Path of the agent's socket (SSH_AUTH_SOCK). */
  readonly agent?: string;
  readonly password?: string;
  /** Without it the password answers hidden prompts of keyboard-interactive. Throws if nobody answers. */
  readonly ask?: (question: LoginQuestion) => Promise<string>;
}

/** As OpenSSH's NumberOfPasswordPrompts: mistyped is not refused. */
const ROUNDS = 3;

interface Way {
  /** As the server offers it. */
  readonly offered: "publickey" | "password" | "keyboard-interactive";
  readonly method: () => AnyAuthMethod | Promise<AnyAuthMethod>;
}

/** The ways of one log-in, in the order of how little they ask. */
export class LoginWays {
  /** Why a prompt of the server was left without an answer. */
  refusal: RecoverError | undefined;
  readonly #credentials: Credentials;
  readonly #place: string;
  readonly #ways: Way[];

  /** Registers every secret. Throws `access-denied` if the key cannot be read, `not-logged-in` if there is no way. */
  constructor(credentials: Credentials, place: string, secrets: Secrets) {
    this.#credentials = credentials;
    this.#place = place;
    const { privateKey, passphrase, password } = credentials;
    for (const secret of [privateKey, passphrase, password]) if (secret !== undefined) secrets.register(secret);
    this.#ways = [...this.#configured(), ...this.#asked()];
    if (this.#ways.length === 0)
      throw refuse("not-logged-in", `there is no way to log in to "${place}" as "${credentials.user}"`)
        .at(place)
        .advise("Name a private key, an agent or a password for it in the configuration (bosh.gateway).");
  }

  /**
   * The next way among those that the server offers (all, as long as it has not said); undefined after the last.
   * Throws what `ask` throws.
   */
  async next(offered: readonly string[] | undefined): Promise<AnyAuthMethod | undefined> {
    // An unanswered prompt ends the log-in.
    if (this.refusal !== undefined) throw this.refusal;
    for (let way = this.#ways.shift(); way !== undefined; way = this.#ways.shift())
      if (offered === undefined || offered.includes(way.offered)) return await way.method();
    return undefined;
  }

  #configured(): Way[] {
    const { user: username, privateKey, passphrase, agent, password, ask } = this.#credentials;
    const ways: Way[] = [];
    if (privateKey !== undefined && (ask === undefined || passphrase !== undefined || !isEncrypted(privateKey))) {
      const key = readKey(privateKey, passphrase, this.#place);
      ways.push({ offered: "publickey", method: () => ({ type: "publickey", username, key }) });
    }
    if (agent !== undefined) ways.push({ offered: "publickey", method: () => ({ type: "agent", username, agent }) });
    if (password !== undefined)
      ways.push({ offered: "password", method: () => ({ type: "password", username, password }) });
    if (password !== undefined && ask === undefined)
      ways.push({ offered: "keyboard-interactive", method: () => this.#interactive(bestGuess(password)) });
    return ways;
  }

  #asked(): Way[] {
    const { user: username, privateKey, passphrase, password, ask } = this.#credentials;
    if (ask === undefined) return [];
    const ways: Way[] = [];
    if (privateKey !== undefined && passphrase === undefined && isEncrypted(privateKey))
      ways.push({
        offered: "publickey",
        method: async () => ({ type: "publickey", username, key: await this.#unlock(privateKey, ask) }),
      });
    for (let round = 0; round < ROUNDS; round += 1) {
      // The password that is known answers for itself once: if it is wrong, a person is asked.
      const known = round === 0 ? password : undefined;
      ways.push({ offered: "keyboard-interactive", method: () => this.#interactive(answering(ask, known)) });
    }
    const text = `Password of ${username}`;
    if (password === undefined)
      for (let round = 0; round < ROUNDS; round += 1)
        ways.push({
          offered: "password",
          method: async () => ({
            type: "password",
            username,
            password: await ask({ kind: "password", text, hidden: true }),
          }),
        });
    return ways;
  }

  async #unlock(privateKey: string, ask: NonNullable<Credentials["ask"]>): Promise<ssh2.ParsedKey> {
    const question = { kind: "passphrase", text: "Passphrase of the private key", hidden: true } as const;
    for (let round = 1; ; round += 1) {
      const passphrase = await ask(question);
      try {
        return readKey(privateKey, passphrase, this.#place);
      } catch (error) {
        if (round === ROUNDS) throw error;
      }
    }
  }

  #interactive(answers: Answers): KeyboardInteractiveAuthMethod {
    return {
      type: "keyboard-interactive",
      username: this.#credentials.user,
      prompt: (...[, , , prompts, finish]: Parameters<KeyboardInteractiveAuthMethod["prompt"]>) => {
        answers(prompts).then(finish, (error: unknown) => {
          this.refusal = asRecoverError(error);
          finish([]);
        });
      },
    };
  }
}

type Answers = (prompts: readonly Prompt[]) => Promise<string[]>;

function bestGuess(password: string): Answers {
  return (prompts) => Promise.resolve(prompts.map(({ echo }) => (echo === true ? "" : password)));
}

function answering(ask: NonNullable<Credentials["ask"]>, password: string | undefined): Answers {
  return async (prompts) => {
    const answers: string[] = [];
    for (const { prompt, echo } of prompts) {
      const hidden = echo !== true;
      const isPassword = hidden && /password/i.test(prompt);
      const text = printable(prompt).trim().replace(/:$/, "");
      answers.push(isPassword && password !== undefined ? password : await ask({ kind: "code", text, hidden }));
    }
    return answers;
  };
}

function isEncrypted(privateKey: string): boolean {
  const key: unknown = ssh2.utils.parseKey(privateKey);
  return key instanceof Error && /no passphrase given/i.test(key.message);
}

function readKey(privateKey: string, passphrase: string | undefined, place: string): ssh2.ParsedKey {
  const key = ssh2.utils.parseKey(privateKey, passphrase);
  if (!(key instanceof Error) && key.isPrivateKey()) return key;
  const why = key instanceof Error ? key.message : "it is a public key";
  throw refuse("access-denied", `the private key for "${place}" cannot be used: ${why}`)
    .at(place)
    .advise("Give the private half of the key and its passphrase, or load it into an agent.");
}
