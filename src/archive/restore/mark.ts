/**
 * The mark of the restore that is at work in a staging directory. It appears whole, and only when there is none: if two
 * restores begin at once, one of them gets it. It bears a random token, since nobody can ask another host, or another
 * container with the same host name, whether its process lives.
 */
import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { livenessOf, type ProcessIdentity, thisProcess } from "../../kit/process/process-identity.ts";
import { absent, codeOf } from "./disk-failure.ts";
import { OWN_DIRECTORY } from "../tar/place.ts";

export const MARK = `${OWN_DIRECTORY}/restoring.json`;

/** The restores that this process is at work on: one that it has left is no more at work than a dead process's. */
const held = new Set<string>();

export class Mark {
  readonly #root: string;
  readonly #token: string;

  private constructor(root: string, token: string) {
    this.#root = root;
    this.#token = token;
  }

  /** Makes the directory ours, or takes over the left-overs of a restore that is at work no more. Error: `locked`. */
  static async set(root: string): Promise<Mark> {
    const token = randomBytes(16).toString("hex");
    const own = `${MARK}.${token}`;
    await writeFile(join(root, own), JSON.stringify({ ...thisProcess(), token }), { flag: "wx", mode: 0o600 });
    try {
      await moveDeadAside(root, `${own}.left`);
      await link(join(root, own), join(root, MARK));
      held.add(token);
      return new Mark(root, token);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw locked(root, await holderIn(root));
      throw error;
    } finally {
      for (const path of [own, `${own}.left`]) await rm(join(root, path), { force: true });
    }
  }

  async isOurs(): Promise<boolean> {
    return (await holderIn(this.#root))?.token === this.#token;
  }

  /** Files that two restores have written are whole for neither. */
  async requireOurs(): Promise<void> {
    if (!(await this.isOurs())) throw locked(this.#root, await holderIn(this.#root));
  }

  /** The mark stays where it is: it says that a restore has made the directory. */
  letGo(): void {
    held.delete(this.#token);
  }
}

/** Whether a restore has left its mark there. Error: `locked` if one is at work. */
export async function requireUnmarked(root: string): Promise<boolean> {
  const holder = await holderIn(root);
  if (holder !== undefined && isAtWork(holder)) throw locked(root, holder);
  return holder !== undefined;
}

/** Another restore can have put its own mark there since it was looked at: that one is put back. */
async function moveDeadAside(root: string, aside: string): Promise<void> {
  const isThere = await rename(join(root, MARK), join(root, aside)).then(() => true, absent);
  if (isThere === undefined) return;
  const holder = await holderIn(root, aside);
  if (holder === undefined || !isAtWork(holder)) return;
  await link(join(root, aside), join(root, MARK));
  throw locked(root, holder);
}

interface Holder extends ProcessIdentity {
  /** Earlier versions gave none. */
  readonly token: string;
}

const NOBODY: Holder = { host: "", pid: 0, started: null, token: "" };

async function holderIn(root: string, name = MARK): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(root, name), "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value)) return undefined;
    const { pid, host } = value;
    if (typeof pid !== "number" || typeof host !== "string") return undefined;
    const started = "started" in value && typeof value.started === "string" ? value.started : null;
    const token = "token" in value && typeof value.token === "string" ? value.token : "";
    const namespace = "namespace" in value && typeof value.namespace === "string" ? value.namespace : undefined;
    return { pid, host, started, token, ...(namespace === undefined ? {} : { namespace }) };
  } catch (error) {
    // A kill can have come before its first byte was on disk.
    if (error instanceof SyntaxError) return NOBODY;
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** One on another host, or in another container, counts as living: nobody here can tell. */
function isAtWork(holder: Holder): boolean {
  if (holder.pid <= 0) return false;
  const liveness = livenessOf(holder);
  // It is this very process.
  if (liveness === "alive" && holder.pid === process.pid) return held.has(holder.token);
  return liveness !== "dead";
}

function locked(root: string, holder: Holder | undefined): RecoverError {
  const isElsewhere = holder !== undefined && livenessOf(holder) === "elsewhere";
  const who = holder === undefined ? "another restore" : `process ${holder.pid}`;
  const where = isElsewhere ? ` on ${quoted(holder.host)}` : "";
  const mark = quoted(join(root, MARK));
  return refuse("locked", `${who}${where} is restoring into "${root}"`)
    .at(root)
    .advise(
      isElsewhere
        ? `Wait for it to end, and run the same command again. If it is known to be at work no more, remove ${mark} before: what is whole is kept.`
        : "Wait for it to end, or end it, and run the same command again.",
    );
}
