/** The broker's record of an instance in the bucket: never deleted, so that it outlives the instance (dingo.md §2.10). */
export const CLUSTERDATA = "dingo-postgresql-clusterdata-backup-";

export const clusterdataKey = (guid: string): string => `${CLUSTERDATA}${guid}.json`;
