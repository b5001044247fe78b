/** Somebody has created a service of the same name since the deletion, and maybe uses it. */
import { seedBinding, seedInstance } from "../../cloud-controller/seed.ts";
import { createInstance, happen, pass } from "../../world/story.ts";
import { siteOf, type World } from "../../world/world.ts";
import { rowsOf, unless } from "../endings.ts";
import { openStory, OPERATOR, type Place, SERVICE } from "../opening.ts";
import type { Row } from "../row.ts";
import type { Closing, Opening, Scenario } from "../scenario.ts";

const MINUTE = 60_000;
const AGAIN = "a1b2c3d4-0000-4000-8000-0000000000aa";
const WAITED = "When it was gone, somebody simply created it again, and the application did not start.";

export const TAKEN_NAME: readonly Row[] = [
  {
    incident: 23,
    name: "created-again-in-use",
    title: "Somebody has created the service again, and it is in use",
    teaches:
      "The tool does not touch a service in use. It recovers under another name, and exchanges the names when the data are proved.",
    adds: [WAITED, "It does now, with an empty shop. Orders come in."],
    open: openAgain({ use: ordered, bound: true }),
    answers: { "taken-name": "exchange" },
    also: keptComplaints,
  },
  {
    incident: 23,
    name: "created-again-empty",
    title: "Somebody has created the service again, and it is empty",
    teaches:
      "You can adopt an empty service that is younger than the deletion: you type its full GUID. No second one is made.",
    adds: [WAITED],
    open: openAgain({}),
    answers: { "taken-name": "adopt" },
    also: adoptedComplaints,
  },
  {
    incident: 31,
    name: "target-not-fresh",
    title: "The instance that is to be filled has a history of its own",
    teaches: "The new instance must be fresh. If its archive shows earlier work, the tool does not move it aside.",
    adds: [WAITED, "They have restarted it a few times to see whether that helps."],
    open: openAgain({ use: restartedTwice }),
    answers: { "taken-name": "adopt" },
    exitCode: 16,
    complaints: ({ world }) => unless(siteOf(world, AGAIN)?.container.life === 3, "its container was touched"),
    refused: ["target-not-fresh", "3 base backups"],
  },
];

interface Again {
  /** Changes to the new instance before the operator is called. */
  readonly use?: (world: World) => World;
  readonly bound?: boolean;
}

/** The service is created again ten minutes after its deletion. */
function openAgain({ use, bound = false }: Again): Scenario["open"] {
  return (options) => {
    let createdAt = options.now;
    const afterDeletion = (world: World, { spaceGuid, orgGuid }: Place): World => {
      createdAt = world.now + 10 * MINUTE;
      const created = createInstance(pass(world, 10 * MINUTE), { guid: AGAIN, spaceGuid, orgGuid });
      return use?.(created) ?? created;
    };
    const opening = openStory({ era: "f", ...options, afterDeletion });
    again(opening.cloudController, new Date(createdAt), bound);
    return opening;
  };
}

function again(cloud: Opening["cloudController"], now: Date, bound: boolean): void {
  const { instances, plans, apps, uaa } = cloud;
  const spaceGuid = instances[0]?.spaceGuid ?? "";
  const wanted = { guid: AGAIN, name: SERVICE, spaceGuid, planGuid: plans[0]?.guid ?? "", tags: ["theirs"] };
  const when = { now, actor: { guid: uaa.people[0]?.id ?? "", type: "user", name: OPERATOR } } as const;
  seedInstance(cloud, wanted, when);
  const binding = { type: "app", name: null, instanceGuid: AGAIN, appGuid: apps[0]?.guid ?? "" } as const;
  if (bound) seedBinding(cloud, binding, when);
}

/** Two orders of the new day. */
function ordered(world: World): World {
  const at = world.now + 1_000;
  const write = { is: "write", scope: AGAIN, thenSwitch: false } as const;
  const table = { is: "table", at, name: "orders", owner: "appuser", columns: ["id"] } as const;
  const rows = [1, 2].map((id) => ({ at, values: { id } }));
  const made = happen(world, 1_000, { ...write, change: table });
  return happen(made, 1_000, { ...write, change: { is: "rows", at: at + 1_000, table: "orders", rows } });
}

/** Its container was restarted twice, and each start made a base backup (dingo.md §3.5). */
function restartedTwice(world: World): World {
  return [1, 2].reduce((before) => {
    const site = siteOf(before, AGAIN);
    if (site === undefined) return before;
    const at = { cell: site.cell.ip, name: site.container.name };
    const stopped = pass(happen(before, 0, { is: "docker-stop", ...at, graceSeconds: 10 }), MINUTE);
    return pass(happen(stopped, 0, { is: "docker-start", ...at }), MINUTE);
  }, world);
}

/** The very instance that was there, its own tags kept. */
function adoptedComplaints({ cloudController, exitCode }: Closing): string[] {
  if (exitCode !== 0) return [];
  const [only, ...others] = cloudController.instances.filter(({ name }) => name.startsWith(SERVICE));
  const isSame = others.length === 0 && only?.guid === AGAIN;
  return [
    ...unless(isSame, "the recovered instance is not the one that was there"),
    ...unless(only?.tags.includes("theirs") === true, "its own tag is gone"),
  ];
}

/** The other has its two rows, its binding and its first life. */
function keptComplaints(closing: Closing): string[] {
  if (closing.exitCode !== 0) return [];
  const other = closing.cloudController.instances.find(({ guid }) => guid === AGAIN);
  const life = siteOf(closing.world, AGAIN)?.container.life;
  const bound = closing.cloudController.bindings.some(({ instanceGuid }) => instanceGuid === AGAIN);
  return [
    ...unless(other !== undefined && other.name !== SERVICE, "the other instance did not give its name away"),
    ...unless(rowsOf(closing, other?.name ?? "") === 2, "the other instance lost rows"),
    ...unless(life === 1 && bound, "the other instance was restarted or unbound"),
  ];
}
