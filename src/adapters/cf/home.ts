/**
 * A `CF_HOME` of our own: it disturbs neither the operator's target nor another terminal. It holds tokens, so its path is
 * noted durably before it comes to be, and the next process removes what a kill left.
 */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { JsonObject } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { ResourceRecorder } from "../../ports/resources.js";
import { endOrphans } from "./orphans.js";

const KIND = "cf-home";
const NAME = /^dingo-recover-cf-[0-9a-f]{16}$/;

export class CfHome {
  readonly path: string;
  readonly #recorder: ResourceRecorder;
  readonly #note: JsonObject;

  private constructor(path: string, recorder: ResourceRecorder) {
    this.path = path;
    this.#recorder = recorder;
    this.#note = { path, host: hostname() };
  }

  /** Removes what earlier processes of this run left on this machine, then makes a fresh one, mode 0700. */
  static async open(recorder: ResourceRecorder, parent = tmpdir()): Promise<CfHome> {
    for (const left of await recorder.leftOpen()) {
      if (left.kind === KIND && (await removeLeftOver(left.data))) await recorder.closed(KIND, left.data);
    }
    const home = new CfHome(join(parent, `dingo-recover-cf-${randomBytes(8).toString("hex")}`), recorder);
    await recorder.opened(KIND, home.#note);
    await mkdir(join(home.path, ".cf"), { recursive: true, mode: 0o700 });
    return home;
  }

  /** The CLI's state, as it stands in its file; an empty object where it has written none. */
  async config(): Promise<Readonly<Record<string, unknown>>> {
    try {
      return asRecord(JSON.parse(await readFile(this.#configFile, "utf8")));
    } catch (error) {
      if (isMissing(error)) return {};
      throw error;
    }
  }

  /** Takes a session over. Its trace setting is dropped: a trace on stdout would ruin every answer. */
  async adopt(configFile: string): Promise<void> {
    const session = asRecord(JSON.parse(await readSession(configFile)));
    const content = JSON.stringify({ ...session, Trace: "", ColorEnabled: "", Locale: "" });
    await writeFile(this.#configFile, content, { mode: 0o600 });
  }

  async close(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    await this.#recorder.closed(KIND, this.#note);
  }

  get #configFile(): string {
    return join(this.path, ".cf", "config.json");
  }
}

/** Names of the organization and space that the CLI's state targets. */
export function targeted(config: Readonly<Record<string, unknown>>): { readonly org: string; readonly space: string } {
  const name = (key: string): string => textOf(asRecord(config[key]), "Name");
  return { org: name("OrganizationFields"), space: name("SpaceFields") };
}

/** A text of the CLI's state; empty where it is not there. */
export function textOf(config: Readonly<Record<string, unknown>>, key: string): string {
  const value = config[key];
  return typeof value === "string" ? value : "";
}

/** True when nothing of it is left here. A path that does not look like ours is never touched. */
async function removeLeftOver(data: JsonObject): Promise<boolean> {
  const { path, host } = data;
  if (typeof path !== "string" || host !== hostname() || !NAME.test(basename(path))) return false;
  try {
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || dirname(path) === path) return false;
  } catch (error) {
    return isMissing(error);
  }
  await endOrphans(path);
  await rm(path, { recursive: true, force: true });
  return true;
}

async function readSession(configFile: string): Promise<string> {
  try {
    return await readFile(configFile, "utf8");
  } catch (cause) {
    throw new RecoverError("not-logged-in", `there is no cf session in "${configFile}"`, {
      remedy: 'Log in with "cf login", or set CF_USERNAME and CF_PASSWORD.',
      place: configFile,
      effect: "none",
      cause,
    });
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
