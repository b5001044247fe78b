/**
 * Which of the instances found is meant. Only a confirmed candidate is taken. If another one fits as well, or a name, a
 * place or a time could not be compared, the operator says which, never their nearness.
 */
import type { Context } from "../../../action.ts";
import { sortEntries } from "../../../archive/reading/facts.ts";
import { instanceArchive } from "../../../archive/names/location.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import type { Candidate, Coverage, Discovery, DiscoveryQuery } from "../../judgement/candidate.ts";
import { openQuestions, rivalsAmong } from "../../judgement/open-questions.ts";
import { plainTime } from "../../lines/stamp.ts";
import { secondsLived, sortOutShortLived } from "../../judgement/set-aside.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import { lookOnCells } from "../../../kit/commands/host-commands.ts";
import type { CfSpace } from "../../../ports/cloud-foundry.ts";
import type { StepCommands } from "../../../ports/operator.ts";
import { parseTime } from "../../../kit/text/time.ts";
import { likeName, otherNames } from "./other-names.ts";
import { printedDiscover } from "./printed-discover.ts";

export interface Wanted {
  readonly instance_guid: string;
  readonly service: string;
  readonly org: string;
  readonly space: string;
  readonly around: string;
}

export interface Found extends Discovery {
  /** Deletions of other names near the place: told when nothing fits, never taken. */
  readonly near?: readonly Candidate[];
}

/**
 * Errors: `nothing-found`, `coverage-incomplete` (`unreachable` if a source did not answer), `question-unanswered`,
 * `input-invalid`.
 */
export async function chooseInstance(context: Context, wanted: Wanted, found: Found): Promise<Candidate> {
  const { candidates, coverage } = found;
  const query = found.asked ?? { name: wanted.service, org: wanted.org, space: wanted.space };
  const guid = wanted.instance_guid.toLowerCase();
  const fitting =
    guid === "" ? await withoutShortLived(context, candidates, query) : candidates.filter((each) => each.guid === guid);
  const [first] = fitting;
  if (first === undefined) {
    const meant = await meantByAnother(context, wanted, found);
    if (meant === undefined) throw await nothingFound(context, wanted, found);
    return meant;
  }
  if (guid !== "") return first;
  const open = openQuestions(first, { rivals: rivalsAmong(fitting, query), coverage }, query);
  if (open.length === 0) return first;
  const why = `${fitting.length > 1 ? "More than one deletion fits." : "One deletion may be meant, and it is not known to be the one."} The wrong one would bring back somebody else's data; ask the owner about times and plan. ${open.join(" ")}`;
  return await ask(context, { fitting, place: await context.ports.cf.findSpace(wanted), prompt: WHICH, why });
}

/** Short-lived instances are shown like any other when nothing else fits. */
async function withoutShortLived(
  context: Context,
  all: readonly Candidate[],
  query: DiscoveryQuery,
): Promise<readonly Candidate[]> {
  const { meant, aside } = sortOutShortLived(all, query);
  if (aside.length === 0) return all;
  const instances = aside.map((each) => `${each.guid} lived for ${secondsLived(each)} s only`);
  await context.record("set-aside", { instances });
  context.progress({ message: `not meant: ${instances.join(", ")} (a failed create that was cleaned up, or a test)` });
  return meant;
}

/** Offers a name of that space that is like the given one. The operator says whether the given name was mistyped. */
async function meantByAnother(context: Context, wanted: Wanted, found: Found): Promise<Candidate | undefined> {
  const { near = [], complete } = found;
  const alike = complete ? likeName(near, wanted) : [];
  const [first] = alike;
  if (first === undefined) return undefined;
  const why = `No deletion of "${wanted.service}" was found; one of "${first.name}" was. The wrong one would bring back somebody else's data.`;
  const prompt = `Did you mean "${first.name}"?`;
  const { id: step } = context.step;
  const commands = printedDiscover(["--name", first.name, "--space", wanted.space], wanted.around);
  try {
    const place = await context.ports.cf.findSpace(wanted);
    const by = [{ step, title: `Find "${first.name}"`, commands }];
    const chosen = await ask(context, { fitting: alike, place, prompt, why, commands: by });
    // Later views of the run tell the input so.
    await context.record("input-meant", { service: chosen.name ?? wanted.service });
    return chosen;
  } catch (thrown) {
    // Nobody is there to say so: nothing was found.
    if (thrown instanceof RecoverError && thrown.code === "question-unanswered") return undefined;
    throw thrown;
  }
}

interface Choice {
  /** Best first. */
  readonly fitting: readonly Candidate[];
  readonly place: CfSpace | undefined;
  readonly prompt: string;
  readonly why: string;
  /** Of the search that found them; absent: the step's own. */
  readonly commands?: readonly StepCommands[];
}

const WHICH = "Which of these was deleted by mistake?";

async function ask(context: Context, { fitting: candidates, place, ...shown }: Choice): Promise<Candidate> {
  const labels: string[] = [];
  for (const each of candidates) labels.push(`${labelOf(each, place)}; ${await archiveOf(context, each.guid)}`);
  await context.record("candidates", {
    shown: labels.map((label, index) => `${candidates[index]?.guid ?? ""}: ${label}`),
  });
  const answer = await context.ask({
    kind: "choice",
    id: "instance",
    ...shown,
    choices: [
      ...candidates.map((each, index) => ({
        ...{ value: each.guid, name: each.name },
        label: labels[index] ?? each.guid,
        consequence: "its archive is recovered",
      })),
      { value: NONE, label: "None of these", consequence: "the run stops; nothing was changed" },
    ],
  });
  if (answer.value === NONE)
    throw refuse("stopped-by-operator", "none of the deletions found is the one that was meant").advise(
      "Ask the owner for the name and the time, and begin anew with them, or with --input instance_guid=….",
    );
  const chosen = candidates.find((each) => each.guid === answer.value);
  if (chosen !== undefined) return chosen;
  throw refuse("input-invalid", `"${answer.value}" is none of the instances found`).advise(
    "Choose one of the GUIDs shown.",
  );
}

const NONE = "none";

/** Logs hold GUIDs only; those of the place that was asked for have their names. */
function labelOf(each: Candidate, asked: CfSpace | undefined): string {
  const name = each.name === undefined ? "an instance whose name is not known" : `"${each.name}"`;
  const org = each.org ?? (each.orgGuid === asked?.orgGuid ? asked?.orgName : each.orgGuid);
  const space = each.space ?? (each.spaceGuid === asked?.guid ? asked?.name : each.spaceGuid);
  const place = [org, space].filter((part) => part !== undefined).join("/");
  const by = each.deletedBy === undefined ? "" : ` by ${each.deletedBy}`;
  return `${name} in ${place || "a place not known"}, plan ${each.plan ?? "not known"}, ${each.kind} ${plainTime(each.deletedAt ?? "at a time not known")}${by}`;
}

/**
 * Size and age by which an owner knows a database; a part that cannot be looked at is named, and is not empty (law 5).
 */
export async function archiveOf(context: Context, guid: string): Promise<string> {
  const { bucket } = context.ports.settings;
  if (bucket === undefined) return "its archive was not looked at: the bucket is not known";
  const location = instanceArchive(bucket, guid);
  try {
    const objects = await context.ports.store.reader().list(bucket, `${location.prefix}/`);
    const wal = sortEntries(location, objects).filter(({ kind }) => kind.kind === "segment");
    const last = wal
      .map(({ info }) => info.lastModified)
      .sort()
      .at(-1);
    const bytes = objects.reduce((sum, { size }) => sum + size, 0);
    return `archive of ${counted(objects.length, "object")}, ${bytesText(bytes)}, last WAL ${last ?? "never"}`;
  } catch (error) {
    if (error instanceof RecoverError) return `its archive could not be looked at: ${error.message}`;
    throw error;
  }
}

async function nothingFound(context: Context, wanted: Wanted, found: Found): Promise<RecoverError> {
  const { coverage, complete, near = [] } = found;
  const gaps = coverage.filter((each) => !each.complete).map((each) => `${whereOf(each)}: ${each.why ?? "incomplete"}`);
  const none = `no deletion of "${wanted.service}" was found`;
  const living = await livingInstance(context, wanted, found);
  if (living !== undefined) {
    return refuse("nothing-found", `${none}; ${living}`).advise(
      "Nothing needs to be recovered: look at it with cf service. If another instance is meant, give --input instance_guid=….",
    );
  }
  const others = otherNames(near, wanted, context.run.rehearsal);
  const and = others === undefined ? "" : `; ${others.told}`;
  const first = others === undefined ? "" : `${others.remedy} `;
  if (!complete) {
    // A source that may answer later makes it `unreachable`, and a run waits for that.
    const unanswered = coverage.some((each) => each.unanswered === true);
    return refuse(
      unanswered ? "unreachable" : "coverage-incomplete",
      `${none}, and not everything could be looked at: ${gaps.join("; ")}${and}`,
    )
      .at(gaps[0] ?? "")
      .advise(
        `${first}${lookFor(found)}Log in with a user that may read all events; name log files or a log store in the configuration. See that all of them can be read; then run again.`,
      );
  }
  if (context.run.rehearsal)
    return refuse("nothing-found", `${none}${and}`).advise(
      others?.remedy ?? "Begin again. The story in its first lines has the name, organization and space.",
    );
  const searched = coverage.map(whereOf).join(", ");
  return refuse("nothing-found", `${none} in ${searched}${and}`).advise(
    `${first}Check the name and the space; widen --input around=…; name older log files under logs: in the configuration.`,
  );
}

/** The cells may tell the rest: sources alone do not. */
function lookFor({ unclear = [] }: Discovery): string {
  return unclear.map(({ guid }) => `${lookOnCells(guid)}\n`).join("");
}

const whereOf = ({ file, store, source }: Coverage): string => file ?? store ?? source;

/**
 * A living instance that is older than the asked time was not deleted, even if a log line looks like it. A younger one
 * may have taken the name of the deleted one.
 */
async function livingInstance(context: Context, wanted: Wanted, found: Discovery): Promise<string | undefined> {
  const { cf, clock } = context.ports;
  const { service, around } = wanted;
  const place = await cf.findSpace(wanted);
  const instance = place === undefined ? undefined : await cf.findInstance(place.guid, service);
  if (instance === undefined || around === "") return undefined;
  if (Date.parse(instance.createdAt) >= parseTime(around, clock.now()).at.getTime()) return undefined;
  const why = found.notDeleted.find(({ guid }) => guid === instance.guid)?.why;
  return `"${service}" (${instance.guid}) is alive since ${instance.createdAt}${why === undefined ? "" : `: ${why}`}`;
}
