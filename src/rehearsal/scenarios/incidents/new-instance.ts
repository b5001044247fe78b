/** Incidents of the new instance, from its creation to the proof that its data are back. */
import { addPlan } from "../../cloud-controller/seed.ts";
import { change } from "../../draft.ts";
import { clusterdataKey } from "../../world/clone.ts";
import { ERAS } from "../../world/eras.ts";
import type { WorldEvent } from "../../world/apply.ts";
import { archivePrefix, below } from "../../world/store.ts";
import { allContainers, siteOf, type World } from "../../world/world.ts";
import { withClusterdata } from "../clusterdata.ts";
import { leftUsers, newestGuid, oldKeysComplaints, unless } from "../endings.ts";
import { APP, SERVICE } from "../opening.ts";
import { FIRST_ERA, type Row } from "../row.ts";
import type { Closing, Opening } from "../scenario.ts";
import { unsaid } from "../told.ts";

const MINUTE = 60_000;
const MIB = 1024 ** 2;
const CREATE_TAKES = 4 * MINUTE;
const EXIT_KILLED = 137;
const [OLD_CELL, NEW_CELL] = ["10.58.111.15", "10.58.111.150"];
const [BEFORE_LOST, LOST] = ["000000010000000000000008", "000000010000000000000009"];
const { offering, plan } = ERAS.f;

/** The first releases have a Docker that cannot change the policy of a container (dingo.md §2.7): nothing holds it. */
const UNHELD: Pick<Row, "adds" | "story" | "inputs" | "answers"> = {
  adds: [`The application that uses it is "${APP}".`],
  story: FIRST_ERA,
  inputs: { apps: APP },
  answers: { "any choice": "again" },
};

export const NEW_INSTANCE: readonly Row[] = [
  {
    // A broker of 0.10, the same space, its record in the bucket: clone-from does it all, and is offered first.
    incident: 2,
    name: "clone-from",
    title: "The broker itself can bring it back",
    teaches:
      "If the broker can clone the database itself, the tool offers that first. It proves the data in the same way.",
    adds: ["Nobody has touched the space since."],
    story: { beforeDeletion: (world) => withClusterdata(world, { name: SERVICE }) },
    answers: { "clone-from": "clone" },
    also: windowComplaints,
    unsaid: (told) =>
      unless(told.output("way")["clone_from"] === SERVICE && !told.began("stop"), "clone-from was not the way taken"),
  },
  {
    // Docker uses the force, and the leader key lives on.
    incident: 14,
    name: "slow-stop",
    title: "The container does not stop within ten seconds",
    teaches: "If the stop ends in a kill, Patroni's leader key stays. The tool waits until the key has expired.",
    story: { faults: { slowStops: 1 } },
    unsaid: (told) => {
      const code = told.output("stop")["exit_code"];
      return unless(code === EXIT_KILLED, `the stop is told with the exit code ${String(code)}, not ${EXIT_KILLED}`);
    },
  },
  {
    ...UNHELD,
    incident: 15,
    name: "restarted-by-itself",
    title: "The Docker daemon restarts when the data directory has just been moved aside",
    teaches:
      "The container starts by itself, and restores without a proof. The tool stops it, moves its data aside, and repeats the steps.",
    story: { ...FIRST_ERA, faults: { onceEmptied: { is: "daemon-restart" } } },
    also: (closing) => [
      ...unless(closing.world.faults.onceEmptied === undefined, "the daemon did not restart"),
      ...bothAsideComplaints(closing),
    ],
    unsaid: (told) => unless(told.text.includes("was started again at"), "the other start is not told"),
  },
  {
    incident: 15,
    name: "started-again",
    title: "The stopped container is started by somebody else",
    teaches:
      "When a step fails, the tool looks again at the steps before it. Here it repeats all of them from the stop on.",
    adds: ["(A colleague sees a stopped container on the cell, and starts it.)"],
    story: { faults: { onFirstCopy: { is: "start" } } },
    answers: { "any choice": "again" },
    also: ({ world }) => unless(world.faults.onFirstCopy === undefined, "nobody started the container"),
    unsaid: (told) => unless(told.text.includes("was started again at"), "the other start is not told"),
  },
  {
    ...UNHELD,
    incident: 15,
    name: "restarted-unseen",
    title: "The laptop dies before the start, and the Docker daemon restarts meanwhile",
    teaches: "A resumed run sees that the container started by itself meanwhile. The tool repeats those steps.",
    interruption: {
      at: /^change-like .*\/data$/,
      meanwhile: (world) => {
        const cell = siteOf(world, newestGuid(world))?.cell.ip;
        return cell === undefined ? [] : [{ is: "daemon-restart", cell }];
      },
    },
    also: bothAsideComplaints,
    unsaid: (told) =>
      unless(told.text.includes('"type":"drift-found","step":"stop"'), "the resumed run does not see the other start"),
  },
  {
    incident: 16,
    name: "moved-container",
    title: "The new container has moved to another cell",
    teaches: "An address in a log may be an old one. The tool looks for the container on every cell.",
    story: { faults: { onceItLeads: { is: "move" } } },
  },
  {
    incident: 17,
    name: "common-prefix",
    title: "One cell's address begins with another's",
    teaches: "A search for 10.58.111.15 also finds 10.58.111.150. The tool compares whole addresses.",
    also: placeComplaints,
  },
  {
    incident: 18,
    name: "keys-gone",
    title: "Somebody has cleaned etcd already",
    teaches: "If a key in etcd is gone already, the tool goes on. It still writes the system identifier.",
    adds: ["(A colleague reads the published page beside you, and deletes keys.)"],
    story: { faults: { afterStop: [{ ms: 1_000, deed: { is: "drop-keys", keys: ["optime", "initialize"] } }] } },
    unsaid: (told) => {
      const { removed } = told.output("optime");
      return unless(removed === null, `the last position was still there: ${JSON.stringify(removed)}`);
    },
  },
  {
    // /service/OLD/initialize, left by the broker (dingo.md §0.1).
    incident: 19,
    name: "wrong-key",
    title: "The key that the published page deletes is there",
    teaches:
      "The tool never writes the key of the deleted instance. It only compares it with the archive's system identifier.",
    adds: [`The application is "${APP}". The wiki says to delete /service/<deleted GUID>/initialize first.`],
    story: FIRST_ERA,
    inputs: { apps: APP },
    also: oldKeysComplaints,
  },
  {
    // Cloud Foundry says "create in progress" for minutes (dingo.md §1.5).
    incident: 22,
    name: "slow-create",
    title: "The new instance takes four minutes to be created",
    teaches:
      "Cloud Foundry creates a service in the background. The tool waits for its end, and leaves the container alone until then.",
    adds: ["The platform has been slow all night: creating a service takes minutes."],
    story: { faults: { slowCreates: CREATE_TAKES } },
    also: touchedTooEarly,
  },
  {
    // A director from before instance ids answers with the index alone (cf-bosh.md §3.3).
    incident: 26,
    name: "numbered-director",
    title: "The director knows its instances by number",
    teaches: "Old directors name a cell by a number, newer ones by a GUID. The recovery is the same with both.",
    story: { alters: (opening) => ({ ...opening, directorIdentity: "index" }) },
    // Both groups have an index 0: the address joins, never the number alone.
    also: ({ world }) => {
      const made = world.record.filter(({ what }) => what === "setup").length;
      const removed = world.record.filter(({ what }) => what === "cleanup").length;
      return unless(removed >= made, `${made - removed} ephemeral users were not removed`);
    },
    unsaid: (told) =>
      unless(/^cell_z\d-[^/]+\/\d$/.test(String(told.output("locate")["cell"])), "the cell is not named by its index"),
  },
  {
    // An archive of the first releases does not know the role of today's bindings (dingo.md §3.6): it is made, and owns
    // its predecessor's tables.
    incident: 28,
    name: "older-roles",
    title: "The platform was upgraded since the database was made",
    teaches:
      "A restored database has the passwords of its time. The tool sets those of today, and proves them by a log-in.",
    adds: [`The old plan is gone from the marketplace since the upgrade; there is "${offering}" "${plan}" now.`],
    // Every machine is new; the content of etcd and of the bucket stays.
    story: { era: "a", afterDeletion: (world) => ({ ...world, era: "f" }), alters: withNewPlan },
    inputs: { offering, plan },
    unsaid: (told) => {
      const { created } = told.output("passwords");
      return unless(Array.isArray(created) && created.includes("appuser"), "it does not say that the role was made");
    },
  },
  {
    // The deleted instance was itself a clone: clusterdata holds passwords that it never had (dingo.md §3.7).
    incident: 29,
    name: "lying-clusterdata",
    title: "The broker's own record holds passwords that were never set",
    teaches:
      "The broker's record of a clone holds wrong passwords. The tool sets them in the database, and proves them by a log-in.",
    adds: [`"${SERVICE}" had been made with clone-from last week, if that matters.`],
    story: {
      beforeDeletion: (world) =>
        withClusterdata(world, { name: SERVICE, app: { username: "appuser", password: "never-set-in-any-db" } }),
    },
    // Its record would be cloned along with it: the operator knows better.
    answers: { "clone-from": "archive" },
    also: clusterdataComplaints,
  },
  {
    // It says "new cluster, no existing backup to restore" over a whole archive (dingo.md §2.5, §3.4).
    incident: 30,
    name: "blind-container",
    title: "The container does not see the archive that was copied for it",
    teaches:
      "A container that starts has not restored anything yet. If it restores nothing, the tool stops it at once.",
    adds: ["Somebody tightened the policy of the containers' S3 key this week; backups kept working."],
    story: { faults: { containersMayNotList: true } },
    exitCode: 12,
    complaints: sparedComplaints,
    refused: ["proof-failed", "no existing backup", "stopped", "copied archive"],
  },
  {
    // No cell has room for the expanded base backup and the segments behind it.
    incident: 32,
    name: "small-disks",
    title: "No cell has room for the database",
    teaches:
      "The archive says how large the data are. If no cell has the room, the tool says so before it creates anything.",
    adds: ["By the way, the monitoring complains about the persistent disks of the cells."],
    story: {
      alters: (opening) => {
        const cells = opening.world.cells.map((cell, index) => ({ ...cell, freeBytes: (index + 1) * 4 * MIB }));
        return { ...opening, world: { ...opening.world, cells } };
      },
    },
    exitCode: 16,
    refused: ["does-not-fit", `${3 * 4 * MIB} free`],
  },
  {
    incident: 32,
    name: "newer-version",
    title: "New instances run a newer PostgreSQL than the archive",
    teaches:
      "A base backup starts only under its own version of PostgreSQL. The tool says so before it stops anything.",
    adds: ["New databases have been PostgreSQL 9.6 since last week."],
    story: { beforeDeletion: (world) => ({ ...world, postgresVersion: "9.6.1" }) },
    exitCode: 16,
    complaints: (closing) => [
      ...firstLifeComplaints(closing, "running", "the new container was touched"),
      ...leftUsers(closing.world),
    ],
    refused: ["does-not-fit", "9.5.4", "9.6.1"],
  },
  {
    incident: 33,
    name: "killed-before-start",
    title: "The laptop dies between the copy and the start",
    teaches:
      "A resumed run looks again at each finished step. Here the copy is not whole any more, so it is not started.",
    adds: ["Mind the clean-up job of the bucket: it runs on the hour."],
    interruption: { at: /^etcd PUT \/service\/[^/]+\/initialize$/, meanwhile: oneObjectGoes },
    answers: { "any choice": "again" },
    unsaid: (told) =>
      unsaid("the resumed run", told.text, ['"type":"drift-found","step":"copy"', "23 of 24 objects are there"]),
  },
  {
    // wal-e calls a segment that it did not find a complete restore (dingo.md §2.6).
    incident: 35,
    name: "object-lost-on-the-way",
    title: "A segment that is there is not found, and reported complete",
    teaches:
      "WAL-E can report success for a segment that it did not find. The tool counts only the segments that PostgreSQL restored.",
    adds: ["The object store has hiccups tonight."],
    story: { faults: { lostOnTheWay: LOST } },
    exitCode: 12,
    complaints: sparedComplaints,
    refused: ["proof-failed", LOST, BEFORE_LOST, "stopped"],
  },
];

/** Its container lives its first life: nothing was stopped, nothing copied by the tool. */
function windowComplaints({ world, old, exitCode }: Closing): string[] {
  const copies = world.store.requests.filter(({ operation }) => operation === "copy").length;
  const lives = allContainers(world).filter(({ container }) => container.env.PATRONI_SCOPE !== old);
  if (exitCode !== 0) return [];
  return [
    ...unless(copies === 0, `${copies} objects were copied by the tool`),
    ...lives.filter(({ container }) => container.life !== 1).map(() => "a container was stopped"),
  ];
}

/** The empty database, and the one that the container made of the empty directory. */
function bothAsideComplaints({ world, exitCode }: Closing): string[] {
  const paths = world.cells.flatMap(({ files }) => Object.keys(files));
  const aside = paths.filter((path) => /\/data\.dingo-recover-[^/]+$/.test(path)).length;
  return unless(exitCode !== 0 || aside === 2, `two directories should be aside, ${aside} are`);
}

/** The neighbour's container on the other cell lives its first life. */
function placeComplaints({ world, exitCode }: Closing): string[] {
  const sites = allContainers(world);
  const there = sites.filter(({ cell }) => cell.ip === OLD_CELL);
  const here = sites.filter(({ cell }) => cell.ip === NEW_CELL);
  return [
    ...unless(here.length === 1 || exitCode !== 0, `${here.length} containers are on ${NEW_CELL}, not 1`),
    ...there.filter(({ container }) => container.life !== 1).map(() => `the container on ${OLD_CELL} was touched`),
    ...unless(there.length > 0, `no container is on ${OLD_CELL}`),
  ];
}

/** Nothing is done to the container, nor is a second instance asked for, while the create runs. */
function touchedTooEarly({ world }: Closing): string[] {
  const created = world.record.findLast(({ what }) => what === "provision");
  const stopped = world.record.findLast(({ what }) => what === "stop");
  if (created === undefined || stopped === undefined) return ["no instance was created and stopped"];
  return unless(stopped.at - created.at >= CREATE_TAKES, "the container was stopped before the create had ended");
}

function withNewPlan(opening: Opening, now: number): Opening {
  const { cloudController } = opening;
  const at = new Date(now - 60 * MINUTE);
  change(cloudController.plans, () => true, { available: false });
  addPlan(cloudController, { name: plan, offering, brokerPlanId: ERAS.f.planIdOfBroker, at });
  return opening;
}

function clusterdataComplaints({ world, old }: Closing): string[] {
  const key = clusterdataKey(old);
  const written = ["put", "copy", "delete"];
  const touched = world.store.requests.filter(
    ({ key: at, by, operation }) => at === key && by !== "broker" && written.includes(operation),
  );
  return touched.map(({ operation, by }) => `${by} asked for ${key} (${operation})`);
}

/** The new instance's container was stopped, and writes no more over the archive that was copied in. */
function sparedComplaints({ world, cloudController }: Closing): string[] {
  const created = newestGuid(world);
  const container = siteOf(world, created)?.container;
  if (container === undefined || cloudController.instances.every(({ guid }) => guid !== created))
    return ["there is no new instance", ...leftUsers(world)];
  const stopped = world.record.findLast(({ what, subject }) => what === "die" && subject === container.name);
  const own = world.store.requests.filter(
    ({ at, by, key }) => at > (stopped?.at ?? 0) && by === container.name && key.startsWith(archivePrefix(created)),
  );
  return [
    ...unless(container.status === "exited", `the container is ${container.status}`),
    ...own.map(({ operation, key }) => `the container did ${operation} ${key} after it was stopped`),
    ...leftUsers(world),
  ];
}

/** One object of the copy goes. */
function oneObjectGoes(world: World): readonly WorldEvent[] {
  const { bucket } = world.network;
  return below(world, archivePrefix(newestGuid(world)))
    .filter(([key]) => /wal_005\/00000001000000000000000A\.lzo$/.test(key))
    .map(([key]) => ({ is: "delete-object", bucket, key, by: "clean-up" }));
}

/** The new container was started by its creation alone. */
function firstLifeComplaints({ world }: Closing, status: string, complaint: string): string[] {
  const container = siteOf(world, newestGuid(world))?.container;
  return unless(container?.life === 1 && container.status === status, complaint);
}
