/** How a foundation must look when a recovery has ended well, or has refused to begin. */
import { databaseOf } from "../world/data-directory.ts";
import { passwordFits } from "../world/database/database.ts";
import { readKey, serviceKey } from "../world/service-keys.ts";
import { archivePrefix, below } from "../world/store.ts";
import { type Site, siteOf, type World } from "../world/world.ts";
import { APP, SERVICE } from "./opening.ts";
import type { Closing } from "./scenario.ts";

/** The complaint, unless it `holds`. */
export const unless = (holds: boolean, complaint: string): string[] => (holds ? [] : [complaint]);

/** The instance that carries a name now, and where it runs. */
export function siteNamed({ world, cloudController }: Closing, name: string): Site | undefined {
  return siteOf(world, cloudController.instances.find((each) => each.name === name)?.guid);
}

/** GUID of the instance that was created last. */
export const newestGuid = (world: World): string =>
  world.record.findLast(({ what }) => what === "provision")?.subject ?? "";

export function rowsOf(closing: Closing, name = SERVICE): number {
  return databaseOf(siteNamed(closing, name))?.tables.orders?.rows.length ?? 0;
}

/**
 * Everything that is missing from a recovery that brought `rows` rows back; for a recovery that did not end, only its
 * left-over users.
 */
export function recoveredComplaints(closing: Closing, rows: number): string[] {
  if (closing.exitCode !== 0) return leftUsers(closing.world);
  const site = siteNamed(closing, SERVICE);
  if (site === undefined) return [`no container of ${SERVICE} runs`];
  const { container } = site;
  const database = databaseOf(site);
  const guid = container.env.PATRONI_SCOPE ?? "";
  const found = rowsOf(closing);
  const app = closing.cloudController.apps.find((each) => each.name === APP);
  const bound = closing.cloudController.bindings.some((each) => each.instanceGuid === guid && each.type === "app");
  return [
    ...unless(found === rows, `${rows} rows should be back, ${found} are`),
    ...unless(container.process.role === "master", "the container does not lead"),
    ...unless(container.restartCount === 0, `the container was restarted ${container.restartCount} times`),
    ...unless(container.restartPolicy === "always", "the container's restart policy is not always"),
    ...unless(mayApplicationsLogIn(site, closing.world), "an application cannot log in with what bindings hand out"),
    ...unless(newBase(closing.world, guid, database?.timeline ?? 0), "there is no base backup of the new timeline"),
    ...unless(bound && (app?.starts ?? 0) > 0, `the app ${APP} is not bound again and restarted`),
    ...leftUsers(closing.world),
  ];
}

function mayApplicationsLogIn(site: Site, world: World): boolean {
  const database = databaseOf(site);
  const logins = world.broker.instances[site.container.env.PATRONI_SCOPE ?? ""]?.logins;
  if (database === undefined || logins === undefined) return false;
  return passwordFits(database, logins.app.username, logins.app.password);
}

function newBase(world: World, guid: string, timeline: number): boolean {
  const name = `base_${timeline.toString(16).toUpperCase().padStart(8, "0")}`;
  const keys = below(world, `${archivePrefix(guid)}basebackups_005/`).map(([key]) => key);
  return timeline > 1 && keys.some((key) => key.includes(name) && key.endsWith("_sentinel.json"));
}

export function leftUsers(world: World): string[] {
  return world.cells.flatMap((cell) =>
    Object.keys(cell.users)
      .filter((user) => user.startsWith("bosh_"))
      .map((user) => `the ephemeral user ${user} is left on ${cell.ip}`),
  );
}

/** After a refusal there is no new instance. */
export function nothingCreatedComplaints(closing: Closing): string[] {
  const made = closing.cloudController.instances.filter((each) => each.name === SERVICE);
  return [...made.map(() => `an instance ${SERVICE} was created`), ...leftUsers(closing.world)];
}

/** The tool writes through the cells' curl, which leaves a note; containers write their own keys without one. */
export function oldKeysComplaints({ world, old }: Closing): string[] {
  const written = world.record.filter(({ system, subject }) => system === "etcd" && subject.includes(old));
  return [
    ...unless(readKey(world, serviceKey(old, "initialize")) !== undefined, "/service/OLD/initialize is gone"),
    ...written.map(({ what, subject }) => `${what} of ${subject}, which belongs to the deleted instance`),
  ];
}
