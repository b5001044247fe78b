/**
 * A `CF_HOME` of our own: it disturbs neither the operator's target nor another terminal. It holds tokens, so its path
 * is noted durably before it comes to be, and the next process removes the home that a kill left.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { JsonObject } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { type Fields, fieldsOf, textOf } from "../../../kit/json.ts";
import type { KnownSpace } from "../../../ports/cloud-foundry.ts";
import type { ResourceRecorder } from "../../../ports/resources.ts";
import { OwnHomes } from "../../../kit/spawn/own-homes.ts";

const KIND = "cf-home";
const HOMES = new OwnHomes("cf", "CF_HOME");

export class CfHome {
  readonly path: string;
  readonly #recorder: ResourceRecorder;
  readonly #note: JsonObject;

  private constructor(path: string, recorder: ResourceRecorder) {
    this.path = path;
    this.#recorder = recorder;
    this.#note = { path, host: hostname() };
  }

  /**
   * Removes the homes that dead processes left on this machine, those of this run first; then makes a fresh one, mode
   * 0700.
   */
  static async open(recorder: ResourceRecorder, parent = tmpdir()): Promise<CfHome> {
    for (const left of await recorder.leftOpen()) {
      if (left.kind === KIND && (await removeLeftOver(left.data))) await recorder.closed(KIND, left.data);
    }
    const home = new CfHome(await HOMES.newPath(parent), recorder);
    await recorder.opened(KIND, home.#note);
    await mkdir(join(home.path, ".cf"), { recursive: true, mode: 0o700 });
    return home;
  }

  /** The CLI's state, as it stands in its file; an empty object where it has written none. */
  async config(): Promise<Fields> {
    try {
      return fieldsOf(JSON.parse(await readFile(this.#configFile, "utf8")));
    } catch (error) {
      if (isMissing(error)) return {};
      throw error;
    }
  }

  /** Takes a session over. Its trace setting is dropped: a trace on stdout would ruin every answer. */
  async adopt(configFile: string): Promise<void> {
    const session = fieldsOf(JSON.parse(await readSession(configFile)));
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

/** The target in the CLI's state: names of organization and space, and the space's GUID. */
export function targeted(config: Fields): KnownSpace {
  const [org, space] = [fieldsOf(config["OrganizationFields"]), fieldsOf(config["SpaceFields"])];
  return { org: textOf(org["Name"]), space: textOf(space["Name"]), guid: textOf(space["GUID"]) };
}

/** True when nothing of it is left here. A path that does not look like ours is never touched. */
async function removeLeftOver({ path, host }: JsonObject): Promise<boolean> {
  if (typeof path !== "string" || host !== hostname() || !HOMES.isName(basename(path)) || dirname(path) === path)
    return false;
  return await HOMES.remove(path);
}

async function readSession(configFile: string): Promise<string> {
  try {
    return await readFile(configFile, "utf8");
  } catch (cause) {
    throw refuse("not-logged-in", `there is no cf session in "${configFile}"`)
      .at(configFile)
      .advise('Log in with "cf login", or set CF_USERNAME and CF_PASSWORD.', cause);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
