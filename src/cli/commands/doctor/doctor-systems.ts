/** Which systems `doctor` looks at for a runbook and a configuration, and how each is reached. Everything is only read. */
import { AddressReach } from "../../../kit/network/reach.ts";
import type { JsonObject } from "../../../action.ts";
import type { Config } from "../../../config/settings/config.ts";
import type { System } from "../../../config/settings/missing.ts";
import type { Section } from "../../../config/doctor/check.ts";
import { examineCloudFoundry } from "../../../config/doctor/cloud-foundry.ts";
import { examineDirector } from "../../../config/doctor/director.ts";
import { examineDocker } from "../../../config/doctor/docker.ts";
import { examineGateway } from "../../../config/doctor/gateway.ts";
import { Looks } from "../../../config/doctor/looks.ts";
import { examineLogFiles, examineLogStore } from "../../../config/doctor/logs.ts";
import { kindOf, meaningFor } from "../../../config/doctor/meaning.ts";
import { examinePostgres } from "../../../config/doctor/postgres.ts";
import { missingProgram } from "../../../config/doctor/programs.ts";
import { examineStore } from "../../../config/doctor/store.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { optional } from "../../../kit/optional.ts";
import { programPath } from "../../../kit/process/program-path.ts";
import type { Runbook } from "../../../engine/runbook/runbook.ts";
import type { Wired } from "../../../wiring/wiring.ts";
import { kindsOf, missingFor, systemsOf } from "../../session/configuration.ts";
import type { BarredLogins } from "./usable-logins.ts";

export interface Patient {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly config: Config;
  /** As it was read, with the log-ins that cannot be had. */
  readonly asRead: Config;
  /** Log-ins whose secrets are not to be had. */
  readonly barred: BarredLogins;
  readonly wired: Wired;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly rehearsal: boolean;
}

/** In the order in which people read them; each as soon as those before it are there. */
export async function* systemSections(patient: Patient): AsyncGenerator<Section> {
  const gateway = await gatewaySection(patient);
  if (gateway !== undefined) yield gateway;
  const closed = gateway?.checks.some(({ state }) => state !== "ok") === true;
  // All at once: the slowest says how long it takes.
  const looking = sectionsBehind(patient, closed ? "the gateway does not let us through" : undefined);
  for (const section of looking) section.catch(() => undefined);
  for (const section of looking) yield await section;
}

/** First words of the ids of actions that speak to a Docker engine. */
const DOCKER = ["storage", "compose", "salvage"] as const;

function sectionsBehind(patient: Patient, closed: string | undefined): readonly Promise<Section>[] {
  const { runbook } = patient;
  const systems = systemsOf(runbook);
  const kinds = new Set(runbook.steps.map(({ action }) => kindOf(action.id)));
  const has = (...wanted: readonly string[]): boolean => wanted.some((kind) => kinds.has(kind));
  return [
    ...(systems.has("cf") ? [cloudFoundry(patient, closed)] : []),
    ...(systems.has("bosh") ? [director(patient, closed)] : []),
    ...(systems.has("s3") ? [store(patient, closed)] : []),
    ...(systems.has("log-stores") ? [logs(patient, closed)] : []),
    ...(has(...DOCKER) ? [docker(patient)] : []),
    ...(has("scratch", "backup") ? [postgres(patient)] : []),
  ];
}

async function gatewaySection({ config, wired, barred, runbook }: Patient): Promise<Section | undefined> {
  const { hop } = wired.ways;
  const configured = config.bosh.gateway ?? config.bosh.socks;
  if (configured === undefined || !needsWay(runbook, config)) return undefined;
  const looks = new Looks({ means: meaningFor(runbook, kindsOf("bosh")) });
  if (barred.gateway !== undefined) {
    const refused = barred.gateway;
    await looks.look("gateway.log-in", "the log-in to the gateway", () => Promise.reject(refused));
  } else if (hop !== undefined) await examineGateway(looks, hop);
  const place = `${configured.host}:${configured.port}`;
  return { id: "gateway", title: "Gateway", place, checks: looks.checks };
}

const needsWay = (runbook: Runbook, { cf, s3, logStores = [] }: Config): boolean =>
  systemsOf(runbook).has("bosh") || [cf, s3, ...logStores].some((each) => each.viaGateway === true);

/** Says what is missing, and that nothing behind it can be looked at. */
async function looksAt(patient: Patient, system: System, closed: string | undefined): Promise<Looks> {
  const { runbook, asRead, inputs } = patient;
  // That there are keys is seen at the log-ins already; the store itself is asked by those.
  const means = meaningFor(runbook, system === "s3" ? new Set(["archive", "backup"]) : kindsOf(system));
  const looks = new Looks({ means });
  // The missing program is the first thing to mend: without it no log-in can be had. A rehearsal brings its own.
  const program =
    system === "cf" && !patient.rehearsal ? await missingProgram("cf", programPath(patient.env), means) : undefined;
  if (program !== undefined) looks.say("cf.program", program);
  const missing = missingFor(runbook, asRead, { systems: new Set([system]), inputs });
  for (const { what, from } of missing)
    looks.say(`${system}.settings`, {
      state: "failed",
      code: "config-invalid",
      text: `${what} is missing`,
      mend: from,
      ...optional("means", means),
    });
  if (program !== undefined) looks.bar(program.text);
  if (missing.length > 0)
    looks.bar(`${missing.map(({ what }) => what).join(" and ")} ${missing.length === 1 ? "is" : "are"} missing`);
  if (closed !== undefined) looks.bar(closed);
  return looks;
}

async function cloudFoundry(patient: Patient, closed: string | undefined): Promise<Section> {
  const { config, wired, env, inputs, barred } = patient;
  const looks = await looksAt(patient, "cf", config.cf.viaGateway === true ? closed : undefined);
  const refused = barred.cf;
  const { cf, clock } = wired.ports;
  const space = spaceOf(inputs);
  const hop = config.cf.viaGateway === true ? wired.ways.hop : undefined;
  const proxied = hop === undefined && (env["https_proxy"] ?? env["HTTPS_PROXY"]) !== undefined;
  // Nothing but the time is believed, and nothing is sent: the certificate is the CLI's to judge.
  const reach = new AddressReach({
    dial: hop?.forward ?? wired.ways.straight,
    trust: { rejectUnauthorized: false },
  });
  await examineCloudFoundry(looks, {
    cf: {
      identity: () => (refused === undefined ? cf.identity() : Promise.reject(refused)),
      findSpace: (ref) => cf.findSpace(ref),
      mayDevelop: (guid) => cf.mayDevelop(guid),
    },
    now: () => clock.now(),
    ...optional("firstAnswer", proxied ? undefined : (api: string) => reach.http(api)),
    ...optional("space", space),
  });
  return { id: "cf", title: "Cloud Foundry", ...optional("place", config.cf.api), checks: looks.checks };
}

function spaceOf(inputs: JsonObject): { readonly org: string; readonly space: string } | undefined {
  const { org, space } = inputs;
  return typeof org === "string" && typeof space === "string" && org !== "" && space !== ""
    ? { org, space }
    : undefined;
}

async function director(patient: Patient, closed: string | undefined): Promise<Section> {
  const { config, wired, barred } = patient;
  const { environment = "", deployment } = config.bosh;
  const looks = await looksAt(patient, "bosh", closed);
  if (barred.bosh !== undefined) {
    const refused = barred.bosh;
    await looks.look("bosh.log-in", "the log-in to the director", () => Promise.reject(refused));
  } else {
    const { director: port, clock } = wired.ports;
    const dial = wired.ways.hop?.forward ?? wired.ways.straight;
    const reach = new AddressReach({ dial, trust: { rejectUnauthorized: false } });
    await examineDirector(looks, { director: port, environment, deployment, reach, now: () => clock.now() });
  }
  return {
    id: "bosh",
    title: "Director and cells",
    ...optional("place", config.bosh.environment),
    checks: looks.checks,
  };
}

async function store(patient: Patient, closed: string | undefined): Promise<Section> {
  const { config, wired, inputs, rehearsal } = patient;
  const looks = await looksAt(patient, "s3", config.s3.viaGateway === true ? closed : undefined);
  const { bucket, prefix, isOne } = archivesOf(config, inputs);
  await examineStore(looks, {
    store: wired.ports.store,
    bucket,
    prefix,
    isOne,
    areApart: config.s3.source !== undefined,
    lease: config.lease === undefined ? undefined : wired.shared(config.lease),
    now: () => wired.ports.clock.now(),
    rehearsal,
  });
  return { id: "s3", title: "Object store", place: config.s3.endpoint ?? "AWS", checks: looks.checks };
}

/** A named archive, or WAL-E's own settings; else the place of all of Dingo's. */
function archivesOf(
  config: Config,
  inputs: JsonObject,
): { readonly bucket: string | undefined; readonly prefix: string; readonly isOne: boolean } {
  const named =
    typeof inputs["archive"] === "string" && inputs["archive"] !== "" ? inputs["archive"] : config.walE?.prefix;
  if (named === undefined) return { bucket: config.s3.bucket, prefix: "backups/", isOne: false };
  const { bucket, prefix } = parseLocation(named);
  return { bucket, prefix, isOne: true };
}

async function logs(patient: Patient, closed: string | undefined): Promise<Section> {
  const { config, wired } = patient;
  const looks = await looksAt(patient, "log-stores", undefined);
  if (config.logs.length > 0 || (config.logStores ?? []).length === 0) await examineLogFiles(looks, wired.ports.logs);
  for (const [at, each] of (config.logStores ?? []).entries()) {
    const port = wired.ports.logStores[at];
    const own = await looksAt(patient, "log-stores", each.viaGateway === true ? closed : undefined);
    if (port !== undefined) await examineLogStore(own, port);
    for (const check of own.checks) looks.say(check.id, check);
  }
  return { id: "logs", title: "Logs", checks: looks.checks };
}

async function docker({ runbook, inputs, wired }: Patient): Promise<Section> {
  const host = typeof inputs["host"] === "string" ? inputs["host"] : "";
  const looks = new Looks({ means: meaningFor(runbook, new Set(DOCKER)) });
  await examineDocker(looks, wired.ports.docker, { host, sudo: inputs["sudo"] === "true" || inputs["sudo"] === true });
  return { id: "docker", title: "Docker", place: host === "" ? "here" : host, checks: looks.checks };
}

async function postgres({ runbook, inputs, wired }: Patient): Promise<Section> {
  const text = (name: string): string => (typeof inputs[name] === "string" ? inputs[name] : "");
  const looks = new Looks({ means: meaningFor(runbook, new Set(["scratch", "backup"])) });
  const { scratch } = wired.ports;
  const place = text("scratch") || scratch.placeOf("doctor");
  await examinePostgres(looks, scratch, { programs: text("postgres_bin"), place });
  return { id: "postgres", title: "PostgreSQL of this machine", checks: looks.checks };
}
