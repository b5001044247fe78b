/** How we log in to an SSH server: the ways that the configuration names, in the order of how little they ask. */
import ssh2, { type AnyAuthMethod, type KeyboardInteractiveAuthMethod, type Prompt } from "ssh2";
import { RecoverError } from "../../errors.js";
import type { Secrets } from "../../secrets.js";

export interface Credentials {
  readonly user: string;
  /** Text of a private key in any format that OpenSSH reads. */
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** Path of the agent's socket (SSH_AUTH_SOCK). */
  readonly agent?: string;
  readonly password?: string;
  /** Answers the prompts of keyboard-interactive (one-time codes); without it the password answers hidden ones. */
  readonly answer?: (prompts: readonly { readonly text: string; readonly hidden: boolean }[]) => Promise<string[]>;
}

/** Registers every secret. Throws `access-denied` where the key cannot be read, `not-logged-in` where there is no way. */
export function authenticationMethods(credentials: Credentials, place: string, secrets: Secrets): AnyAuthMethod[] {
  const { user: username, privateKey, passphrase, agent, password } = credentials;
  for (const secret of [privateKey, passphrase, password]) if (secret !== undefined) secrets.register(secret);
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined)
    methods.push({ type: "publickey", username, key: readKey(privateKey, passphrase, place) });
  if (agent !== undefined) methods.push({ type: "agent", username, agent });
  if (password !== undefined) methods.push({ type: "password", username, password });
  if (password !== undefined || credentials.answer !== undefined) methods.push(keyboardInteractive(credentials));
  if (methods.length > 0) return methods;
  throw new RecoverError("not-logged-in", `there is no way to log in to "${place}" as "${username}"`, {
    remedy: "Name a private key, an agent or a password for it in the configuration (bosh.gateway).",
    place,
    effect: "none",
  });
}

function readKey(privateKey: string, passphrase: string | undefined, place: string): ssh2.ParsedKey {
  const key = ssh2.utils.parseKey(privateKey, passphrase);
  if (!(key instanceof Error) && key.isPrivateKey()) return key;
  const why = key instanceof Error ? key.message : "it is a public key";
  throw new RecoverError("access-denied", `the private key for "${place}" cannot be used: ${why}`, {
    remedy: "Give the private half of the key and its passphrase, or load it into an agent.",
    place,
    effect: "none",
  });
}

function keyboardInteractive({ user: username, password, answer }: Credentials): AnyAuthMethod {
  const byPassword = async (prompts: readonly { readonly hidden: boolean }[]): Promise<string[]> =>
    prompts.map(({ hidden }) => (hidden ? (password ?? "") : ""));
  return {
    type: "keyboard-interactive",
    username,
    prompt: (...[, , , prompts, finish]: Parameters<KeyboardInteractiveAuthMethod["prompt"]>) => {
      (answer ?? byPassword)(prompts.map(toPrompt)).then(finish, () => finish([]));
    },
  };
}

function toPrompt({ prompt, echo }: Prompt): { readonly text: string; readonly hidden: boolean } {
  return { text: prompt, hidden: echo !== true };
}
