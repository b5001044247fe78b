/**
 * Names are mistyped. If nothing of the name was found, this tells the deletions of other names near the named place,
 * the most similar first. It takes none of them: an operator who means one starts again with its name.
 */
import type { Candidate, DiscoveryQuery } from "../../judgement/candidate.ts";
import { type DiscoverySources, findDeletedInstance } from "../../answer/find.ts";
import { isPlace } from "../../judgement/rank.ts";
import { shown } from "../../lines/safe-text.ts";
import { plainTime } from "../../lines/stamp.ts";
import { byLikeness, nearest } from "../../../kit/text/nearest.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

type Named = Candidate & { readonly name: string };

export interface Asked {
  readonly service: string;
  readonly org: string;
  readonly space: string;
}

export interface OtherNames {
  /** Goes on a sentence: "deleted there were …". */
  readonly told: string;
  readonly remedy: string;
}

const MOST_TOLD = 3;

/** At the time that was asked for: those of the space, else of its organization, else the one most alike anywhere. */
export async function searchOtherNames(
  sources: DiscoverySources,
  query: DiscoveryQuery,
): Promise<readonly Candidate[]> {
  const { candidates } = await findDeletedInstance(sources, { ...query, name: undefined, space: undefined });
  const near = candidates.filter(
    ({ name, org, orgGuid }) =>
      name !== undefined && isPlace(query.org, query.orgGuid, { name: org, guid: orgGuid }) === true,
  );
  const here = near.filter(({ space, spaceGuid }) =>
    isPlace(query.space, query.spaceGuid, { name: space, guid: spaceGuid }),
  );
  if (near.length > 0) return here.length > 0 ? here : near;
  return await searchAnywhere(sources, query);
}

/** The organization may be mistyped too. Other names there are nobody's concern. */
async function searchAnywhere(sources: DiscoverySources, query: DiscoveryQuery): Promise<readonly Candidate[]> {
  const everywhere = { ...query, name: undefined, org: undefined, space: undefined };
  const { candidates } = await findDeletedInstance(sources, everywhere);
  const placed = candidates.filter(hasName).filter(({ org }) => org !== undefined);
  const like = nearest(
    query.name ?? "",
    placed.map(({ name }) => name),
  );
  return placed.filter(({ name }) => name === like);
}

/** Undefined if none was found. `rehearsal`: `discover` would not ask the rehearsal's box. */
export function otherNames(found: readonly Candidate[], asked: Asked, rehearsal: boolean): OtherNames | undefined {
  const named = found.filter(hasName);
  const names = byLikeness(asked.service, [...new Set(named.map(({ name }) => name))]);
  const told = names.slice(0, MOST_TOLD).flatMap((name) => newest(named, name));
  if (told.length === 0) return undefined;
  const more = names.length > told.length ? `, and ${names.length - told.length} more` : "";
  const like = nearest(asked.service, names);
  const meant = told.find(({ name }) => name === like);
  const there = told.some((each) => isInOrg(each, asked)) ? "there" : "elsewhere";
  const space = there === "there" ? asked.space : (meant?.space ?? asked.space);
  const look = quote(["dingo-recover", "discover", "--cf-events", "--all", "--space", space]);
  return {
    told: `deleted ${there} were ${told.map((each) => tell(each, asked)).join(", ")}${more}`,
    remedy: rehearsal
      ? typeAnother(meant, asked)
      : `${meant === undefined ? "If one of them is meant, begin anew with its name" : `If "${shown(meant.name)}" is meant, begin anew with its name`}: ${shown(inputsOf(meant ?? told[0], asked))}. All that went is listed by ${look}.`,
  };
}

/** The deletions in that very space whose name is likest to the given one, if that is near; the latest first. */
export function likeName(found: readonly Candidate[], asked: Asked): readonly Named[] {
  const here = found.filter(hasName).filter((each) => each.space === asked.space && isInOrg(each, asked));
  const like = nearest(
    asked.service,
    here.map(({ name }) => name),
  );
  return here.filter(({ name }) => name === like).sort((a, b) => ((b.deletedAt ?? "") > (a.deletedAt ?? "") ? 1 : -1));
}

/** A rehearsal takes no --input: it asks. */
function typeAnother(meant: Named | undefined, asked: Asked): string {
  if (meant === undefined) return "If one of them is meant, begin the rehearsal again and answer its name.";
  const name = `"${shown(meant.name)}"`;
  const org = isInOrg(meant, asked) ? "" : `, "${shown(meant.org ?? "")}" for its organization`;
  const place = meant.space === undefined ? "" : `, and "${shown(meant.space)}" for its space`;
  return `If ${name} is meant, begin the rehearsal again and answer ${name}${org}${place}.`;
}

/** One whose organization is not known was found by the asked one. */
const isInOrg = ({ org, orgGuid }: Candidate, asked: Asked): boolean =>
  isPlace(asked.org, undefined, { name: org, guid: orgGuid }) !== false;

const hasName = (each: Candidate): each is Named => each.name !== undefined;

function newest(all: readonly Named[], name: string): readonly Named[] {
  return all
    .filter((each) => each.name === name)
    .sort((a, b) => ((b.deletedAt ?? "") > (a.deletedAt ?? "") ? 1 : -1))
    .slice(0, 1);
}

function tell({ name, org, space, deletedAt }: Named, asked: Asked): string {
  const place = `${org ?? asked.org}/${space ?? "a space not known"}`;
  return shown(`"${name}" in ${place} at ${deletedAt === undefined ? "a time not known" : plainTime(deletedAt)}`);
}

/** The inputs that differ from the asked ones. */
function inputsOf(meant: Named | undefined, asked: Asked): string {
  if (meant === undefined) return "";
  const { name, space } = meant;
  const org = isInOrg(meant, asked) ? [] : ["--input", `org=${meant.org ?? ""}`];
  const elsewhere = space === undefined || space === asked.space ? [] : ["--input", `space=${space}`];
  return quote(["--input", `service=${name}`, ...org, ...elsewhere]);
}
