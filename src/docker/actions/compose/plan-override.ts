/**
 * Plans the override that gives each service its directory. Before anything stops, the project's own Compose must say
 * that each path has its new mount, and that nothing else changes.
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { strangeBetween } from "../../compose/compare.ts";
import { type ComposeModel, readModel } from "../../compose/model.ts";
import { overrideFor, overrideText } from "../../compose/override-file.ts";
import { shippedFor } from "../../compose/shipped.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import type { ComposeCall, DockerWork } from "../../../ports/docker-work.ts";
import { RecoverError } from "../../../errors.ts";
import { printable, quoted } from "../../../kit/text/printable.ts";
import { type Asked, askedOf } from "./asked.ts";
import type { MovedService } from "./moved-service.ts";
import { LABEL } from "../../compose/labels.ts";
import { containersOf, refuse } from "./stack.ts";

const MOST_BYTES = 1024 * 1024;

export interface OverrideWanted {
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly call: ComposeCall;
  readonly services: readonly MovedService[];
}

export interface PlannedOverride {
  readonly services: readonly MovedService[];
  /** Compose's files once it is written. */
  readonly files: readonly string[];
  readonly file: string;
  readonly by_itself: boolean;
  readonly before_sha256: string;
  readonly after_sha256: string;
  /** Its lines about these services alone: others may hold a password. */
  readonly diff: string;
  /** The same as a change of the Compose file, if its author left the lines as comments; else "". */
  readonly in_file: string;
  readonly drifted: readonly string[];
  /** Directories that the stack builds from, with new ones below them. */
  readonly builds: readonly string[];
}

export const givenTo = (services: readonly MovedService[]) =>
  services.map(({ service, written, path, hostname }) => ({ service, source: written, target: path, hostname }));

export async function planOverride(wanted: OverrideWanted): Promise<PlannedOverride> {
  const { host, call } = wanted;
  const main = call.files[0] ?? "";
  const text = await host.file(main, MOST_BYTES);
  if (text === undefined) throw refuse(`the Compose file ${quoted(main)} is gone`, host.label);
  const now = await askedOf(host, call);
  const at = await Promise.all(wanted.services.map((each) => placed(each, { wanted, text })));
  const services = at.map((each) => ({ ...each, hostname: keptName(each, now.model) }));
  const { file, byItself } = overrideFor(call);
  const existing = await host.file(file, MOST_BYTES);
  const after = overrideText(existing, givenTo(services));
  if (after === undefined)
    throw refuse(
      `${quoted(file)} has a form to which no volume can be added`,
      file,
      "Give the services their volumes by hand, on directories that are not there yet, and begin anew.",
    );
  const drifted = await driftOf(wanted, now);
  guardKnown(wanted, { drifted, unset: now.unset });
  guardUnmounted(services, now.model);
  const files = call.files.includes(file) ? call.files : [...call.files, file];
  const then = await askedOf(host, call, { file, text: after });
  const laid = await laidOver(wanted, { file, now });
  guardSame(laid, then.model, { services, file });
  await guardWritable(wanted.work, file, services);
  return {
    ...{
      services,
      files,
      file,
      drifted: [...new Set([...drifted, ...madeAnew(now.model, laid)])],
      builds: buildsOver(services, now.model),
    },
    by_itself: byItself,
    before_sha256: existing === undefined ? "" : sha256(existing),
    after_sha256: sha256(after),
    diff: added(overrideText(undefined, givenTo(services)) ?? ""),
    in_file: await inFile({ ...wanted, services }, { main, text, now: now.model }),
  };
}

/** The host name to keep: RabbitMQ, Consul and members of a cluster go by it, and the engine gives each container another. */
function keptName({ service, hostname, container }: MovedService, { services }: ComposeModel): string {
  const said = services.find(({ name }) => name === service)?.rest ?? {};
  const { hostname: own = hostname } = said;
  if (hostname !== "" && own !== hostname)
    throw refuse(
      `${quoted(container)} is called ${quoted(hostname)}, its data may go by that, and the Compose file calls it ${quoted(String(own))}`,
      service,
      "Nothing was changed. Write the name that it has into the file, or bring the service up with the new one, and look that its data are there; then begin anew.",
    );
  const isGiven = ["hostname", "network_mode", "uts"].some((key) => said[key] !== undefined);
  return isGiven ? "" : hostname;
}

function buildsOver(moved: readonly MovedService[], { services }: ComposeModel): readonly string[] {
  const contexts = services.flatMap(({ rest }) => CONTEXT.safeParse(rest["build"]).data?.context ?? []);
  return [...new Set(contexts)].filter((context) =>
    moved.some(({ destination }) => destination.startsWith(context === "/" ? "/" : `${context}/`)),
  );
}

/** The build context as both generations of Compose print it: an absolute path, or an address. */
const CONTEXT = z.object({ context: z.string() });

const added = (text: string): string =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => `+${line}`)
    .join("\n");

/** The place of the data: the line that the file ships for it, if there is one; else a directory named after the service. */
async function placed(
  moved: MovedService,
  { wanted, text }: { readonly wanted: OverrideWanted; readonly text: string },
): Promise<MovedService> {
  const { host, work, call, services } = wanted;
  const several = services.filter(({ service }) => service === moved.service).length > 1;
  const own = `./${moved.service}-data${several ? moved.path.replaceAll("/", "-") : ""}`;
  const written = shippedFor(text, moved.service, moved.path)?.source ?? own;
  const destination = posix.resolve(call.directory, written);
  if ((await work.kind(destination)) === "absent") return { ...moved, written, destination };
  throw refuse(
    `${quoted(destination)} is there already, and ${quoted(moved.service)} would start on what it holds`,
    host.label,
    "Look what it is, and give it another name; then begin anew.",
  );
}

/** Refuses unset variables: a value that the stack was brought up with would be lost at its next start. */
function guardKnown(
  { host }: OverrideWanted,
  { drifted, unset }: { readonly drifted: readonly string[]; readonly unset: readonly string[] },
): void {
  if (drifted.length === 0 || unset.length === 0) return;
  throw refuse(
    `the stack runs with other settings than its files give, and these variables have no value: ${unset.join(", ")}`,
    host.label,
    "Nothing was changed. Write the variables into the `.env` beside the Compose file, then begin anew.",
  );
}

/** Refuses a path that the file mounts already: one of both mounts would be hidden, or Compose refuses both. */
function guardUnmounted(services: readonly MovedService[], { services: all }: ComposeModel): void {
  for (const { service, path } of services) {
    const mounts = all.find(({ name }) => name === service)?.mounts ?? [];
    if (mounts.some(({ target, kind }) => posix.resolve(target) === path && kind !== "anonymous"))
      throw refuse(
        `the Compose file mounts ${quoted(path)} of ${quoted(service)} already, and one path takes one mount`,
        service,
        "Nothing was changed. Take that line out, or move the data to where it says by hand; then begin anew.",
      );
  }
}

/** The files with one over them that says nothing: Compose 1 writes the same in another form then. */
async function laidOver(
  { host, call, services }: OverrideWanted,
  { file, now }: { readonly file: string; readonly now: Asked },
): Promise<ComposeModel> {
  if (call.generation === "v2" || call.files.includes(file)) return now.model;
  const nothing = Object.fromEntries(services.map(({ service }) => [service, {}]));
  return (await askedOf(host, call, { file, text: JSON.stringify({ services: nothing }) })).model;
}

/** Services that Compose 1 makes anew as soon as it lays a file over the others: their hash is of the form. */
const madeAnew = (now: ComposeModel, laid: ComposeModel): readonly string[] =>
  now.services.filter((one) => !laid.services.some((other) => isDeepStrictEqual(one, other))).map(({ name }) => name);

function guardSame(
  now: ComposeModel,
  then: ComposeModel,
  { services, file }: { readonly services: readonly MovedService[]; readonly file: string },
): void {
  const strange = strangeBetween(now, then, mountsOf(services));
  if (strange === undefined) return;
  throw refuse(
    `with ${quoted(file)} more than the new mounts would change: ${strange}`,
    file,
    "Nothing was changed. Give the services their volumes by hand, on directories that are not there yet, and begin anew.",
  );
}

const mountsOf = (services: readonly MovedService[]) =>
  services.map(({ service, destination, path, hostname }) => ({
    service,
    source: destination,
    target: path,
    hostname,
  }));

/** Refuses before anything is stopped if the file could not be written. The owner of its directory writes it. */
async function guardWritable(work: DockerWork, file: string, services: readonly MovedService[]): Promise<void> {
  const why = await work.whyUnwritable(
    file,
    services.map(({ destination }) => destination),
  );
  if (why === undefined) return;
  throw new RecoverError("foreign-directory", `${quoted(file)} cannot be written as its owner: ${printable(why)}`, {
    remedy:
      "Give the Compose file, its directory and the places for its data one owner (chown), or all of it to root; then begin anew. Nothing was changed.",
    place: file,
    effect: "none",
  });
}

/** The edit in the file itself, if Compose takes it for the very same but for the mounts. */
async function inFile(
  { host, call, services }: OverrideWanted,
  { main, text, now }: { readonly main: string; readonly text: string; readonly now: ComposeModel },
): Promise<string> {
  let edited = text;
  const changed: string[] = [];
  for (const { service, path } of services) {
    const shipped = shippedFor(edited, service, path);
    if (shipped === undefined) return "";
    edited = shipped.uncommented;
    changed.push(...shipped.changed);
  }
  const answer = await host.composed(call, { file: main, text: edited });
  if (answer.state !== "told") return "";
  const model = readModel(answer.text, call.generation, host.label);
  if (strangeBetween(now, model, mountsOf(services)) !== undefined) return "";
  return changed.map((line) => printable(line)).join("\n");
}

/** Compares Compose's own hash of each service with the label of its running container. */
async function driftOf({ host, work, call }: OverrideWanted, { model, unset }: Asked): Promise<readonly string[]> {
  const labels = (await containersOf(host, call.project)).map((each) => each.labels);
  const ran = new Set(labels.map((each) => each[LABEL.service] ?? ""));
  const known = model.services.map(({ name }) => name).filter((name) => ran.has(name));
  // Without its value a variable can leave the name of an image that is none.
  const none: ReadonlyMap<string, string> = new Map();
  const asked = known.length === 0 ? Promise.resolve(none) : work.composeHashes(call, known);
  const hashes = await asked.catch((error: unknown) => {
    if (unset.length > 0 && error instanceof RecoverError && error.code === "command-failed") return none;
    throw error;
  });
  const changed = labels.filter((each) => hashes.get(each[LABEL.service] ?? "") !== each[LABEL.hash]);
  return changed.map((each) => each[LABEL.service] ?? "");
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
