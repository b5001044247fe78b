/**
 * Signatures by the `ssh-keygen` of OpenSSH (ssh-keygen(1), "-Y"). It reaches agents and hardware keys by itself. The terminal is
 * not lent to it: a key that is locked by a passphrase has to be in an agent.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecoverError } from "../../errors.js";
import { quoted } from "../../printable.js";
import type { Judging, Signatures, Signer } from "../../ports/signatures.js";
import { type ProgramResult, runProgram } from "../process/spawn.js";

/** Keeps a signature for this tool from counting for another one: `git` has "git", mail has "email". */
const NAMESPACE = "dingo-recover";
const PROGRAM = "ssh-keygen";
/** Of a person who looks for the hardware key. Real milliseconds. */
const TOUCH_MS = 120_000;
const LONGEST_SIGNATURE = 64 * 1024;

/** What leads it to keys, agents and a window that asks. */
const VARIABLES = [
  "HOME",
  "PATH",
  "SSH_AUTH_SOCK",
  "SSH_ASKPASS",
  "SSH_ASKPASS_REQUIRE",
  "SSH_SK_PROVIDER",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "TMPDIR",
  "TZ",
] as const;

export interface SshKeygenSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export class SshKeygen implements Signatures {
  readonly #settings: SshKeygenSettings;

  constructor(settings: SshKeygenSettings) {
    this.#settings = settings;
  }

  async fingerprint(key: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run(["-l", "-f", key]);
    const found = FINGERPRINT.exec(stdout)?.[0];
    if (code === 0 && found !== undefined) return found;
    throw unusable(key, "cannot be read", stderr);
  }

  async sign(content: string, key: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run(["-Y", "sign", "-f", key, "-n", NAMESPACE], content);
    if (code === 0 && isArmored(stdout)) return stdout;
    throw unusable(key, "did not sign", stderr);
  }

  async signer(content: string, signature: string, judging: Judging): Promise<Signer> {
    if (!isArmored(signature) || signature.length > LONGEST_SIGNATURE) return { kind: "unfit" };
    const directory = await mkdtemp(join(tmpdir(), "dingo-recover-signature-"));
    try {
      const file = join(directory, "signature");
      await writeFile(file, signature, { mode: 0o600 });
      return await this.#judge(content, file, judging);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Whether it fits is asked before whose it is: the names of a key say nothing of a content. */
  async #judge(content: string, file: string, { allowedSigners, at }: Judging): Promise<Signer> {
    const named = ["-n", NAMESPACE, "-s", file];
    const fits = await this.#run(["-Y", "check-novalidate", ...named], content);
    const key = FINGERPRINT.exec(fits.stdout)?.[0];
    if (fits.code !== 0 || key === undefined) return { kind: "unfit" };
    if (allowedSigners === undefined) return { kind: "stranger", key };
    const allowed = ["-f", allowedSigners, "-O", `verify-time=${stamp(at)}`];
    const names: string[] = [];
    for (const name of await this.#namesOf(allowed, file)) {
      const { code } = await this.#run(["-Y", "verify", "-I", name, ...allowed, ...named], content);
      if (code === 0) names.push(name);
    }
    return names.length > 0 ? { kind: "known", principals: names, key } : { kind: "stranger", key };
  }

  /** All that the file has for the key; a pattern, as `*@example.com`, is nobody's name. */
  async #namesOf(allowed: readonly string[], file: string): Promise<readonly string[]> {
    const { code, stdout } = await this.#run(["-Y", "find-principals", ...allowed, "-s", file]);
    if (code !== 0) return [];
    const names = stdout.split(/[\n,]/u).map((name) => name.trim());
    return [...new Set(names)].filter((name) => name !== "" && !/[*?!]/u.test(name));
  }

  #run(args: readonly string[], stdin?: string): Promise<ProgramResult> {
    const { env, signal } = this.#settings;
    const known = VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
    return runProgram({
      program: PROGRAM,
      args,
      env: { ...Object.fromEntries(known), LC_ALL: "C" },
      timeoutMs: TOUCH_MS,
      ...(stdin === undefined ? {} : { stdin }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

const FINGERPRINT = /SHA256:[A-Za-z0-9+/]{43}/u;

const isArmored = (text: string): boolean => text.startsWith("-----BEGIN SSH SIGNATURE-----\n");

/** YYYYMMDDHHMMSS in local time: not every release knows the Z of UTC. */
function stamp(at: Date): string {
  const parts = [at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()];
  return `${at.getFullYear()}${parts.map((part) => String(part).padStart(2, "0")).join("")}`;
}

function unusable(key: string, what: string, stderr: string): RecoverError {
  const said = stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
  return new RecoverError("key-unusable", `the SSH key ${quoted(key)} ${what}: ${quoted(said)}`, {
    remedy:
      "Name the key's file; one with a passphrase has to be in the agent (ssh-add), its public file is enough then.",
    place: key,
    effect: "none",
  });
}
