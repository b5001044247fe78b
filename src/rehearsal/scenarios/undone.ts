/** The state of a foundation after a full undo: as before, except for the objects and directories aside. */
import { databaseOf } from "../world/data-directory.ts";
import { archivePrefix, below } from "../world/store.ts";
import { siteOf, type World } from "../world/world.ts";
import { leftUsers, unless } from "./endings.ts";
import { APP, SERVICE } from "./opening.ts";
import type { Closing, Scenario } from "./scenario.ts";

/** The service that was to come back. A drill names another one, and the SERVICE beside it lives on. */
const serviceOf = ({ inputs }: Scenario): string => inputs["name"] ?? SERVICE;

/** Nothing is expected of an undo that did not come to its end but that it left no user behind. */
export function undoneComplaints(closing: Closing, scenario: Scenario): string[] {
  const { world, cloudController, exitCode } = closing;
  if (exitCode !== 0) return leftUsers(world);
  if (scenario.undone !== undefined) return [...scenario.undone(closing), ...leftUsers(world)];
  const { instances, bindings, apps } = cloudController;
  const service = serviceOf(scenario);
  const aside = instances.filter(({ name }) => name.startsWith(`${service}-dingo-recover-`));
  const guids = aside.map(({ guid }) => guid);
  const bound = bindings.filter(({ instanceGuid }) => guids.includes(instanceGuid));
  const app = apps.find(({ name }) => name === APP);
  return [
    ...instances.filter(({ name }) => name === service).map(() => `the name ${service} is not free again`),
    ...neighbourComplaints(closing, service),
    ...(aside.length > 1 ? [`${aside.length} instances are aside, at most one was made`] : []),
    ...bound.map(({ type, name }) => `a binding is left: ${type} ${name ?? ""}`),
    ...(app?.state === "STARTED" ? [] : [`the app ${APP} does not run`]),
    ...guids.flatMap((guid) => [...containerComplaints(world, guid), ...archiveComplaints(world, guid)]),
    ...leftUsers(world),
  ];
}

/** The service that lives beside a drill's own. */
function neighbourComplaints({ cloudController, old }: Closing, service: string): string[] {
  if (service === SERVICE) return [];
  const lives = cloudController.instances.some(({ name, guid }) => name === SERVICE && guid === old);
  return lives ? [] : [`${SERVICE} is not there any more`];
}

function containerComplaints(world: World, guid: string): string[] {
  const site = siteOf(world, guid);
  if (site === undefined) return [`no container of ${guid} is there`];
  const { container } = site;
  const database = databaseOf(site);
  const rows = Object.values(database?.tables ?? {}).flatMap((table) => table.rows);
  const initialize = world.etcd.entries[`/service/${guid}/initialize`]?.value;
  return [
    ...unless(container.process.role === "master", "the new instance's container does not lead"),
    ...unless(container.restartPolicy === "always", "the container's restart policy is not always"),
    ...unless(database !== undefined, "the new instance has no database"),
    ...unless(rows.length === 0, "the recovered rows are in the new instance still"),
    ...unless(database?.sysid === initialize, "etcd and the database differ in their system identifier"),
  ];
}

/**
 * Every object that was moved aside is back under its name, unless the container itself has replaced or pruned it
 * since.
 */
function archiveComplaints(world: World, guid: string): string[] {
  const prefix = `backups/${guid}/dingo-recover/`;
  const replaced = below(world, prefix).filter(([key]) => key.includes("/replaced/"));
  const there = new Map(below(world, archivePrefix(guid)));
  const missing = replaced.filter(([key, object]) => {
    const original = `${archivePrefix(guid)}${key.slice(key.indexOf("/replaced/") + "/replaced/".length)}`;
    return there.get(original)?.etag !== object.etag && !changedByContainer(world, original);
  });
  const sentinels = [...there.keys()].filter((key) => key.endsWith("_backup_stop_sentinel.json"));
  return [
    ...missing.map(([key]) => `${key} is aside and not back`),
    ...(replaced.length > 0 && sentinels.length === 0 ? ["the new instance's archive has no base backup"] : []),
  ];
}

function changedByContainer(world: World, key: string): boolean {
  return world.store.requests.some(
    (request) => request.key === key && request.by.startsWith("cf-") && ["put", "delete"].includes(request.operation),
  );
}
