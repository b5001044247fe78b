/**
 * The phrases that a log store is asked for. Its analyser joins by full stops and divides at hyphens: of
 * `dingo-postgresql-broker.remove-node.perform` it keeps `broker.remove` and `node.perform`, and would find no
 * `remove-node` (cf-bosh.md §6.4). So each phrase is the beginning of such a word: one for every event that
 * broker-line.ts reads.
 */
const PLACES = ["broker", "broker.cluster", "broker.recreate", "broker.recreate.cluster"];
const WORDS = [
  "request",
  "remove",
  "etcd",
  "deprovision",
  "scheduler",
  "update",
  "add",
  "save",
  "state",
  "provision",
  "callbacks",
];
const OF_BROKER = PLACES.flatMap((place) => WORDS.map((word) => `${place}.${word}`));

/** Lines that tell of a deletion, or whose it was. */
export const DELETIONS: readonly string[] = [...OF_BROKER, "PATRONI_SCOPE", "Destroying Docker", "Disabling wal-e"];
/** Of an instance that is known by its GUID. */
export const LIFE: readonly string[] = [...OF_BROKER, "PATRONI_SCOPE", "scope: &scope"];
export const UPLOADS: readonly string[] = ["action=push-wal"];
/** Any line of a broker. */
export const BROKER: readonly string[] = ["dingo-postgresql-broker", "patroni-broker"];

/** The forms of a GUID in a line: a colon between two letters joins it with the word before. */
export function mentions(guid: string): readonly string[] {
  return [guid, `PATRONI_SCOPE:${guid}`];
}
