/**
 * The broker's own way back (dingo.md §3.7): `clone-from` finds the youngest record of a name in a space, copies that
 * archive to the new instance's place before any container exists, and takes the old credentials over. It checks nothing.
 */
import { brokerSays } from "./broker-log.ts";
import type { BrokerInstance, Logins } from "./broker-state.ts";
import { archivePrefix, below, putObject } from "./store.ts";
import type { World } from "./world.ts";

/** The broker's record of an instance in the bucket: never deleted, so that it outlives the instance (dingo.md §2.10). */
export const CLUSTERDATA = "dingo-postgresql-clusterdata-backup-";

export const clusterdataKey = (guid: string): string => `${CLUSTERDATA}${guid}.json`;

interface Record {
  readonly service_instance_name: string;
  readonly instance_id: string;
  readonly space_guid: string;
  readonly admin_credentials: Logins["admin"];
  readonly superuser_credentials: Logins["superuser"];
  readonly app_credentials: Logins["app"];
}

/** The credentials that the clone has; undefined if no record of that name is in the space. */
export function cloneFrom(world: World, instance: BrokerInstance, name: string): Logins | undefined {
  const found = below(world, CLUSTERDATA)
    .flatMap(([key, { meaning, lastModified }]) =>
      meaning.is === "text" && key !== clusterdataKey(instance.guid)
        ? [{ record: JSON.parse(meaning.text) as Record, lastModified }]
        : [],
    )
    .filter(({ record }) => record.service_instance_name === name && record.space_guid === instance.spaceGuid)
    .sort((a, b) => a.lastModified - b.lastModified)
    .at(-1)?.record;
  if (found === undefined) return undefined;
  copyArchive(world, found.instance_id, instance.guid);
  const { admin_credentials: admin, superuser_credentials: superuser, app_credentials: app } = found;
  return { admin, superuser, app };
}

/** `aws s3 cp --recursive`: in key order, over all objects that are there. */
function copyArchive(world: World, from: string, to: string): void {
  const uri = (guid: string): string => `s3://${world.network.bucket}/backups/${guid}`;
  const uris = { "from-uri": uri(from), "to-uri": uri(to) };
  brokerSays(world, "callbacks.copy-database-backup.start", uris);
  for (const [key, { meaning }] of below(world, archivePrefix(from))) {
    putObject(world, archivePrefix(to) + key.slice(archivePrefix(from).length), { meaning, by: "broker" });
  }
  brokerSays(world, "callbacks.copy-database-backup.done", uris);
}
