/** Somebody dropped a table of a database that lives on: it comes back out of its archive, as it was right before. */
import { COUPON_ROWS, COUPONS, PAGED_AT, realStory } from "../real-archive/story.ts";
import type { Table } from "../world/database/database.ts";
import { databaseOf } from "../world/data-directory.ts";
import { siteOf } from "../world/world.ts";
import { leftUsers, rowsOf, unless } from "./endings.ts";
import { AGREES, EVERYTHING, ORG, SERVICE, SPACE } from "./opening.ts";
import type { Closing, Scenario } from "./scenario.ts";

/** Between the last order and the drop. */
const BEFORE = "2026-11-21T02:23:40Z";

const open = ({ seed }: { readonly seed: number }) => realStory({ seed, staysAlive: true });

export const recoverToTime: Scenario = {
  name: "recover-to-time",
  title: "A table of a living database was dropped, and comes back as it was",
  teaches:
    "The tool restores the archive on this machine as of a moment, and loads the table from there. It overwrites nothing.",
  ticket: [
    `A call at night, from the team of the shop: the table "${COUPONS}" of "${SERVICE}" is gone, everything else is there and goes on.`,
    `A clean-up script ran at 02:23:52Z. Org "${ORG}", space "${SPACE}". Can we have it as of ${BEFORE}?`,
  ],
  runbook: "recover-to-time",
  // Its archive can be restored: a real PostgreSQL has written it, at this time.
  beginsAt: () => PAGED_AT,
  open,
  onLaptop: true,
  real: { beginsAt: PAGED_AT, open },
  inputs: { org: ORG, space: SPACE, service: SERVICE, time: BEFORE, tables: COUPONS },
  answers: AGREES,
  exitCode: 0,
  complaints,
  undone,
};

function complaints(closing: Closing): string[] {
  const { world, exitCode } = closing;
  if (exitCode !== 0) return leftUsers(world);
  const table = tablesOf(closing)[COUPONS];
  const found = table?.rows.length ?? 0;
  return [
    ...unless(found === COUPON_ROWS, `${COUPON_ROWS} coupons should be back, ${found} are`),
    ...unless(table?.owner === "appuser", `the coupons belong to ${table?.owner ?? "nobody"}`),
    ...restComplaints(closing),
    ...leftUsers(world),
  ];
}

/** The loaded tables have another name, and the run's service key is gone. */
function undone(closing: Closing): string[] {
  const tables = Object.entries(tablesOf(closing)).filter(([name]) => name.startsWith(COUPONS));
  const keys = closing.cloudController.bindings.filter(({ type }) => type === "key");
  return [
    ...unless(!tables.some(([name]) => name === COUPONS), "the coupons have their name still"),
    ...unless(tables.length < 2, `the coupons are there ${tables.length} times`),
    ...unless(keys.length === 0, `${keys.length} service keys are left`),
    ...restComplaints(closing),
  ];
}

/** Everything else has gone on. */
function restComplaints(closing: Closing): string[] {
  return [
    ...unless(rowsOf(closing) === EVERYTHING, `${EVERYTHING} orders should be there, ${rowsOf(closing)} are`),
    ...unless(siteOf(closing.world, closing.old)?.container.life === 1, "the living container was started again"),
  ];
}

function tablesOf(closing: Closing): Readonly<Record<string, Table>> {
  return databaseOf(siteOf(closing.world, closing.old))?.tables ?? {};
}
