/**
 * Discovery in Cloud Foundry's own records (cf-bosh.md §2): service usage events tell deletions, audit events who did
 * it and how. Both are kept for 31 days by default.
 */
import type { AuditEvent, CfIdentity, CloudFoundry, UsageEvent } from "../../ports/cloud-foundry.ts";
import type {
  BoundApp,
  Coverage,
  Evidence,
  EvidenceSource,
  Kind,
  Sighting,
  SourceReport,
} from "../judgement/candidate.ts";
import { counted } from "../../kit/text/counted.ts";
import { isGuid } from "../lines/guid.ts";
import { shown } from "../lines/safe-text.ts";
import { attempt, remedyOf, type Tried } from "../judgement/tried.ts";

export const RETENTION_MS = 31 * 86_400_000;
/** Bindings that went earlier were unbound for another reason. */
const BOUND_MS = 24 * 3_600_000;

const DELETE = "audit.service_instance.delete";
const START = "audit.service_instance.start_delete";
const PURGE = "audit.service_instance.purge";
const UNBOUND = ["audit.service_binding.delete", "audit.service_binding.start_delete"];
/** The request to delete a whole space or organization: its instances are deleted one after another. */
const PLACE_GONE = ["audit.space.delete-request", "audit.organization.delete-request"];
const TYPES = [DELETE, START, PURGE, ...UNBOUND, ...PLACE_GONE];
/** A space of many services takes its time; clocks differ a little. */
const PLACE_TAKES_MS = 6 * 3_600_000;
const SKEW_MS = 60_000;

/** Everything that Cloud Foundry tells of one deleted instance. */
interface Traces {
  readonly guid: string;
  readonly usage: UsageEvent | undefined;
  readonly audit: readonly AuditEvent[];
  /** The deletion of its space or organization shortly before, when no event of the instance says who deleted it. */
  readonly place: AuditEvent | undefined;
}

export interface CloudFoundryReport extends SourceReport {
  /** Whether an instance that Cloud Foundry does not show is certainly gone. */
  readonly seesEverything: boolean;
}

/** Never throws for a source that fails: that is incomplete coverage. */
export async function fromCloudFoundry(cf: CloudFoundry, wantedSince: Date, now: Date): Promise<CloudFoundryReport> {
  const oldest = new Date(now.getTime() - RETENTION_MS);
  const since = wantedSince > oldest ? wantedSince : oldest;
  const identity = await attempt(() => cf.identity());
  const usage = await attempt(() => cf.usageEvents(since));
  const audit = await attempt(() => cf.auditEvents(TYPES, since));
  const doubts = doubtsOf(identity, wantedSince < oldest);
  const [usages, audits] = [(usage.value ?? []).filter(isOfGuid), (audit.value ?? []).filter(isOfGuid)];
  const span = { from: since.toISOString(), to: now.toISOString() };
  const cover = (source: EvidenceSource, tried: Tried<readonly unknown[]>, kept: readonly unknown[]): Coverage => ({
    ...coverageOf(source, tried.value === undefined ? {} : span, [
      ...doubts,
      ...tried.failures,
      ...left(tried.value, kept),
    ]),
    ...remedyOf([...identity.remedies, ...tried.remedies]),
    ...([identity, tried].some(({ unanswered }) => unanswered === true) ? { unanswered: true } : {}),
  });
  const coverage = [cover("cf-usage-events", usage, usages), cover("cf-audit-events", audit, audits)];
  const sightings = await sightingsOf(cf, usages, audits);
  return { sightings, notDeleted: [], coverage, seesEverything: identity.value?.seesEverything ?? false };
}

/** An event that names its instance by anything but a GUID proves nothing about anybody. */
function isOfGuid(event: UsageEvent | AuditEvent): boolean {
  if ("instance" in event) return isGuid(event.instance.guid);
  return ![DELETE, START, PURGE].includes(event.type) || isGuid(event.target.guid);
}

function left(all: readonly unknown[] = [], kept: readonly unknown[]): readonly string[] {
  const count = all.length - kept.length;
  return count === 0 ? [] : [`${counted(count, "event")} of it name${count === 1 ? "s" : ""} no full GUID`];
}

/** Without global read Cloud Foundry answers an empty list instead of an error. */
function doubtsOf(identity: Tried<CfIdentity>, tooOld: boolean): readonly string[] {
  const doubts = [...identity.failures];
  if (identity.value?.seesEverything === false) {
    doubts.push(
      `${shown(identity.value.user)} does not see every event: that takes cloud_controller.admin, admin_read_only or global_auditor`,
    );
  }
  if (tooOld)
    doubts.push(
      "Cloud Foundry keeps its events for 31 days, and an older time was asked for: log files of that time, or the file of an inventory, would hold it",
    );
  return doubts;
}

/** `span` is empty when nothing of the source was read. */
function coverageOf(
  source: EvidenceSource,
  span: { readonly from?: string; readonly to?: string },
  doubts: readonly string[],
): Coverage {
  const why = [...new Set(doubts)].join("; ");
  return { source, ...span, complete: why === "", ...(why === "" ? {} : { why }) };
}

async function sightingsOf(
  cf: CloudFoundry,
  usage: readonly UsageEvent[],
  audit: readonly AuditEvent[],
): Promise<readonly Sighting[]> {
  const orgs = new Map<string, string | undefined>();
  const sightings: Sighting[] = [];
  for (const traces of tracesOf(usage, audit)) {
    const orgGuid = traces.usage?.orgGuid ?? traces.audit.find((event) => event.orgGuid !== undefined)?.orgGuid;
    if (orgGuid !== undefined && !orgs.has(orgGuid))
      orgs.set(orgGuid, (await attempt(() => cf.orgName(orgGuid))).value);
    const org = orgGuid === undefined ? undefined : orgs.get(orgGuid);
    sightings.push({ ...sightingOf(traces, usage, audit), ...known("orgGuid", orgGuid), ...known("org", org) });
  }
  return sightings;
}

function tracesOf(usage: readonly UsageEvent[], audit: readonly AuditEvent[]): readonly Traces[] {
  const deleted = new Map<string, UsageEvent>();
  for (const event of usage) if (event.state === "DELETED") deleted.set(event.instance.guid, event);
  const audits = new Map<string, AuditEvent[]>();
  for (const event of audit) {
    if (![DELETE, START, PURGE].includes(event.type)) continue;
    audits.set(event.target.guid, [...(audits.get(event.target.guid) ?? []), event]);
  }
  const guids = new Set([...deleted.keys(), ...audits.keys()]);
  return [...guids].map((guid) => {
    const [usage, own = []] = [deleted.get(guid), audits.get(guid)];
    return { guid, usage, audit: own, place: own.length > 0 ? undefined : placeGone(usage, audit) };
  });
}

/** The last such request before the instance went. */
function placeGone(usage: UsageEvent | undefined, audit: readonly AuditEvent[]): AuditEvent | undefined {
  if (usage === undefined) return undefined;
  const places = [usage.space.guid, usage.orgGuid];
  const wentAt = Date.parse(usage.createdAt);
  return audit
    .filter(({ type, target }) => PLACE_GONE.includes(type) && places.includes(target.guid))
    .filter(({ createdAt }) => {
      const before = wentAt - Date.parse(createdAt);
      return before >= -SKEW_MS && before <= PLACE_TAKES_MS;
    })
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))[0];
}

function sightingOf(traces: Traces, usage: readonly UsageEvent[], audit: readonly AuditEvent[]): Sighting {
  const { guid, audit: own } = traces;
  const types = new Set(own.map((event) => event.type));
  const kind: Kind = types.has(PURGE)
    ? "purged"
    : traces.usage !== undefined || types.has(DELETE)
      ? "deleted"
      : "deletion-requested";
  const decisive = own.find((event) => event.type === PURGE || event.type === DELETE) ?? own[0];
  const deletedAt = [traces.usage?.createdAt, decisive?.createdAt].find(isTime);
  return {
    guid,
    source: "cloud-foundry",
    kind,
    why: whyRecorded(traces, kind),
    weight:
      (traces.usage === undefined ? 0 : 60) + (types.has(DELETE) || types.has(PURGE) ? 20 : types.has(START) ? 10 : 0),
    ...whoIs(traces),
    ...known("deletedAt", deletedAt),
    ...known("deletedBy", (decisive ?? traces.place)?.actor),
    ...(kind === "purged" ? { mayLive: true } : {}),
    ...livedUntil(guid, usage, deletedAt),
    boundApps: boundApps(guid, audit, deletedAt),
    notes: notesOf(traces, kind, usage),
    evidence: evidenceOf(traces),
  };
}

const isTime = (text: string | undefined): text is string => text !== undefined && !Number.isNaN(Date.parse(text));

function whyRecorded({ usage, audit }: Traces, kind: Kind): string {
  if (kind === "purged") return "Cloud Foundry recorded a purge: it forgot the instance and never told the broker";
  if (kind === "deletion-requested") return "Cloud Foundry recorded a request to delete it, and no end of that";
  const by = [
    ...(usage === undefined ? [] : ["a usage event"]),
    ...(audit.some(({ type }) => type === DELETE) ? ["an audit event"] : []),
  ];
  return `Cloud Foundry recorded its deletion in ${by.join(" and ")}`;
}

function livedUntil(guid: string, usage: readonly UsageEvent[], deletedAt?: string): { readonly livedMs?: number } {
  const created = usage.find((event) => event.state === "CREATED" && event.instance.guid === guid)?.createdAt;
  if (created === undefined || deletedAt === undefined) return {};
  return { livedMs: Date.parse(deletedAt) - Date.parse(created) };
}

function whoIs({ usage, audit }: Traces): Partial<Sighting> {
  const event = audit[0];
  return {
    ...known("name", usage?.instance.name ?? event?.target.name),
    ...known("space", usage?.space.name),
    ...known("spaceGuid", usage?.space.guid ?? event?.spaceGuid),
    ...known("plan", usage?.plan),
    ...known("offering", usage?.offering),
  };
}

function notesOf(
  { guid, usage: deleted, audit, place }: Traces,
  kind: Kind,
  usage: readonly UsageEvent[],
): readonly string[] {
  const notes: string[] = [];
  if (kind === "purged") {
    notes.push("It was purged: the broker was never told, so its containers may still run and write to the archive.");
  }
  if (place !== undefined) {
    const what = place.type === PLACE_GONE[0] ? "space" : "organization";
    notes.push(`Its ${what} "${shown(place.target.name)}" was deleted by ${shown(place.actor)} at ${place.createdAt}.`);
  } else if (deleted !== undefined && audit.length === 0) {
    notes.push("No audit event names who deleted it; on old platforms that is so when its space was deleted.");
  }
  const again = usage.find((event) => deleted !== undefined && isSuccessor(event, deleted));
  if (again !== undefined) {
    const name = shown(again.instance.name);
    notes.push(
      `A service of the same name ("${name}") was created in its space at ${again.createdAt}: ${again.instance.guid}.`,
    );
  }
  const renamed = usage.filter((event) => event.state === "UPDATED" && event.instance.guid === guid);
  const names = new Set(renamed.map((event) => shown(event.instance.name)));
  if (names.size > 1) notes.push(`It has had several names: ${[...names].join(", ")}.`);
  return notes;
}

function isSuccessor(event: UsageEvent, deleted: UsageEvent): boolean {
  return (
    event.state === "CREATED" &&
    event.instance.guid !== deleted.instance.guid &&
    event.instance.name === deleted.instance.name &&
    event.space.guid === deleted.space.guid &&
    Date.parse(event.createdAt) >= Date.parse(deleted.createdAt)
  );
}

function boundApps(guid: string, audit: readonly AuditEvent[], deletedAt?: string): readonly BoundApp[] {
  const end = deletedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(deletedAt);
  const apps = new Map<string, string>();
  for (const { type, appGuid, instanceGuid, createdAt } of audit) {
    if (!UNBOUND.includes(type) || instanceGuid !== guid || appGuid === undefined) continue;
    if (Date.parse(createdAt) >= end - BOUND_MS) apps.set(appGuid, createdAt);
  }
  return [...apps].map(([appGuid, unboundAt]) => ({ appGuid, unboundAt }));
}

function evidenceOf({ usage, audit, place }: Traces): readonly Evidence[] {
  const first: Evidence[] =
    usage === undefined ? [] : [{ source: "cf-usage-events", id: usage.guid, text: usageText(usage) }];
  const others = [...audit, ...(place === undefined ? [] : [place])].map(
    (event): Evidence => ({ source: "cf-audit-events", id: event.guid, text: auditText(event) }),
  );
  return [...first, ...others];
}

function usageText({ createdAt, state, instance, space, offering, plan }: UsageEvent): string {
  return shown(
    `${createdAt} ${state} "${instance.name}" ${instance.guid} in space "${space.name}", ${offering} ${plan}`,
  );
}

function auditText({ createdAt, type, actor, target }: AuditEvent): string {
  return shown(`${createdAt} ${type} "${target.name}" ${target.guid} by ${actor}`);
}

function known<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined || value === "" ? {} : ({ [key]: value } as Record<K, string>);
}
