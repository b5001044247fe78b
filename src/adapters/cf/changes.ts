/**
 * The commands that change something. Each targets its space anew and reads that back, but for the one that makes it; it is
 * sent once, and never sent again: whether it took effect is for the caller's probe to find out (laws 4, 6).
 */
import { RecoverError } from "../../errors.js";
import type { CloudFoundry, SpaceRef } from "../../ports/cloud-foundry.js";
import { failureError, failureOf } from "./failure.js";
import { requireUsableName } from "./name.js";
import type { CfSession } from "./session.js";

const CHANGE_TIMEOUT_MS = 25 * 60_000;

type Request<K extends keyof CloudFoundry> = CloudFoundry[K] extends (request: infer R) => Promise<void> ? R : never;

export class Changes {
  readonly #session: CfSession;
  readonly #timeoutMs: number;

  constructor(session: CfSession, timeoutMs = CHANGE_TIMEOUT_MS) {
    this.#session = session;
    this.#timeoutMs = timeoutMs;
  }

  async createSpace({ org, space }: Request<"createSpace">): Promise<void> {
    for (const [kind, name] of Object.entries({ organization: org, space })) requireUsableName(kind, name);
    await this.#send(undefined, ["create-space", space, "-o", org]);
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

  tagService({ in: ref, instance, tags }: Request<"tagService">): Promise<void> {
    const joined = tags.join(",");
    return this.#change(ref, { "service instance": instance, tags: joined }, [
      "update-service",
      instance,
      "-t",
      joined,
    ]);
  }

  createServiceKey({ in: ref, instance, key }: Request<"createServiceKey">): Promise<void> {
    return this.#change(ref, { "service instance": instance, "service key": key }, [
      "create-service-key",
      instance,
      key,
    ]);
  }

  deleteServiceKey({ in: ref, instance, key }: Request<"deleteServiceKey">): Promise<void> {
    const args = ["delete-service-key", instance, key, "-f"];
    return this.#change(ref, { "service instance": instance, "service key": key }, args);
  }

  bindService({ in: ref, app, instance }: Request<"bindService">): Promise<void> {
    return this.#change(ref, { application: app, "service instance": instance }, ["bind-service", app, instance]);
  }

  unbindService({ in: ref, app, instance }: Request<"unbindService">): Promise<void> {
    return this.#change(ref, { application: app, "service instance": instance }, ["unbind-service", app, instance]);
  }

  renameService({ in: ref, instance, to }: Request<"renameService">): Promise<void> {
    return this.#change(ref, { "service instance": instance, "new name": to }, ["rename-service", instance, to]);
  }

  /** Without `--wait`: how long is waited, and for what, is the caller's to say. */
  deleteService({ in: ref, instance }: Request<"deleteService">): Promise<void> {
    return this.#change(ref, { "service instance": instance }, ["delete-service", instance, "-f"]);
  }

  restartApp({ in: ref, app }: Request<"restartApp">): Promise<void> {
    return this.#change(ref, { application: app }, ["restart", app]);
  }

  async #change(ref: SpaceRef, names: Readonly<Record<string, string>>, args: readonly string[]): Promise<void> {
    for (const [kind, name] of Object.entries(names)) requireUsableName(kind, name);
    await this.#session.target(ref);
    await this.#send(ref, args);
  }

  async #send(ref: SpaceRef | undefined, args: readonly string[]): Promise<void> {
    const command = `cf ${args[0]}`;
    const result = await this.#session.run(args, this.#timeoutMs);
    if (result.code === 0) return;
    const failure = failureOf(result);
    if (failure === "token") throw await this.#rejectedMidway(ref, command);
    throw failureError(failure, { command, result, mask: (text) => this.#session.mask(text), effect: "unknown" });
  }

  /** The token died between the target and the end: log in and target for the probe, and say so. */
  async #rejectedMidway(ref: SpaceRef | undefined, command: string): Promise<RecoverError> {
    await this.#session.logInAgain();
    if (ref !== undefined) await this.#session.target(ref);
    return new RecoverError("unreachable", `Cloud Foundry rejected the token in the middle of "${command}"`, {
      remedy: "A new log-in worked: resume, and the step is probed before anything is sent again.",
      place: command,
    });
  }
}
