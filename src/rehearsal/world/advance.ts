/** Time moves a world on: everything that was due happens, in order. */
import { brokerStep, moveNode } from "./broker.ts";
import type { Appointment, Deed } from "./appointment.ts";
import { daemonRestart, isUp, restartByPolicy, startContainer } from "./docker.ts";
import { draftOf } from "./copy.ts";
import { expire } from "./etcd.ts";
import { takeStep } from "./life.ts";
import { dropKey, nodeOf, scopeOf, serviceKey } from "./service-keys.ts";
import { cellAt, type Site, type World } from "./world.ts";

/** The world at a later time; the value given in is not changed. A time that has passed already changes nothing. */
export function advance(world: World, now: number): World {
  if (now <= world.now) return world;
  const draft = isDue(world, now) ? draftOf(world) : { ...world };
  moveOn(draft, now);
  return draft;
}

export const isDue = (world: World, now: number): boolean => {
  const next = world.agenda[0];
  return next !== undefined && next.at <= now;
};

/** The same in place, for drafts. */
export function moveOn(draft: World, now: number): void {
  for (;;) {
    const next = draft.agenda[0];
    if (next === undefined || next.at > now) break;
    draft.agenda.shift();
    draft.now = Math.max(draft.now, next.at);
    expire(draft.etcd, draft.now);
    keep(draft, next);
  }
  draft.now = Math.max(draft.now, now);
}

function keep(world: World, appointment: Appointment): void {
  if (appointment.kind === "broker") return brokerStep(world, appointment.guid, appointment.step);
  const cell = cellAt(world, appointment.cell);
  if (cell === undefined) return;
  const container = cell.containers[appointment.name];
  if (container === undefined) return;
  if (appointment.kind === "deed") return doDeed({ world, cell, container }, appointment.deed);
  if (container.life !== appointment.life) return;
  if (appointment.kind === "restart-by-policy") return restartByPolicy({ world, cell, container });
  if (isUp(container)) takeStep({ world, cell, container }, appointment.step);
}

/** Does the deed of somebody else to a container (deed.ts). */
function doDeed(site: Site, deed: Deed): void {
  const { world, cell, container } = site;
  switch (deed.is) {
    case "start":
      return startContainer(site);
    case "daemon-restart":
      return daemonRestart(world, cell);
    case "move":
      return moveNode(world, scopeOf(container), nodeOf(container));
    case "drop-keys":
      for (const key of deed.keys) dropKey(world, serviceKey(scopeOf(container), key), true);
  }
}
