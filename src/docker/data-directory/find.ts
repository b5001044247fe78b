/** Looks into directories. If a directory shows no data, looks into those below it that usually hold data. */
import { RecoverError } from "../../errors.ts";
import type { DockerHost, DiskSpace, Looked, Place, Searched } from "../../ports/docker-host.ts";
import {
  type Contents,
  type Data,
  dataIn,
  innerDirectories,
  isSqlite,
  LOOK,
  recognise,
  sqliteNames,
} from "./recognise.ts";
import { SQLITE } from "./systems.ts";

export interface Found {
  readonly key: string;
  readonly contents: Contents;
  /** Of the file system that it lies on. */
  readonly space: DiskSpace | undefined;
  /** Owner and octal mode of the directory that was asked for; undefined if it was not seen. */
  readonly owner: { readonly uid: number; readonly mode: string } | undefined;
}

/** One answer for each place, in their order. `progress` hears how many are done, of `places.length`. */
export async function findData(
  host: Pick<DockerHost, "look">,
  places: readonly Place[],
  progress?: (done: number) => void,
): Promise<readonly Found[]> {
  const first = await host.look(places, LOOK, progress);
  const [inner, sqlite] = await Promise.all([lookFurther(host, places, first), lookForSqlite(host, places, first)]);
  return first.map((looked, index) => {
    const own = recognise(looked);
    const contents = together(own, [...(inner.get(index) ?? []), ...(sqlite.get(index) ?? [])]);
    const seen = looked.state === "seen" ? looked : undefined;
    const owner = seen === undefined ? undefined : { uid: seen.uid, mode: seen.mode };
    return { key: looked.key, contents, space: seen?.space, owner };
  });
}

/** The file of every whole PostgreSQL, below directories of any name (PostgreSQL manual, Database File Layout). */
const CONTROL = "global/pg_control";
/** So many of one place are looked at. */
const MOST_BELOW = 8;

/**
 * Finds every PostgreSQL below a place, also when `findData` has found other data there. A place that was not walked to
 * its end says so. `found` is the answer of `findData`; an entry without a path here is returned unchanged.
 */
export async function findBelow(
  host: Pick<DockerHost, "look" | "search">,
  places: readonly Place[],
  found: readonly Found[],
): Promise<readonly Found[]> {
  const open = new Set(
    found.flatMap(({ key, contents: { kind } }) => (kind === "other" || kind === "data" ? [key] : [])),
  );
  const asked = places.filter(({ key, inside }) => inside === undefined && open.has(key));
  const searched = new Map((await searchedBelow(host, asked)).map((each) => [each.key, each]));
  const known = new Map(found.map(({ key, contents }) => [key, new Set(dataIn(contents).map(({ inside }) => inside))]));
  const inner = asked.flatMap((place) =>
    directoriesIn(searched.get(place.key))
      .slice(0, MOST_BELOW)
      .flatMap((name) => (known.get(place.key)?.has(name) === true ? [] : [{ place, name }])),
  );
  const looked =
    inner.length === 0
      ? []
      : await host.look(
          inner.map(({ place, name }) => ({ ...place, inside: name })),
          LOOK,
        );
  const data = new Map<string, Data[]>();
  looked.forEach((answer, index) => {
    const { place, name = "" } = inner[index] ?? {};
    const contents = recognise(answer, name);
    if (place !== undefined && contents.kind === "data" && worth(contents) > 0)
      data.set(place.key, [...(data.get(place.key) ?? []), contents]);
  });
  return found.map((each) => ({
    ...each,
    contents: unwalked(together(each.contents, data.get(each.key) ?? []), searched.get(each.key)),
  }));
}

/** PostgreSQL that starts, PostgreSQL that does not, anything else. */
function worth({ postgres }: Data): number {
  return postgres === undefined ? 0 : postgres.condition === "whole" ? 2 : 1;
}

/** The one that is worth most stands for the place, and names the others. */
function together(own: Contents, below: readonly Data[]): Contents {
  const [first, ...others] = [...dataIn(own), ...below].sort((a, b) => worth(b) - worth(a));
  return first === undefined ? own : others.length === 0 ? first : { ...first, beside: others };
}

async function searchedBelow(host: Pick<DockerHost, "search">, places: readonly Place[]): Promise<readonly Searched[]> {
  try {
    return places.length === 0 ? [] : await host.search(places, [CONTROL]);
  } catch (error) {
    // The walk took too long: nothing is known of the rest.
    if (!(error instanceof RecoverError) || error.code === "interrupted") throw error;
    return places.map(({ key }) => ({ state: "unknown", key, why: error.message }));
  }
}

function directoriesIn(searched: Searched | undefined): readonly string[] {
  const paths = searched?.state === "seen" ? searched.paths : [];
  return paths
    .filter((path) => path.endsWith(`/${CONTROL}`))
    .map((path) => path.slice(0, -CONTROL.length - 1))
    .sort((a, b) => a.length - b.length);
}

function unwalked(contents: Contents, searched: Searched | undefined): Contents {
  if ((contents.kind !== "other" && contents.kind !== "data") || searched === undefined || searched.state === "absent")
    return contents;
  if (searched.state === "unknown") return { ...contents, unwalked: searched.why };
  const directories = directoriesIn(searched).length;
  if (directories > MOST_BELOW)
    return {
      ...contents,
      unwalked: `${directories} directories of it may be databases, and ${MOST_BELOW} were looked at`,
    };
  return searched.more ? { ...contents, unwalked: "it holds more than can be listed" } : contents;
}

async function lookFurther(
  host: Pick<DockerHost, "look">,
  places: readonly Place[],
  first: readonly Looked[],
): Promise<ReadonlyMap<number, readonly Data[]>> {
  const asked = first.flatMap((looked, index) =>
    innerDirectories(looked).map((name) => ({ index, inside: name, place: below(places[index], name) })),
  );
  const answers =
    asked.length === 0
      ? []
      : await host.look(
          asked.flatMap(({ place }) => place ?? []),
          LOOK,
        );
  const found = new Map<number, readonly Data[]>();
  answers.forEach((answer, at) => {
    const { index, inside } = asked[at] ?? { index: -1, inside: "" };
    const contents = recognise(answer, inside);
    if (contents.kind === "data") found.set(index, [...(found.get(index) ?? []), contents]);
  });
  return found;
}

async function lookForSqlite(
  host: Pick<DockerHost, "look">,
  places: readonly Place[],
  first: readonly Looked[],
): Promise<ReadonlyMap<number, readonly Data[]>> {
  const found = new Map<number, readonly Data[]>();
  const asked = first
    .map((looked, index) => ({ index, names: sqliteNames(looked) }))
    .filter(({ names }) => names.length > 0);
  const names = [...new Set(asked.flatMap((each) => each.names))];
  if (names.length === 0) return found;
  const order = { entries: 1, files: names.map((path) => ({ path, bytes: SQLITE.magic.length })) };
  const answers = await host.look(
    asked.flatMap(({ index }) => places[index] ?? []),
    order,
  );
  answers.forEach((answer, at) => {
    const index = asked[at]?.index ?? -1;
    const file = answer.state === "seen" ? answer.files.find(isSqlite) : undefined;
    if (file === undefined) return;
    const touched = new Date(file.modified * 1000).toISOString();
    found.set(index, [{ kind: "data", system: "sqlite", title: SQLITE.title, version: "", inside: "", touched }]);
  });
  return found;
}

function below(place: Place | undefined, name: string): Place | undefined {
  if (place === undefined) return undefined;
  return { ...place, inside: place.inside === undefined ? name : `${place.inside}/${name}` };
}
