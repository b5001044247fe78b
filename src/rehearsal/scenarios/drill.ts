/** The drill: nobody has deleted anything, and a deletion and a recovery are tried out on a service of the drill's own. */
import { databaseOf } from "../world/data-directory.ts";
import { siteOf, type World } from "../world/world.ts";
import { leftUsers, unless } from "./endings.ts";
import { AGREES, ORG, openStory, SERVICE, SPACE } from "./opening.ts";
import type { Closing, Scenario } from "./scenario.ts";

const NAME = "drill-db";
const TABLE = "dingo_recover_drill";
const ROWS = 2_000;

export const drill: Scenario = {
  name: "drill",
  title: "A drill: a service of its own is created, filled, deleted and brought back",
  teaches: "A drill shows that rows come back after a real deletion, and how long each step takes.",
  ticket: [
    "A quiet afternoon. Your boss asks: if somebody deletes a database tonight, do we get it back, and how long does it",
    `take? Org "${ORG}", space "${SPACE}". "${SERVICE}" lives there too, and must not notice.`,
  ],
  runbook: "drill",
  open: ({ seed, now }) => openStory({ era: "f", seed, now, staysAlive: true }),
  inputs: { org: ORG, space: SPACE, name: NAME, rows: String(ROWS) },
  alwaysGiven: ["name", "rows"],
  answers: AGREES,
  exitCode: 0,
  complaints,
};

function complaints({ world, cloudController, exitCode }: Closing): string[] {
  if (exitCode !== 0) return leftUsers(world);
  const deleted = cloudController.usageEvents.filter(({ state }) => state === "DELETED");
  const gone = deleted.map(({ instance }) => instance.guid);
  const left = cloudController.instances.map(({ name }) => name).sort();
  const guid = cloudController.instances.find(({ name }) => name === NAME)?.guid ?? "";
  const rows = rowsOf(world, guid);
  return [
    ...unless(gone.length === 1, `${gone.length} instances were deleted, not the drill's one`),
    ...unless(left.join() === ["billing-db", NAME, SERVICE].sort().join(), `the space has ${left.join(", ")}`),
    ...unless(rows === ROWS, `${ROWS} rows should be back, ${rows} are`),
    ...gone.flatMap((each) => writesBelow(world, each)),
    ...leftUsers(world),
  ];
}

function rowsOf(world: World, guid: string): number {
  return databaseOf(siteOf(world, guid))?.tables[TABLE]?.rows.length ?? 0;
}

/** Its own container wrote its archive; nobody else ever does. */
function writesBelow(world: World, guid: string): string[] {
  return world.store.requests
    .filter(({ operation, key }) => ["put", "copy", "delete"].includes(operation) && key.startsWith(`backups/${guid}/`))
    .filter(({ by }) => !by.startsWith("cf-"))
    .map(({ operation, key, by }) => `${operation} of ${key} in the deleted service's archive by ${by}`);
}
