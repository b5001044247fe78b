/**
 * Checks the conditions for a start of the container over the old archive. The run looks before it starts, and every
 * start looks again: in between there may be hours, a daemon restart, another operator or a deploy (dingo.md §8, 15).
 */
import { z } from "zod";
import type { Context, EvidenceRef } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { containerDataDirectory } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { together } from "../../../kit/together.ts";
import { evidenceRef, recallListing } from "../archive/evidence-listing.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { refuseBusyDirector } from "../bosh/find-deployment.ts";
import { DATABASE } from "../docker/old-remains.ts";
import { containersOf } from "../docker/locate-container.ts";
import { guardTarget, targetInput } from "../docker/target-container.ts";
import { itemsOf, planCopy } from "../../../archive/copy/copy-plan.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { inParallel } from "../../../kit/in-parallel.ts";
import { sameByListing, sameContent, type Stored } from "../../../archive/copy/same-content.ts";
import type { ObjectReader } from "../../../ports/object-store.ts";

export const readyInput = z.strictObject({
  ...targetInput,
  etcd: z.string(),
  /** The value that /service/GUID/initialize must have at the moment of starting. */
  system_id: z.string().regex(/^\d{10,20}$/),
  /** The life that was stopped: a container that was started since has written to the archive. */
  stopped_life: z.string(),
  /** The copy, and the listing of its source. */
  target: z.string(),
  baseline: evidenceRef,
  /** The old database that was copied into the data directory; "" if it must be empty. */
  database: z.string().default(""),
});
export type Ready = z.infer<typeof readyInput>;

/** Throws `platform-busy`, `guard-refused`; gives the container as it stands. Reads only. */
export async function refuseUnlessReady(
  context: Context,
  target: Ready,
): Promise<{ cell: Cell; container: Container }> {
  const cell = await openCell(context.ports, target);
  // The database is down while this looks: none of it waits for another.
  const [, { container }] = await together([
    refuseBusyDirector(context, target.deployment),
    guardLife(context, target),
    refuseOtherKeys(cell, target),
    refuseFilledDirectory(context, cell, target),
    refuseOtherNodes(context, target),
    refuseOtherArchive(context, target),
  ]);
  return { cell, container };
}

async function guardLife(context: Context, target: Ready): Promise<{ container: Container }> {
  const opened = await guardTarget(context, target);
  refuseOtherLife(opened.container, target);
  return opened;
}

async function refuseFilledDirectory(context: Context, cell: Cell, target: Ready): Promise<void> {
  const count = await filledBy(cell, target);
  if (count > 0) throw notEmpty(context, target, count);
}

/** How many entries the data directory has beside the old database that was copied into it. */
async function filledBy(cell: Cell, { container, database }: Ready): Promise<number> {
  const entries = await cell.files.entries(containerDataDirectory(container));
  return database === "" ? entries.length : entries.filter((name) => !name.startsWith(DATABASE)).length;
}

/** Why a start of a container that has ended since would be refused; undefined when its data directory is as it was. */
export async function keepsFromStart(cell: Cell, target: Ready): Promise<string | undefined> {
  const count = await filledBy(cell, target);
  return count === 0 ? undefined : filledText(target, count);
}

const filledText = ({ container }: Ready, count: number): string =>
  `the data directory of "${container}" holds ${counted(count, "entry", "entries")} again`;

function refuseOtherLife({ running, startedAt, status }: Container, target: Ready): void {
  if (!running && startedAt === target.stopped_life) return;
  throw denied(`the container is ${status} and was started at ${startedAt}, after it had been stopped`, target);
}

/** Over a foreign or absent system identifier it ends in a loop, or in initdb over the copy (dingo.md §3.4). */
async function refuseOtherKeys(cell: Cell, target: Ready): Promise<void> {
  const etcd = cell.etcd(target.etcd);
  const [initialize, leader] = await together([
    etcd.get(`/service/${target.guid}/initialize`),
    etcd.get(`/service/${target.guid}/leader`),
  ]);
  if (initialize?.value !== target.system_id)
    throw denied(
      `/service/${target.guid}/initialize is "${initialize?.value ?? "absent"}", not the archive's "${target.system_id}"`,
      target,
    );
  if (leader !== undefined) throw denied(`/service/${target.guid}/leader is "${leader.value}"`, target);
}

/** While the container is stopped the broker counts no nodes, and an update of the service adds some (dingo.md §1.8). */
async function refuseOtherNodes(context: Context, target: Ready): Promise<void> {
  const others = (await containersOf(context, target.deployment, target.guid)).filter(
    ({ container }) => container.name !== target.container,
  );
  if (others.length === 0) return;
  const names = others.map(({ container, cell }) => `${container.name} on ${cell.label}`).join(", ");
  throw denied(`the instance has another node: ${names}`, target);
}

/**
 * If this run's own start began a database there, before it was stopped, the error says so: nobody has to look for the
 * cause.
 */
function notEmpty(context: Context, target: Ready, count: number): RecoverError {
  const holds = filledText(target, count);
  if (context.records("did-not-restore").length === 0) return denied(holds, target);
  const { id } = context.run;
  return denied(
    `${holds}: the container has begun a database when it did not restore`,
    target,
    `Put right what kept it from restoring, take this run back with "dingo-recover undo ${id}", then begin anew with "dingo-recover run".`,
  );
}

const LOOK = "Do not start the container: find out what changed since the stop, put it right, then resume.";

function denied(message: string, { container }: Ready, remedy = LOOK): RecoverError {
  return refuse("guard-refused", message).at(container).advise(remedy);
}

/** Sysids, sentinels, versions and histories; never a segment or a tar part of a database with data. */
const SMALL_BYTES = 4096;
const IN_FLIGHT = 8;

/**
 * Throws `guard-refused` if the target is not the copy of the objects in the baseline. It lists once more: names, sizes
 * and ETags; if these cannot be compared, the bytes of small objects, a sysid above all. The copy has
 * shown that the large ones are the same.
 */
async function refuseOtherArchive(
  context: Context,
  { target, baseline }: { readonly target: string; readonly baseline: EvidenceRef },
): Promise<void> {
  const { location, objects } = await recallListing(context, baseline);
  const at = parseLocation(target);
  const reader = context.ports.store.reader();
  const there = new Map((await reader.list(at.bucket, `${at.prefix}/`)).map((object) => [object.key, object]));
  const items = itemsOf(planCopy(location, at, objects));
  let wrong = 0;
  await inParallel(items, IN_FLIGHT, async ({ from, to }) => {
    const info = there.get(to);
    const stored = { bucket: location.bucket, info: from };
    if (info === undefined || !(await isSame(reader, stored, { bucket: at.bucket, info }))) wrong += 1;
  });
  const foreign = there.size - items.filter(({ to }) => there.has(to)).length;
  if (wrong + foreign === 0) return;
  throw refuse(
    "guard-refused",
    `the copied archive is not the old one any more: ${wrong} objects missing or changed, ${foreign} foreign`,
  )
    .at(target)
    .advise("Something writes there: find out what before the container is started; then resume.");
}

async function isSame(reader: ObjectReader, from: Stored, to: Stored): Promise<boolean> {
  const listed = sameByListing(from.info, to.info);
  return listed ?? (from.info.size > SMALL_BYTES || (await sameContent(reader, from, to)));
}
