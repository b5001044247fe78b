/**
 * A killed run's journal tells where the world stands. That is compared with the world, at every place where a kill
 * could meet it.
 */
import { expect, it } from "vitest";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { allContainers } from "../../src/rehearsal/world/world.ts";
import { type Standing, standingOf, standingText } from "../../src/report/standing/standing.ts";
import { journalsAt } from "./journals-left.ts";
import { type Recording, record } from "./recording.ts";
import { scenarioNamed } from "./scenarios.ts";
import type { Snapshot } from "./snapshot.ts";

const CONTAINER = /container|database is back/;
const ARCHIVE = /archive of the empty instance lies aside|old archive is copied/;
const DATA = /database lies aside/;
const STACK = /the stack|the data of|data of|old container|Compose file|"(?:prove|warm|copy)/;

/**
 * Each change of the far side, and the sentence that is told from then on at the latest. A change without a row fails.
 */
const TOLD: readonly (readonly [change: RegExp, told: RegExp])[] = [
  // Users of a process alone, which the next one removes.
  [/^(?:no-)?ssh-user /, /./],
  [/^POST \/v3\/service_instances$/, /was made for it/],
  [/service_credential_bindings/, /service key was made|is bound/],
  [/^(?:DELETE|PATCH) \/v3\/service_instances/, /was made for it/],
  [/^POST \/v3\/apps\//, /was restarted/],
  [/^docker-update --restart=no /, /Docker does not start its container/],
  [/^docker-update --restart=always /, /Docker does not start its container|the step "release"/],
  [/^docker-(?:stop|start) /, CONTAINER],
  [/^(?:copy|delete)-object /, ARCHIVE],
  [/^etcd \w+ .*\/initialize$/, /old system identifier/],
  [/^etcd \w+ .*\/optime\/leader$/, /last position/],
  [/^(?:rename|make-directory|change-like) /, DATA],
  [/^sql in /, /new passwords/],
  [/^docker /, STACK],
];

/** Each is needed twice. */
const recordings = new Map<string, Promise<Recording>>();

function recorded(name: string, act: "recovery" | "undo"): Promise<Recording> {
  const key = `${name} ${act}`;
  const recording = recordings.get(key) ?? recordOf(name, act);
  recordings.set(key, recording);
  return recording;
}

async function recordOf(name: string, act: "recovery" | "undo"): Promise<Recording> {
  const recording = await record({ scenario: scenarioNamed(name), act });
  expect(recording.undisturbed.exitCode).toBe(0);
  return recording;
}

function entriesAt({ undisturbed }: Recording, { appends }: Snapshot): readonly Entry[] {
  const [journal] = journalsAt(undisturbed.files, appends).values();
  const lines = String(journal).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
}

it.for([
  ["happy-last-era", "recovery"],
  ["happy-last-era", "undo"],
  ["persist-compose-data", "recovery"],
] as const)("of %s, its %s, leaves no change of the far side untold", async ([name, act]) => {
  const recording = await recorded(name, act);
  expect(recording.changes.length).toBeGreaterThan(20);
  const untold = recording.changes.flatMap(({ what, snapshot }) => {
    const wanted = TOLD.find(([change]) => change.test(what))?.[1];
    const text = standingText(entriesAt(recording, snapshot));
    return wanted?.test(text) === true ? [] : [`${what}: ${text}`];
  });
  expect(untold).toEqual([]);
});

it.for(["recovery", "undo"] as const)("of a %s says nothing that the world does not show", async (act) => {
  const recording = await recorded("happy-last-era", act);
  const facts = recording.appends.flatMap((snapshot, index) => {
    const standing = standingOf(entriesAt(recording, snapshot));
    return factsIn(standing, snapshot).map((fact) => ({ ...fact, append: index + 1 }));
  });
  expect(facts.filter(({ said, holds }) => said && !holds)).toEqual([]);
  // Words that were changed would make this test blind.
  expect(new Set(facts.filter(({ said }) => said).map(({ what }) => what)).size).toBe(FACTS);
});

const FACTS = 3;

interface Fact {
  readonly said: boolean;
  readonly holds: boolean;
  readonly what: string;
}

/** Only facts that are told as done: an unknown one may be either way. */
function factsIn({ done, open }: Standing, { state: { world } }: Snapshot): readonly Fact[] {
  const created = world.record.findLast(({ what }) => what === "provision")?.subject ?? "";
  const site = allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === created);
  const files = site === undefined ? [] : Object.keys(site.cell.files);
  const status = site?.container.status;
  // An effect that is under way now may have changed it already.
  const fact = (what: string, shown: boolean): Fact => ({
    ...{ what, said: done.includes(what), holds: open.length > 0 || shown },
  });
  return [
    fact("its container is stopped", status === "exited"),
    fact("its database is back", status === "running"),
    fact(
      "its empty database lies aside on the cell",
      files.some((path) => /\/data\.dingo-recover-[^/]+$/.test(path)),
    ),
  ];
}
