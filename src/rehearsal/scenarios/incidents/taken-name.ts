/** Row 23: somebody has created a service of the same name since the deletion, and maybe uses it; row 31: its archive. */
import { seedBinding, seedInstance } from "../../cloud-controller/seed.ts";
import { createInstance, happen, pass } from "../../world/story.ts";
import { allContainers, type Site, type World } from "../../world/world.ts";
import { recoveredComplaints, rowsOf } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory, OPERATOR, type Place, SERVICE } from "../opening.ts";
import type { Closing, Opening, Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const MINUTE = 60_000;
const AGAIN = "a1b2c3d4-0000-4000-8000-0000000000aa";
const WAITED = "When it was gone, somebody simply created it again, and the application did not start.";

interface Again {
  /** What happens to the new instance before the operator is called. */
  readonly use?: (world: World) => World;
  readonly bound?: boolean;
}

/** The service is created again ten minutes after its deletion. */
function openAgain(
  options: { readonly seed: number; readonly now: number },
  { use, bound = false }: Again = {},
): Opening {
  let createdAt = options.now;
  const afterDeletion = (world: World, { spaceGuid, orgGuid }: Place): World => {
    createdAt = world.now + 10 * MINUTE;
    const created = createInstance(pass(world, 10 * MINUTE), { guid: AGAIN, spaceGuid, orgGuid });
    return use?.(created) ?? created;
  };
  const opening = openStory({ era: "f", ...options, afterDeletion });
  return { ...opening, cloudController: again(opening.cloudController, new Date(createdAt), bound) };
}

function again(before: Opening["cloudController"], now: Date, bound: boolean): Opening["cloudController"] {
  const { instances, plans, apps } = before;
  const spaceGuid = instances[0]?.spaceGuid ?? "";
  const wanted = { guid: AGAIN, name: SERVICE, spaceGuid, planGuid: plans[0]?.guid ?? "", tags: ["theirs"] };
  const when = { now, actor: { guid: before.uaa.people[0]?.id ?? "", type: "user", name: OPERATOR } } as const;
  const { state } = seedInstance(before, wanted, when);
  if (!bound) return state;
  return seedBinding(state, { type: "app", name: null, instanceGuid: AGAIN, appGuid: apps[0]?.guid ?? "" }, when).state;
}

const siteAgain = (world: World): Site | undefined =>
  allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === AGAIN);

export const emptyAgain: Scenario = {
  name: "created-again-empty",
  title: "Somebody has created the service again, and it is empty",
  teaches:
    "an empty instance, younger than the deletion, is adopted when its full GUID is typed: no second one is made",
  ticket: [...TICKET, WAITED],
  open: (options) => openAgain(options),
  inputs: INPUTS,
  answers: { ...AGREES, "taken-name": "adopt" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...adoptedComplaints(closing)],
};

/** The very instance that was there, its own tags kept. */
function adoptedComplaints({ cloudController, exitCode }: Closing): string[] {
  if (exitCode !== 0) return [];
  const named = cloudController.instances.filter(({ name }) => name.startsWith(SERVICE));
  const [only] = named;
  return [
    ...(named.length === 1 && only?.guid === AGAIN ? [] : ["the recovered instance is not the one that was there"]),
    ...(only?.tags.includes("theirs") === true ? [] : ["its own tag is gone"]),
  ];
}

/** Two orders of the new day. */
function ordered(world: World): World {
  const at = world.now + 1_000;
  const columns = ["id"];
  const table = happen(world, 1_000, {
    is: "write",
    scope: AGAIN,
    change: { is: "table", at, name: "orders", owner: "appuser", columns },
    thenSwitch: false,
  });
  const rows = [1, 2].map((id) => ({ at, values: { id } }));
  return happen(table, 1_000, {
    is: "write",
    scope: AGAIN,
    change: { is: "rows", at: at + 1_000, table: "orders", rows },
    thenSwitch: false,
  });
}

export const usedAgain: Scenario = {
  name: "created-again-in-use",
  title: "Somebody has created the service again, and it is in use",
  teaches: "a name in use is refused; another one is offered, and the names are exchanged when the data are proved",
  ticket: [...TICKET, WAITED, "It does now, with an empty shop. Orders come in."],
  open: (options) => openAgain(options, { use: ordered, bound: true }),
  inputs: INPUTS,
  answers: { ...AGREES, "taken-name": "exchange" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...keptComplaints(closing)],
};

/** The other has its two rows, its binding and its first life. */
function keptComplaints(closing: Closing): string[] {
  if (closing.exitCode !== 0) return [];
  const other = closing.cloudController.instances.find(({ guid }) => guid === AGAIN);
  const life = siteAgain(closing.world)?.container.life;
  const bound = closing.cloudController.bindings.some(({ instanceGuid }) => instanceGuid === AGAIN);
  return [
    ...(other === undefined || other.name === SERVICE ? ["the other instance did not give its name away"] : []),
    ...(rowsOf(closing, other?.name ?? "") === 2 ? [] : ["the other instance lost rows"]),
    ...(life === 1 && bound ? [] : ["the other instance was restarted or unbound"]),
  ];
}

/** Its container was restarted twice, and each start made a base backup (dingo.md §3.5). */
function restartedTwice(world: World): World {
  return [1, 2].reduce((before) => {
    const site = siteAgain(before);
    if (site === undefined) return before;
    const at = { cell: site.cell.ip, name: site.container.name };
    const stopped = pass(happen(before, 0, { is: "docker-stop", ...at, graceSeconds: 10 }), 60_000);
    return pass(happen(stopped, 0, { is: "docker-start", ...at }), 60_000);
  }, world);
}

export const staleTarget: Scenario = {
  name: "target-not-fresh",
  title: "The instance that is to be filled has a history of its own",
  teaches:
    "an archive with more than a fresh instance's one base backup is never moved aside, however empty the database",
  ticket: [...TICKET, WAITED, "They have restarted it a few times to see whether that helps."],
  open: (options) => openAgain(options, { use: restartedTwice }),
  inputs: INPUTS,
  answers: { ...AGREES, "taken-name": "adopt" },
  exitCode: 16,
  complaints: ({ world }) => (siteAgain(world)?.container.life === 3 ? [] : ["its container was touched"]),
  unsaid: (told) => refusalComplaints(told, "target-not-fresh", ["3 base backups"]),
};
