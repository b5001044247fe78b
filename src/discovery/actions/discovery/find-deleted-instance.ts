import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import type { Candidate, Coverage, Discovery, DiscoveryQuery, Evidence } from "../../judgement/candidate.ts";
import { type DiscoverySources, findDeletedInstance as search } from "../../answer/find.ts";
import { plainTime } from "../../lines/stamp.ts";
import { refuse } from "../../../errors.ts";
import { chooseInstance } from "./choose-instance.ts";
import { printedDiscover } from "./printed-discover.ts";
import { searchOtherNames } from "./other-names.ts";
import { ALONE, wentTogether } from "./space-deleted.ts";
import { parseTime } from "../../../kit/text/time.ts";
import { fittingElsewhere, requireOtherPlace } from "./other-organization.ts";

const WINDOW_MS = 24 * 3_600_000;

const input = z.strictObject({
  service: z.string(),
  org: z.string(),
  space: z.string(),
  around: z.string(),
  instance_guid: z.string(),
  /** The run that has shown and agreed on the instances deleted together; "" if this one has to tell. */
  batch: z.string().default(""),
});
type Input = z.infer<typeof input>;
const output = z.object({
  guid: z.guid(),
  /** As a source has it; "" if none does: the name that was asked for is then nobody's proof. */
  name: z.string(),
  /** The default name of the recovered instance: the given name, or the name that was meant. */
  service: z.string().default(""),
  kind: z.string(),
  /** Empty if it is not known, or if the operator knowingly recovers into another organization. */
  org_guid: z.string(),
  space: z.string(),
  plan: z.string(),
  offering: z.string(),
  deleted_at: z.string(),
  deleted_by: z.string(),
  /** The last segment of an orderly end that the logs show; "" when they show none. */
  clean_stop: z.string().default(""),
  nodes: z.array(z.string()),
  apps: z.array(z.string()),
  evidence: z.array(z.string()),
  /** Of log files whose times name no year or zone: their span, and the clock that they were found to run at. */
  log_clocks: z.array(z.string()),
  /** The other instances that were deleted with its space; empty when it was deleted alone. */
  together: z.string(),
  others: z.array(z.string()),
});
type Output = z.infer<typeof output>;

/** Cloud Foundry's own records first, then the logs (dingo.md §1.2, §2.9): exactly one instance, or the operator chooses. */
export const findDeletedInstance = defineAction({
  id: "discovery.find-deleted-instance",
  title: "Find the deleted instance",
  effect: "read",
  input,
  output,
  tell: (found) =>
    `${found.name === "" ? "the instance whose name is not known" : `"${found.name}"`} is ${found.guid}, ${found.kind} ${found.deleted_at}${found.deleted_by === "" ? "" : ` by ${found.deleted_by}`}; ${found.evidence.length} pieces of evidence${found.log_clocks.map((each) => `; ${each}`).join("")}${found.together === "" ? "" : `; ${found.together}`}`,
  describe: ({ service, space, around }) => printedDiscover(["--name", service, "--space", space], around),
  async run(context, request): Promise<Output> {
    const { cf, clock, logs, logStores: stores } = context.ports;
    const around = request.around === "" ? undefined : parseTime(request.around, clock.now()).at;
    const query = {
      name: request.service,
      org: request.org,
      space: request.space,
      around,
      windowMs: around === undefined ? undefined : WINDOW_MS,
    };
    const sources = {
      cf,
      logs: logs.configured.length === 0 ? undefined : { files: logs, patterns: logs.configured },
      stores,
      now: clock.now(),
    };
    const found = await search(sources, query);
    const anywhere = { ...query, org: undefined, space: undefined };
    const elsewhere = found.candidates.length > 0 ? [] : await searchElsewhere(sources, anywhere, request);
    const near = elsewhere.length === 0 ? await searchNear(sources, query, { found, request }) : [];
    const chosen = await chooseInstance(
      context,
      request,
      elsewhere.length === 0 ? { ...found, near } : { ...found, candidates: elsewhere, asked: anywhere },
    );
    const service = near.includes(chosen) ? (chosen.name ?? request.service) : request.service;
    await refuseLiving(context, chosen.guid);
    const log_clocks = found.coverage.flatMap(clockText);
    if (elsewhere.length > 0) {
      await requireOtherPlace(context, chosen, request);
      return { ...outputOf(chosen, request), service, log_clocks, org_guid: "" };
    }
    const { told, others } =
      request.batch === "" ? await wentTogether(context, chosen, { ...query, name: service }) : ALONE;
    return { ...outputOf(chosen, request), service, log_clocks, together: told, others: [...others] };
  },
  async verify(context, _request, output) {
    const instance = await context.ports.cf.getInstance(output.guid);
    return {
      holds: instance === undefined,
      evidence:
        instance === undefined
          ? `Cloud Foundry has no instance ${output.guid}`
          : `Cloud Foundry has the instance ${output.guid} again`,
    };
  },
});

/** The same deletion in any other place. */
async function searchElsewhere(
  sources: DiscoverySources,
  query: DiscoveryQuery,
  request: Input,
): Promise<readonly Candidate[]> {
  const { candidates } = await search(sources, query);
  return fittingElsewhere(candidates, request);
}

/**
 * Searches near names, only if the run ends for want of an instance; a source that does not answer is not waited for
 * once more.
 */
async function searchNear(
  sources: DiscoverySources,
  query: DiscoveryQuery,
  { found, request }: { readonly found: Discovery; readonly request: Input },
): Promise<readonly Candidate[]> {
  const silent = found.coverage.some(({ unanswered }) => unanswered === true);
  if (found.candidates.length > 0 || silent || request.instance_guid !== "") return [];
  return await searchOtherNames(sources, query);
}

async function refuseLiving(context: Context, guid: string): Promise<void> {
  const living = await context.ports.cf.getInstance(guid);
  if (living === undefined) return;
  throw refuse("old-instance-alive", `the instance "${guid}" is not deleted: Cloud Foundry has it as "${living.name}"`)
    .at(guid)
    .advise("Nothing needs to be recovered; look at it with cf service.");
}

/** Never a naked date: each is shown with its ground of comparison (dingo.md §8, 25). */
function clockText({ file, store, from, to, zones }: Coverage): string[] {
  const place = file ?? store;
  if (zones === undefined || place === undefined) return [];
  return [
    `${place} spans ${plainTime(from ?? "?")} to ${plainTime(to ?? "?")}, its clock runs at ${zones.join(" and ")}`,
  ];
}

function placeOf({ source, file, line, index, id }: Evidence): string {
  if (index !== undefined) return `${source} ${index}/${id ?? ""}`;
  return `${file ?? source}${line === undefined ? "" : `:${line}`}`;
}

function outputOf(chosen: Candidate, request: Input): Output {
  return {
    guid: chosen.guid,
    name: chosen.name ?? "",
    service: request.service,
    kind: chosen.kind,
    org_guid: chosen.orgGuid ?? "",
    space: chosen.space ?? request.space,
    plan: chosen.plan ?? "",
    offering: chosen.offering ?? "",
    deleted_at: plainTime(chosen.deletedAt ?? ""),
    deleted_by: chosen.deletedBy ?? "",
    clean_stop: chosen.cleanStop?.segment ?? "",
    nodes: (chosen.nodes ?? []).map((each) => each.node),
    apps: (chosen.boundApps ?? []).map((each) => each.appGuid),
    evidence: [...chosen.evidence.slice(0, 20), ...(chosen.cleanStop?.evidence ?? [])].map(
      (each) => `${placeOf(each)}: ${each.text}`,
    ),
    log_clocks: [],
    together: "",
    others: [],
  };
}
