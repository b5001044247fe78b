import { posix } from "node:path";
import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { dataPathsOf } from "../../compose/data-paths.ts";
import { callByLabels, LABEL, widestCall } from "../../compose/labels.ts";
import { engineInfo } from "../../../kit/commands/docker-commands.ts";
import { RecoverError } from "../../../errors.ts";
import { pointsIn } from "../../data-directory/places.ts";
import type { DockerContainer, DockerHost } from "../../../ports/docker-host.ts";
import type { ComposeCall, DockerWork } from "../../../ports/docker-work.ts";
import { printable, quoted } from "../../../kit/text/printable.ts";
import { typed } from "../storage/host-input.ts";
import { type MovedService, movedService } from "./moved-service.ts";
import {
  downtimeOf,
  downtimeText,
  graceOf,
  minutesOf,
  type RunningContainer,
  runningContainer,
} from "./running-container.ts";
import { canBeAsked, whyNot } from "./rows.ts";
import { planOverride } from "./plan-override.ts";
import { guardAlone } from "./unfinished-copy.ts";
import { unknownProject } from "./unknown-project.ts";
import { isWithin, servicesToMove } from "./services-to-move.ts";
import { callInput, containersOf, openStack, refuse, stackInput } from "./stack.ts";

const input = z.strictObject({ ...stackInput, services: z.array(z.string()) });

const output = z.object({
  ...callInput,
  compose_version: z.string(),
  services: z.array(movedService),
  /** All that run, those without data first: the order in which they are stopped. */
  running: z.array(runningContainer),
  /** The override that is written. */
  file: z.string(),
  /** Compose takes it without being told. */
  by_itself: z.boolean(),
  /** Whether the Compose file lies in a clone of git. */
  clone: z.boolean(),
  /** Directories that the stack builds from, with new ones below them. */
  builds: z.array(z.string()).default([]),
  /** SHA-256 of its content; "" if it is absent. */
  before_sha256: z.string(),
  after_sha256: z.string(),
  diff: z.string(),
  /** The same as a change of the Compose file; "" if that is not known. */
  in_file: z.string(),
  /** Services whose definition differs from the running container: `up` changes them as well. */
  drifted: z.array(z.string()),
  /** Features of the moved services that stay with their old containers: sentences. */
  staying: z.array(z.string()).default([]),
  seconds: z.number(),
});
type Output = z.infer<typeof output>;

/** The pace of a slow disk. The downtime has two reads and a second copy of all data; the first copy is made before. */
const BYTES_PER_SECOND = 40_000_000;

/** Finds the services whose data would go with their containers, and the edit that would put that right. */
export const surveyStack = defineAction({
  id: "compose.survey",
  title: "Find the data that would go with their containers",
  effect: "read",
  input,
  output,
  tell: ({ services, seconds }) =>
    [
      `${counted(services.length, "service")} without a place for ${services.length === 1 ? "its" : "their"} data; ${downtimeText(minutesOf(seconds), "estimated")}`,
      ...services.map(
        ({ service, container, path, volume, bytes, destination }) =>
          `${service} (${container}): ${bytesText(bytes)} at ${path} in ${volume === "" ? "the container's own layer" : `the anonymous volume ${volume.slice(0, 12)}`}, to ${destination}`,
      ),
    ].join("\n"),
  describe: (request) => typed(request, (words) => [engineInfo(words)]),
  run: (context, request): Promise<Output> => surveyed(context, request),
  async verify(context, request, { services }) {
    const { host } = await openStack(context, request);
    const ids = new Set((await containersOf(host, request.project)).map(({ id }) => id));
    const gone = services.filter(({ container_id: id }) => !ids.has(id)).map(({ service }) => service);
    return {
      holds: gone.length === 0,
      evidence: gone.length === 0 ? "the containers are the same" : `${gone.join(", ")} has another container`,
    };
  },
});

async function surveyed(context: Context, request: z.infer<typeof input>): Promise<Output> {
  const { host, work } = await openStack(context, request);
  const engine = await host.engine();
  if (!engine.readsDirectly)
    throw refuse(
      `the directories of ${quoted(engine.name)} cannot be read from where its docker command is`,
      host.label,
      "Run it on the engine's own machine as root, or with --input sudo=true, or name that machine with --input host=[USER@]HOST.",
    );
  const members = await containersOf(host, request.project);
  if (members.length === 0) throw await unknownProject(host, request.project);
  const call = callOfAll(members, request.project, host);
  const composeVersion = await work.composeVersion(call.generation);
  const moving = await servicesToMove({ host, work, members, request });
  guardWayBack(new Set(moving.map(({ container_id: id }) => id)), await host.containers(), engine);
  const edit = await planOverride({ host, work, call, services: moving });
  for (const moved of edit.services) {
    await guardAlone(work, moved.destination, context.run.id);
    await guardAnswers(work, moved, members);
  }
  const bytes = edit.services.reduce((sum, each) => sum + each.bytes, 0);
  await guardSpace(work, call.directory, edit.services);
  return {
    ...edit,
    ...{ generation: call.generation, directory: call.directory, env_files: [...(call.envFiles ?? [])] },
    ...{ services: [...edit.services], files: [...edit.files], drifted: [...edit.drifted] },
    clone: await isInClone(work, call.directory),
    builds: [...edit.builds],
    compose_version: composeVersion,
    running: stopOrder(members, new Set(edit.services.map(({ container_id: id }) => id))),
    staying: await stayingOf(members, { host, work, moving: edit.services, drifted: edit.drifted }),
    seconds: downtimeOf(bytes / BYTES_PER_SECOND),
  };
}

async function isInClone(work: DockerWork, directory: string): Promise<boolean> {
  if ((await work.kind(posix.join(directory, ".git"))) !== "absent") return true;
  return directory !== "/" && (await isInClone(work, posix.dirname(directory)));
}

/**
 * Refuses a database that does not answer while it runs: its copy is asked while the stack is down, and would not answer
 * either.
 */
async function guardAnswers(work: DockerWork, moved: MovedService, members: readonly DockerContainer[]): Promise<void> {
  const isRunning = members.some(({ id, running }) => running && id === moved.container_id);
  if (!isRunning || !canBeAsked(moved.kind)) return;
  const why = await whyNot(work, moved.container_id, moved);
  if (why === undefined) return;
  throw refuse(
    `${quoted(moved.container)} has the image of a database and gives no answer, so that its copy could not be proved: ${printable(why)}`,
    moved.container,
    "Nothing was changed. Wait until it answers, or name the services whose data are moved with --input services=SERVICE,…; then begin anew.",
  );
}

interface Staying {
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly moving: readonly MovedService[];
  readonly drifted: readonly string[];
}

/**
 * Files that go with their containers and are not moved: unnamed volumes with data of no known database, of every service;
 * and the layers of services that this run or the next `up` makes anew.
 */
async function stayingOf(members: readonly DockerContainer[], about: Staying): Promise<string[]> {
  const anonymous = new Set((await about.host.volumes()).filter((one) => one.anonymous).map(({ name }) => name));
  const texts: string[] = [];
  for (const container of members) {
    const { id, labels, mounts } = container;
    const service = labels[LABEL.service] ?? "";
    const paths = about.moving.filter((one) => one.container_id === id).map(({ path }) => path);
    for (const { volume, source, destination } of mounts) {
      if (!anonymous.has(volume) || paths.includes(destination)) continue;
      const points = pointsIn(destination, mounts);
      if ((await about.work.entries(source)).some((name) => !points.has(name)))
        texts.push(`${service}: ${destination}, in the volume ${volume.slice(0, 12)}…`);
    }
    if (paths.length === 0 && !about.drifted.includes(service)) continue;
    const files = await leftInLayer(about.host, container, paths);
    if (files !== undefined) texts.push(`${service}: ${files}`);
  }
  return texts;
}

/** Nothing below them is missed. */
const PASSING = ["/tmp", "/run", "/dev", "/var/tmp", "/var/run", "/var/lock", "/var/cache"];
const SHOWN = 4;

async function leftInLayer(
  host: DockerHost,
  { id, mounts }: DockerContainer,
  moved: readonly string[],
): Promise<string | undefined> {
  const kept = [...PASSING, ...moved, ...mounts.map(({ destination }) => destination)];
  try {
    const written = ((await host.changes(id)) ?? []).filter(({ how }) => how !== "deleted").map(({ path }) => path);
    const above = new Set(written.map((path) => posix.dirname(path)));
    const left = written.filter((path) => !above.has(path) && !kept.some((each) => isWithin(path, each)));
    const more = left.length > SHOWN ? ` and ${left.length - SHOWN} more` : "";
    return left.length === 0
      ? undefined
      : `${left.slice(0, SHOWN).map(printable).join(", ")}${more}, in the container itself`;
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "answer-incomplete") throw error;
    return "more files in the container itself than the engine can list";
  }
}

/** Refuses if the room does not suffice. Every copy stays; only one second copy is there at a time. */
async function guardSpace(work: DockerWork, directory: string, moved: readonly MovedService[]): Promise<void> {
  const places = new Map<string, readonly number[]>();
  for (const { destination, bytes } of moved) {
    const parent = posix.dirname(destination);
    const place = (await work.kind(parent)) === "directory" ? parent : directory;
    places.set(place, [...(places.get(place) ?? []), bytes]);
  }
  for (const [place, sizes] of places) {
    const wanted = sizes.reduce((sum, each) => sum + each, 0) + Math.max(...sizes);
    const free = await work.freeBytes(place);
    if (free <= wanted)
      throw refuse(
        `${bytesText(free)} are free in ${quoted(place)}, and a copy of the data with one to prove it takes ${bytesText(wanted)}`,
        place,
        "Make room there, then begin anew. Nothing was changed.",
      );
  }
}

/** The order of the stop: databases last. One that is not moved is told by its image. */
function stopOrder(members: readonly DockerContainer[], moved: ReadonlySet<string>): RunningContainer[] {
  const hasData = ({ id, image }: DockerContainer): boolean => moved.has(id) || dataPathsOf(image).length > 0;
  const running = members.filter((container) => container.running);
  const ordered = [...running.filter((one) => !hasData(one)), ...running.filter(hasData)];
  return ordered.map((one) => ({
    id: one.id,
    name: one.name,
    service: one.labels[LABEL.service] ?? "",
    grace: graceOf(hasData(one)),
    ports: [...new Set(one.ports.map(({ host }) => host))],
  }));
}

/** The call with the files of all containers: after an earlier move, a service that was left alone has no label of the override. */
function callOfAll(members: readonly DockerContainer[], project: string, host: DockerHost): ComposeCall {
  const call = widestCall(members.map(({ labels }) => callByLabels(project, labels)));
  const remedy = "Bring the stack up once as a whole, so that all of its containers carry the same labels.";
  if (call === undefined)
    throw refuse("the containers were brought up with different Compose files", host.label, remedy);
  if (call.directory !== "" && call.files.length > 0) return call;
  throw refuse("the containers do not say which Compose files they come from", host.label, remedy);
}

/** From API 1.44 on a container is made in several networks at once (Engine API, version history). */
const SEVERAL_NETWORKS_FROM = 25;

function guardWayBack(
  moved: ReadonlySet<string>,
  all: readonly DockerContainer[],
  engine: { readonly name: string; readonly version: string },
): void {
  const joined = all.find(({ joins = [] }) => joins.some((id) => moved.has(id)));
  if (joined !== undefined)
    throw refuse(
      `the container ${quoted(joined.name)} lives in the network, process or IPC namespace of one whose data are moved, and would not start with the one that an undo makes again`,
      joined.name,
      "Take it down first (docker compose rm -s SERVICE), begin anew, and start it again with the stack.",
    );
  if (Number.parseInt(engine.version, 10) >= SEVERAL_NETWORKS_FROM) return;
  const several = all.find(({ id, networks }) => moved.has(id) && networks.length > 1);
  if (several === undefined) return;
  throw refuse(
    `the container ${quoted(several.name)} is in ${several.networks.length} networks, and Engine ${engine.version} makes none like it at once`,
    several.name,
    "Give the service one network for the while of the move, or move its data by hand as docs/docker.md tells.",
  );
}
