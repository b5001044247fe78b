/**
 * The identity guard of everything that disrupts or destroys (law 7): the very container that is about to change
 * belongs to the service instance that this run created, shown by Cloud Foundry (our tag) and by the cell
 * (PATRONI_SCOPE, name, data directory) at the time of asking.
 */
import { z } from "zod";
import type { Context } from "../../../action.ts";
import { guardRefusal, refuse } from "../../../errors.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { containerDataDirectory } from "../../../kit/commands/host-commands.ts";
import { together } from "../../../kit/together.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { runTag } from "../cf/run-tag.ts";

const denied = guardRefusal(
  "Nothing was changed. Look at the instance and its container by hand before anything else.",
);

/** The inputs that name the target container in every step of the window. */
export const targetInput = {
  /** GUID of the new service instance. */
  guid: z.guid(),
  deployment: z.string(),
  /** "group/id" of the cell. */
  cell: z.string(),
  /** Name, cf-NODE. */
  container: z.string().regex(/^cf-[0-9a-f-]{36}$/),
};

export interface Target {
  readonly guid: string;
  readonly deployment: string;
  readonly cell: string;
  readonly container: string;
}

/** The container and its cell, with no more shown than that they exist. */
export async function openTarget(context: Context, target: Target): Promise<{ cell: Cell; container: Container }> {
  const cell = await openCell(context.ports, target);
  const container = await cell.docker.inspect(target.container);
  if (container === undefined) throw denied(`the container "${target.container}" is not on ${cell.label}`, cell.label);
  return { cell, container };
}

/** Throws `guard-refused` unless instance, container and directory are those of this run. */
export async function guardTarget(context: Context, target: Target): Promise<{ cell: Cell; container: Container }> {
  const [, opened] = await together([guardInstance(context, target.guid), guardContainer(context, target)]);
  return opened;
}

/** Throws `guard-refused` unless the container and its directory belong to that service instance. */
async function guardContainer(context: Context, target: Target): Promise<{ cell: Cell; container: Container }> {
  const opened = await openTarget(context, target);
  const { container, cell } = opened;
  const place = `${container.name} on ${cell.label}`;
  if (container.name !== target.container)
    throw denied(`asked for "${target.container}", got "${container.name}"`, place);
  const scope = container.env["PATRONI_SCOPE"];
  if (scope !== target.guid)
    throw denied(
      `the container "${container.name}" belongs to instance "${scope ?? "none"}", not to "${target.guid}"`,
      place,
    );
  if (container.dataDirectory !== containerDataDirectory(container.name)) {
    throw denied(
      `the data directory of "${container.name}" is "${container.dataDirectory ?? "none"}", not "${containerDataDirectory(container.name)}"`,
      place,
    );
  }
  return opened;
}

/** Throws `guard-refused` unless the service instance carries the tag of this run and its creation succeeded. */
export async function guardInstance(context: Context, guid: string, name?: string): Promise<void> {
  const instance = await guardLiving(context, guid, name);
  const tag = runTag(context.run.id);
  if (!instance.tags.includes(tag))
    throw denied(`the service instance "${instance.name}" does not carry the tag "${tag}" of this run`, guid);
}

/** The same of a service that the run was told to work on: it is there, has the name, and nothing is being done to it. */
export async function guardLiving(context: Context, guid: string, name?: string): Promise<ServiceInstance> {
  const instance = await context.ports.cf.getInstance(guid);
  if (instance === undefined) throw denied(`Cloud Foundry has no service instance "${guid}"`, guid);
  // The CLI goes by names: the instance with the name must be the one with the GUID.
  if (name !== undefined && instance.name !== name)
    throw denied(`the service instance "${guid}" is called "${instance.name}", not "${name}"`, guid);
  if (instance.lastOperation.state !== "succeeded") {
    throw denied(
      `the last operation of "${instance.name}" is ${instance.lastOperation.type} ${instance.lastOperation.state}`,
      guid,
    );
  }
  return instance;
}

/** The service that a run was told to work on, by `guardLiving`, and its container. */
export async function guardService(context: Context, target: Target & { readonly name?: string }): Promise<void> {
  await guardLiving(context, target.guid, target.name);
  await guardContainer(context, target);
}

/** Between two lives that Docker gives it, it is not stopped: releases differ in whether they call it running then. */
export function isStopped({ running, status }: Container): boolean {
  return !running && status !== "restarting";
}

/** As `guardTarget`; throws `guard-refused` as well while the container runs: then its archive, keys and data are in use. */
export async function guardStopped(context: Context, target: Target): Promise<{ cell: Cell; container: Container }> {
  const opened = await guardTarget(context, target);
  const { container, cell } = opened;
  if (isStopped(container)) return opened;
  throw refuse("guard-refused", `the container "${container.name}" is ${container.status}`)
    .at(`${container.name} on ${cell.label}`)
    .advise("Find out who started it and stop it, then go on.");
}
