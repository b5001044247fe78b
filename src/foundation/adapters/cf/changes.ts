/**
 * The commands that change something. Each looks at the GUIDs behind its names and targets its space anew, and is
 * sent once, and never sent again: whether it took effect is for the caller's probe to find out
 * (laws 4, 6).
 */
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import type { CloudFoundry, KnownInstance, KnownSpace } from "../../../ports/cloud-foundry.ts";
import type { ProgramResult } from "../../../kit/spawn/spawn.ts";
import { becomeDeveloper, mayDevelop } from "./visibility.ts";
import { failureError, failureOf } from "./failure.ts";
import { requireUsableName } from "./name.ts";
import type { CfReader } from "./reader.ts";
import { guidAndName, instance, readAs } from "./resources.ts";
import type { CfSession } from "./session.ts";

const CHANGE_TIMEOUT_MS = 25 * 60_000;
const ORGANIZATIONS = "/v3/organizations";
const SPACES = "/v3/spaces";

type NewSpace = Parameters<CloudFoundry["createSpace"]>[0];

type Request<K extends keyof CloudFoundry> = CloudFoundry[K] extends (request: infer R) => Promise<void> ? R : never;

export class Changes {
  readonly #session: CfSession;
  readonly #reader: CfReader;
  readonly #timeoutMs: number;

  constructor(session: CfSession, reader: CfReader, timeoutMs = CHANGE_TIMEOUT_MS) {
    this.#session = session;
    this.#reader = reader;
    this.#timeoutMs = timeoutMs;
  }

  async createSpace({ org, space, orgGuid }: NewSpace): ReturnType<CloudFoundry["createSpace"]> {
    requireUsable({ organization: org, space });
    const [found] = await this.#reader.list(ORGANIZATIONS, { names: [org] });
    const now = found === undefined ? undefined : readAs(guidAndName, found, ORGANIZATIONS);
    if (now?.guid !== orgGuid) throw otherOrganization(org, orgGuid, now?.guid);
    const { stdout, stderr } = await this.#send(["create-space", space, "-o", org]);
    if (!/already exists/.test(stdout + stderr)) return "made";
    const [there] = await this.#reader.list(SPACES, { names: [space], organization_guids: [orgGuid] });
    const { guid } = readAs(guidAndName, there, SPACES);
    if (!(await mayDevelop(this.#session, this.#reader, guid)))
      await this.#send(becomeDeveloper(await this.#session.token(), { org, space }));
    return "was-there";
  }

  renameSpace({ in: ref, to }: Request<"renameSpace">): Promise<void> {
    return this.#change(ref, { "new name": to }, ["rename-space", ref.space, to]);
  }

  createService(request: Request<"createService">): Promise<void> {
    const { offering, plan, name, tag, parameters } = request;
    const names = { offering, plan, "service instance": name, tag };
    const options = Object.keys(parameters).length === 0 ? [] : ["-c", JSON.stringify(parameters)];
    return this.#change(request.in, names, ["create-service", offering, plan, name, "-t", tag, ...options]);
  }

  tagService(request: Request<"tagService">): Promise<void> {
    const tags = request.tags.join(",");
    return this.#changeOf(request, { tags }, ["update-service", request.instance, "-t", tags]);
  }

  createServiceKey(request: Request<"createServiceKey">): Promise<void> {
    const { instance: name, key } = request;
    return this.#changeOf(request, { "service key": key }, ["create-service-key", name, key]);
  }

  deleteServiceKey(request: Request<"deleteServiceKey">): Promise<void> {
    const { instance: name, key } = request;
    return this.#changeOf(request, { "service key": key }, ["delete-service-key", name, key, "-f"]);
  }

  bindService(request: Request<"bindService">): Promise<void> {
    const { app, instance: name } = request;
    return this.#changeOf(request, { application: app }, ["bind-service", app, name]);
  }

  unbindService(request: Request<"unbindService">): Promise<void> {
    const { app, instance: name } = request;
    return this.#changeOf(request, { application: app }, ["unbind-service", app, name]);
  }

  renameService(request: Request<"renameService">): Promise<void> {
    const { instance: name, to } = request;
    return this.#changeOf(request, { "new name": to }, ["rename-service", name, to]);
  }

  /** Without `--wait`: the caller says how long to wait, and for which state. */
  deleteService(request: Request<"deleteService">): Promise<void> {
    return this.#changeOf(request, {}, ["delete-service", request.instance, "-f"]);
  }

  restartApp({ in: ref, app }: Request<"restartApp">): Promise<void> {
    return this.#change(ref, { application: app }, ["restart", app]);
  }

  async #change(space: KnownSpace, names: Names, args: readonly string[]): Promise<void> {
    requireUsable(names);
    await this.#session.target(space);
    await this.#send(args);
  }

  /** In the space that the instance is in, and while it has the name. */
  async #changeOf(known: KnownInstance, names: Names, args: readonly string[]): Promise<void> {
    requireUsable({ "service instance": known.instance, ...names });
    const path = `/v3/service_instances/${encodeURIComponent(known.guid)}`;
    const document = await this.#reader.get(path);
    const found = document === undefined ? undefined : readAs(instance, document, path);
    if (found?.name !== known.instance) throw renamed(known, found?.name);
    await this.#change({ ...known.in, guid: found.spaceGuid }, {}, args);
  }

  async #send(args: readonly string[]): Promise<ProgramResult> {
    const command = `cf ${args[0]}`;
    const result = await this.#session.run(args, this.#timeoutMs);
    if (result.code === 0) return result;
    const failure = failureOf(result, args);
    if (failure === "token") throw await this.#rejectedMidway(command);
    throw failureError(failure, { command, result, mask: (text) => this.#session.mask(text), effect: "unknown" });
  }

  /** The token died between the target and the end: log in for the probe, and say so. */
  async #rejectedMidway(command: string): Promise<RecoverError> {
    await this.#session.logInAgain();
    return giveUp("unreachable", `Cloud Foundry rejected the token in the middle of "${command}"`)
      .at(command)
      .advise("A new log-in worked: resume, and the step is probed before anything is sent again.");
  }
}

type Names = Readonly<Record<string, string>>;

function requireUsable(names: Names): void {
  for (const [kind, name] of Object.entries(names)) requireUsableName(kind, name);
}

function otherOrganization(org: string, guid: string, now: string | undefined): RecoverError {
  const found = now === undefined ? "nothing" : `"${now}"`;
  return refuse("guard-refused", `the name "${org}" leads to ${found}, not to the organization "${guid}"`)
    .at(org)
    .advise("Somebody may have given the name to another organization: look at both with cf orgs, then resume.");
}

function renamed({ instance: name, guid }: KnownInstance, now: string | undefined): RecoverError {
  const found = now === undefined ? "is gone" : `is called "${now}" now`;
  return refuse("guard-refused", `the service instance ${guid} ${found}, not "${name}"`)
    .at(name)
    .advise("Another service has the name. Look at both with cf service, give the name back, then resume.");
}
