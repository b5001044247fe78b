/**
 * The Docker engine of a cell: starts, stops, kills, policies and the daemon's own restart, with the unkindness of the
 * real one (dingo.md §1.8; real-parts.md §2): a stop can run into the grace period and end in a kill; policy `always`
 * brings a container back after the daemon restarts, even one that was stopped by hand.
 */
import { after } from "./agenda.ts";
import type { LifeStep } from "./appointment.ts";
import { ERAS } from "./eras.ts";
import { plays } from "./lines/release.ts";
import { dropKey, putKey } from "./service-keys.ts";
import { type Cell, type Container, note, type Site, type World } from "./world.ts";

const FIRST_BACK_OFF = 100;
const LONGEST_BACK_OFF = 60_000;
/** A container that lived longer starts its back-off anew. */
const LIVED = 10_000;
const CLEAN_STOP = 2_100;
export const EXIT_KILLED = 137;

export const isUp = (container: Container): boolean =>
  container.status === "running" || container.status === "stopping";

/** Makes an appointment within the present life of a container. */
export function soon(site: Site, ms: number, step: LifeStep): void {
  const { world, cell, container } = site;
  after(world, ms, { kind: "container", cell: cell.ip, name: container.name, life: container.life, step });
}

export function startContainer(site: Site): void {
  const { world, container } = site;
  if (isUp(container)) return;
  container.status = "running";
  container.life += 1;
  container.startedAt = world.now;
  container.exitCode = 0;
  container.stoppedByHand = false;
  container.process = {
    prepared: false,
    patroni: "absent",
    postgres: "stopped",
    role: "none",
    busy: false,
    backedUp: false,
  };
  container.told = {};
  note(world, { system: "docker", what: "start", subject: container.name });
  soon(site, 300, { is: "register" });
  soon(site, 3_000, { is: "look-up", attempt: 0 });
  if (ERAS[world.era].advertisesNodes && plays(container, "0.9.3")) soon(site, 5_000, { is: "advertise" });
}

/** `docker stop`: returns at once; the container is down when its status says so. */
export function stopContainer(site: Site, graceSeconds: number): void {
  const { world, container } = site;
  container.stoppedByHand = true;
  if (container.status === "restarting") container.status = "exited";
  if (container.status !== "running") return;
  container.status = "stopping";
  note(world, { system: "docker", what: "stop", subject: container.name });
  const hears = ERAS[world.era].trap && world.faults.slowStops === 0 && CLEAN_STOP < graceSeconds * 1000;
  if (ERAS[world.era].trap && world.faults.slowStops > 0) world.faults.slowStops -= 1;
  if (hears) soon(site, CLEAN_STOP, { is: "clean-exit" });
  else soon(site, graceSeconds * 1000, { is: "kill" });
}

/** The end of a life, however it came. Registrator takes the container's keys away; the policy may bring it back. */
export function containerDied(site: Site, exitCode: number): void {
  const { world, cell, container } = site;
  const lived = world.now - container.startedAt;
  const stopped = container.status === "stopping";
  if (container.process.postgres !== "stopped")
    container.tmp.killed = container.process.role === "master" ? "leading" : "following";
  container.status = "exited";
  container.exitCode = exitCode;
  container.finishedAt = world.now;
  container.process = { ...container.process, patroni: "absent", postgres: "stopped", role: "none", busy: false };
  note(world, { system: "docker", what: "die", subject: container.name });
  for (const key of registryKeys(site)) dropKey(world, key);
  if (stopped) afterStop(site);
  if (container.stoppedByHand || container.restartPolicy !== "always") return;
  container.backOff = lived > LIVED ? FIRST_BACK_OFF : Math.min(container.backOff * 2, LONGEST_BACK_OFF);
  container.status = "restarting";
  const { name, life } = container;
  after(world, container.backOff, { kind: "restart-by-policy", cell: cell.ip, name, life });
}

function afterStop({ world, cell, container }: Site): void {
  const { afterStop: deeds = [] } = world.faults;
  delete world.faults.afterStop;
  for (const { ms, deed } of deeds) after(world, ms, { kind: "deed", cell: cell.ip, name: container.name, deed });
}

export function killContainer(site: Site): void {
  const { world, cell, container } = site;
  const id = container.id;
  const text = `level=info msg="Container ${id} failed to exit within 10 seconds of SIGTERM - using the force"`;
  cell.daemonLog.push({ at: world.now, text: `time="${new Date(world.now).toISOString()}" ${text}` });
  containerDied(site, EXIT_KILLED);
}

export function restartByPolicy(site: Site): void {
  const { container } = site;
  if (container.status !== "restarting") return;
  container.restartCount += 1;
  startContainer(site);
}

/**
 * monit restarts the daemon: running containers die, and those with the policy `always` come back, stopped by hand or
 * not.
 */
export function daemonRestart(world: World, cell: Cell): void {
  note(world, { system: "docker", what: "daemon-restart", subject: cell.ip });
  for (const container of Object.values(cell.containers)) {
    const site = { world, cell, container };
    container.stoppedByHand = true;
    if (isUp(container)) containerDied(site, EXIT_KILLED);
    if (container.status === "restarting") container.status = "exited";
    if (container.restartPolicy === "always") startContainer(site);
  }
}

export function setRestartPolicy(site: Site, policy: "no" | "always"): void {
  const { world, container } = site;
  container.restartPolicy = policy;
  note(world, { system: "docker", what: `update --restart=${policy}`, subject: container.name });
}

function registryKeys(site: Site): string[] {
  const { world, container } = site;
  return container.ports.flatMap((port) => {
    const directory = ERAS[world.era].registryKeys[port.container];
    return directory === undefined ? [] : [registryKey(container, directory, port.container)];
  });
}

export const registryKey = (container: Container, directory: string, port: number): string =>
  `/${directory}/${container.env.DOCKER_HOSTNAME ?? ""}:${container.name}:${port}`;

/** Registrator sees the start event and publishes the ports. */
export function register(site: Site): void {
  const { world, container } = site;
  for (const port of container.ports) {
    const directory = ERAS[world.era].registryKeys[port.container];
    if (directory === undefined) continue;
    putKey(world, registryKey(container, directory, port.container), `${port.hostIp}:${port.host}`);
  }
}
