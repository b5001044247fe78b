/** Backups of a living database that somebody tests at last: one that restores, and one of which every base backup was cut off on its way. */
import { unless } from "./endings.ts";
import { archivePrefix, below } from "../world/store.ts";
import { happen } from "../world/story.ts";
import type { World } from "../world/world.ts";
import { BUCKET } from "../world/foundation.ts";
import { PAGED_AT, realStory } from "../real-archive/story.ts";
import { AGREES, openStory, without } from "./opening.ts";
import type { Closing, Opening, Scenario } from "./scenario.ts";
import { unsaid } from "./told.ts";

/** Nobody's service: an archive as any PostgreSQL has one. */
const PREFIX = "nightly/shop-db/";

const INPUTS = { archive: `s3://${BUCKET}/${PREFIX.replace(/\/$/, "")}` };

export const testBackup: Scenario = {
  name: "test-backup",
  title: "A backup is tested, and restores",
  teaches: "The tool restores a copy, runs a query, and judges the answer. It deletes its copy at the end.",
  ticket: [
    "03:17, cron on a small host of the shop: is last night's backup any good? Nobody is there to look at the answer,",
    "so that it has to be an exit code.",
  ],
  runbook: "test-backup",
  unattended: true,
  // Its archive can be restored: a real PostgreSQL has written it, at this time.
  beginsAt: () => PAGED_AT,
  open: ({ seed }) => elsewhere(realStory({ seed, staysAlive: true })),
  onLaptop: true,
  inputs: { ...INPUTS, sanity_query: "select count(*) from orders", expect: "value > 100" },
  answers: AGREES,
  exitCode: 0,
  complaints,
  undone: complaints,
  unsaid: (told) => {
    const { verdict, rows, replay_seconds: replay } = told.output("verdict");
    return verdict === "good" && rows === 1 && Number(replay) >= 0
      ? []
      : ["the backup was not restored and called good"];
  },
};

export const badBackup: Scenario = {
  name: "bad-backup",
  title: "A backup that was never tested",
  teaches: "This archive grows every ten minutes and restores nothing. The test says why, and ends with exit code 21.",
  ticket: [
    "An ordinary morning. Nothing is broken, and nobody has lost anything. The dashboard says that the backup of the shop",
    "is fine: objects arrive in the bucket all night. Has anybody ever restored it?",
  ],
  runbook: "test-backup",
  unattended: true,
  open: ({ seed, now }) => elsewhere(without(openStory({ era: "f", seed, now, staysAlive: true }), SENTINEL)),
  inputs: INPUTS,
  answers: {},
  exitCode: 21,
  complaints,
  unsaid: (told) => [
    ...unsaid("the journal", told.text, ["nothing can be restored", "a base backup whose upload never finished"]),
    ...unless(told.output("verdict")["verdict"] === "bad", "the backup was not called bad"),
    ...(told.began("test") ? ["a copy was begun of what cannot be restored"] : []),
  ],
};

const SENTINEL = /_backup_stop_sentinel\.json$/;

function elsewhere(opening: Opening): Opening {
  const from = archivePrefix(opening.old);
  const world = below(opening.world, from).reduce<World>((before, [key, { meaning }]) => {
    const put = { bucket: BUCKET, key: PREFIX + key.slice(from.length), meaning, by: "the shop" };
    return happen(before, 0, { is: "put-object", ...put });
  }, opening.world);
  return { ...opening, world };
}

/** A test only reads: the operator's keys have changed nothing in the bucket. */
function complaints({ world }: Closing): readonly string[] {
  const own = new Set(world.store.keys.filter(({ holder }) => holder === "operator").map(({ id }) => id));
  const changes = world.store.requests.filter(
    ({ by, operation }) => own.has(by) && /^(?:put|copy|delete)$/.test(operation),
  );
  return changes.map(({ operation, key }) => `the test asked the store to ${operation} ${key}`);
}
