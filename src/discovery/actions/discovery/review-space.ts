/**
 * All databases that were deleted with a space (dingo.md §7, §8 row 4), one line for each: its name, whether its
 * archive can be restored, and the loss. Reads only; nothing is decided here.
 */
import { z } from "zod";
import { type Context, defineAction, type ReviewRow } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import type { Candidate, Discovery } from "../../judgement/candidate.ts";
import { findDeletedInstance as search } from "../../answer/find.ts";
import { plainTime } from "../../lines/stamp.ts";
import { deletedTogether, type Together } from "../../judgement/together.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { nearest } from "../../../kit/text/nearest.ts";
import { parseTime } from "../../../kit/text/time.ts";
import { shown } from "../../lines/safe-text.ts";
import { appsOf, requireKnown } from "./apps-by-service.ts";
import { judgeArchive } from "./judge-archive.ts";
import { searchOtherNames } from "./other-names.ts";
import { printedDiscover } from "./printed-discover.ts";
import { spaceMember, type SpaceMember } from "./space-member.ts";

const WINDOW_MS = 24 * 3_600_000;

const input = z.strictObject({
  org: z.string(),
  space: z.string(),
  around: z.string(),
  /** `SERVICE:APPLICATION`: whom to bind and restart; applications went with their space, and so did who was bound. */
  apps: z.array(z.string()),
});
type Input = z.infer<typeof input>;
const output = z.object({
  rows: z.array(z.object({ label: z.string(), value: z.string() })),
  members: z.array(spaceMember),
  left_out: z.array(z.string()),
});
type Output = z.infer<typeof output>;

export const reviewSpace = defineAction({
  id: "discovery.review-space",
  title: "Find every database that went with the space, and prove each archive",
  effect: "read",
  review: true,
  input,
  output,
  tell: ({ members, left_out }) =>
    [
      `${counted(members.length, "database")} can be brought back: ${members.map(({ name }) => `"${name}"`).join(", ")}`,
      ...left_out.map((text) => `left out: ${text}`),
    ].join("\n"),
  describe: ({ space, around }) => printedDiscover(["--space", space], around),
  async run(context, request): Promise<Output> {
    const { cf, clock, logs, logStores: stores } = context.ports;
    const around = request.around === "" ? undefined : parseTime(request.around, clock.now()).at;
    const { org, space } = request;
    const query = { name: undefined, org, space, around, windowMs: around === undefined ? undefined : WINDOW_MS };
    // The logs know when each of them went more exactly than usage events: as the run of each will tell it.
    const places = logs.configured.length === 0 ? undefined : { files: logs, patterns: logs.configured };
    const sources = { cf, logs: places, stores, now: clock.now() };
    const found = await search(sources, query);
    const groups = deletedTogether(found.candidates.filter(({ name }) => name !== undefined));
    if (groups.length === 0)
      throw noneTogether(request, found, likeSpace(space, await searchOtherNames(sources, query)));
    const group = await chooseGroup(context, request, groups);
    requireKnown(request.apps, group.members);
    return await judgeAll(context, request, group);
  },
});

async function chooseGroup(context: Context, request: Input, groups: readonly Together[]): Promise<Together> {
  const [only, ...others] = groups;
  if (only !== undefined && others.length === 0) return only;
  const answer = await context.ask({
    kind: "choice",
    id: "space",
    prompt: `Which deletion in ${request.org}/${request.space} is meant?`,
    why: "More than one space of that name went, or its services went at several times.",
    choices: groups.map((group) => ({
      value: group.spaceGuid,
      label: `${counted(group.members.length, "database")}, last one ${lastDeleted(group)}`,
      consequence: group.members.map(({ name }) => name).join(", "),
    })),
  });
  const chosen = groups.find(({ spaceGuid }) => spaceGuid === answer.value);
  if (chosen !== undefined) return chosen;
  throw refuse("input-invalid", `"${answer.value}" is none of the spaces found`).advise(
    "Choose one of the GUIDs shown.",
  );
}

/** A mistyped name: the space of other deletions that is most like it. */
function likeSpace(asked: string, others: readonly Candidate[]): string {
  const like = nearest(
    asked,
    others.flatMap(({ space }) => space ?? []),
  );
  return like === undefined || like === asked ? "" : `Did you mean the space "${shown(like)}"? `;
}

function noneTogether({ org, space }: Input, { complete, coverage }: Discovery, like: string): RecoverError {
  const gap = coverage.find((each) => !each.complete);
  const message = `no services that were deleted together were found in ${org}/${space}`;
  return refuse(
    complete ? "nothing-found" : "coverage-incomplete",
    gap === undefined ? message : `${message}, and not everything could be looked at: ${gap.why ?? gap.source}`,
  )
    .at(`${org}/${space}`)
    .advise(
      `${like}Only Cloud Foundry's usage events tell of a space. Give --input around=… and a user who sees every event, or recover one service at a time with dingo-recover run.`,
    );
}

async function judgeAll(context: Context, request: Input, group: Together): Promise<Output> {
  const members: SpaceMember[] = [];
  const left_out: string[] = [];
  const lines: ReviewRow[] = [];
  for (const [index, each] of group.members.entries()) {
    const name = each.name ?? each.guid;
    context.progress({ message: `looking at the archive of "${name}"`, done: index, total: group.members.length });
    const judged = await judgeMember(context, each);
    if ("against" in judged) {
      left_out.push(`"${name}" (${each.guid}): ${judged.against}`);
      continue;
    }
    const { lost, told } = judged;
    members.push({
      name,
      guid: each.guid,
      deleted_at: plainTime(each.deletedAt ?? ""),
      lost,
      apps: appsOf(request.apps, name),
    });
    lines.push({ label: name, value: `${each.guid}, plan ${each.plan ?? "not known"}; ${told}` });
  }
  if (members.length === 0)
    throw refuse("not-restorable", `none of the databases can be brought back: ${left_out.join("; ")}`)
      .at(`${request.org}/${request.space}`)
      .advise("Nothing was created. Look at each with dingo-recover archive verify.");
  const missing = (await context.ports.cf.findSpace(request)) === undefined ? [MISSING] : [];
  const rows = [
    ...headRows(request, group),
    ...missing,
    ...lines,
    ...left_out.map(leftOutRow),
    appsRow(request),
    ...ORDER,
  ];
  return { rows, members, left_out };
}

/**
 * A living instance is not deleted, even if a deletion was found. When another instance has the name again, a separate
 * run recovers this one and asks.
 */
async function judgeMember(
  context: Context,
  { guid, nameTakenBy, deletedAt = "", cleanStop, mayLive = false }: Candidate,
): Promise<{ readonly against: string } | { readonly lost: number; readonly told: string }> {
  const living = await context.ports.cf.getInstance(guid);
  if (living !== undefined) return { against: `Cloud Foundry has it, as "${living.name}": it is not deleted` };
  if (nameTakenBy === undefined)
    return await judgeArchive(context, {
      guid,
      deletedAt: plainTime(deletedAt),
      cleanStop: cleanStop?.segment ?? "",
      mayLive,
    });
  return { against: `its name is taken by ${nameTakenBy.guid}, created ${nameTakenBy.createdAt}` };
}

function headRows({ org, space }: Input, group: Together): readonly ReviewRow[] {
  const count = counted(group.members.length, "database");
  return [
    {
      label: "deleted",
      value: `${count} in ${org}/${space} (space ${group.spaceGuid}), the last ${lastDeleted(group)}`,
    },
  ];
}

/** Records of a space that is gone name no application: the operator alone knows them. */
const appsRow = ({ apps }: Input): ReviewRow => ({
  label: "apps",
  value:
    apps.length > 0
      ? `bound and restarted: ${apps.join(", ")}`
      : "none is bound and restarted: name them with --input apps=SERVICE:APPLICATION, or bind them later",
});

const leftOutRow = (value: string): ReviewRow => ({ label: "left out", value });

const MISSING: ReviewRow = { label: "space", value: "is not there any more: the first of the runs makes it again" };

const ORDER: readonly ReviewRow[] = [
  {
    label: "then",
    value:
      "one after another, each by its own run, which asks nothing more if all is as shown here. It makes a new instance, stops its container, replaces its archive and proves it. One that fails does not stop the others",
  },
  { label: "way back", value: "dingo-recover undo, for each of these runs by itself" },
];

const lastDeleted = ({ members }: Together): string =>
  plainTime(
    members
      .map(({ deletedAt = "" }) => deletedAt)
      .sort()
      .at(-1) ?? "",
  );
