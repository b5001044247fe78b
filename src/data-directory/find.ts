/** Looks into directories, and where nothing is told of one, into those of it that usually hold data. */
import type { DockerHost, DiskSpace, Looked, Place } from "../ports/docker-host.js";
import { type Contents, innerDirectories, isSqlite, LOOK, recognise, sqliteNames } from "./recognise.js";
import { SQLITE } from "./systems.js";

export interface Found {
  readonly key: string;
  readonly contents: Contents;
  /** Of the file system that it lies on. */
  readonly space: DiskSpace | undefined;
  /** Owner and octal mode of the directory that was asked for; undefined where it was not seen. */
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
    const contents = inner.get(index) ?? sqlite.get(index) ?? own;
    const seen = looked.state === "seen" ? looked : undefined;
    const owner = seen === undefined ? undefined : { uid: seen.uid, mode: seen.mode };
    return { key: looked.key, contents, space: seen?.space, owner };
  });
}

async function lookFurther(
  host: Pick<DockerHost, "look">,
  places: readonly Place[],
  first: readonly Looked[],
): Promise<ReadonlyMap<number, Contents>> {
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
  const found = new Map<number, Contents>();
  answers.forEach((answer, at) => {
    const { index, inside } = asked[at] ?? { index: -1, inside: "" };
    const contents = recognise(answer, inside);
    if (contents.kind === "data" && !found.has(index)) found.set(index, contents);
  });
  return found;
}

async function lookForSqlite(
  host: Pick<DockerHost, "look">,
  places: readonly Place[],
  first: readonly Looked[],
): Promise<ReadonlyMap<number, Contents>> {
  const found = new Map<number, Contents>();
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
    found.set(index, { kind: "data", system: "sqlite", title: SQLITE.title, version: "", inside: "", touched });
  });
  return found;
}

function below(place: Place | undefined, name: string): Place | undefined {
  if (place === undefined) return undefined;
  return { ...place, inside: place.inside === undefined ? name : `${place.inside}/${name}` };
}
