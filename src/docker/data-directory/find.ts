/** Finds data by what lies in directories: in a place itself, and below it wherever a system has left its marks. */
import { RecoverError } from "../../errors.ts";
import { counted } from "../../kit/text/counted.ts";
import type { DockerHost, DiskSpace, Place, Searched } from "../../ports/docker-host.ts";
import { type Contents, type Data, dataIn, LOOK, recognise } from "./recognise.ts";
import { SIGNS, SQLITE, type SystemName } from "./systems.ts";

export interface Found {
  readonly key: string;
  readonly path: string;
  readonly contents: Contents;
  /** Of the file system that it lies on. */
  readonly space: DiskSpace | undefined;
  /** Owner and octal mode of the directory that was asked for; undefined if it was not seen. */
  readonly owner: { readonly uid: number; readonly mode: string } | undefined;
}

/** So many directories of one place are looked at, and so many more that may have SQLite. */
const MOST_BELOW = 8;

/**
 * One answer for each place, in their order. A place that was not searched to its end says so; one with `inside` is not
 * searched. `progress` hears how many are done, of `places.length`.
 */
export async function findData(
  host: Pick<DockerHost, "look" | "search">,
  places: readonly Place[],
  progress?: (done: number) => void,
): Promise<readonly Found[]> {
  const first = await host.look(places, LOOK, progress);
  const own = first.map((looked) => recognise(looked));
  const searched = await searchedBelow(
    host,
    places.filter(({ inside, depth }, index) => inside === undefined && depth !== 0 && hasNames(own[index])),
  );
  const marked = places.map((place, index) => directoriesIn(searched.get(place), own[index]));
  const sqlite = places.map((place, index) => sqliteIn(searched.get(place), own[index], marked[index] ?? []));
  const below = await lookBelow(host, { places, marked, sqlite });
  return places.map((place, index): Found => {
    const looked = first[index];
    const seen = looked?.state === "seen" ? looked : undefined;
    const { data = [], unseen = 0 } = below.get(index) ?? {};
    const all = together(own[index] ?? UNKNOWN, data);
    return {
      key: place.key,
      path: place.path,
      contents: unwalked(all, searched.get(place), {
        depth: place.depth,
        marked: marked[index] ?? [],
        sqlite: sqlite[index] ?? [],
        unseen,
      }),
      space: seen?.space,
      owner: seen === undefined ? undefined : { uid: seen.uid, mode: seen.mode },
    };
  });
}

const UNKNOWN: Contents = { kind: "unknown", why: "nothing was answered" };
const hasNames = (contents: Contents | undefined): boolean => contents?.kind === "other" || contents?.kind === "data";

type SearchedPlaces = ReadonlyMap<Place, Searched>;

async function searchedBelow(host: Pick<DockerHost, "search">, places: readonly Place[]): Promise<SearchedPlaces> {
  const ends = [...SIGNS.map(({ path }) => path), ...SQLITE.ends];
  try {
    const answers = places.length === 0 ? [] : await host.search(places, ends);
    return new Map(places.flatMap((place, index) => (answers[index] === undefined ? [] : [[place, answers[index]]])));
  } catch (error) {
    // The walk took too long: nothing is known of the rest.
    if (!(error instanceof RecoverError) || error.code === "interrupted") throw error;
    return new Map(places.map((place) => [place, { state: "unknown", key: place.key, why: error.message }]));
  }
}

interface MayBe {
  readonly directory: string;
  /** Of a file that may be SQLite's. */
  readonly name: string;
}

interface Marked {
  readonly places: readonly Place[];
  /** Directories below each place. */
  readonly marked: readonly (readonly string[])[];
  readonly sqlite: readonly (readonly MayBe[])[];
}

interface Below {
  readonly data: readonly Data[];
  /** Directories that were found and cannot be looked at: their name is no UTF-8, or a link has come into the way. */
  readonly unseen: number;
}

/** By the index of each place. */
async function lookBelow(
  host: Pick<DockerHost, "look">,
  { places, marked, sqlite }: Marked,
): Promise<ReadonlyMap<number, Below>> {
  const files = sqlite.map((each) => each.slice(0, MOST_BELOW));
  const asked = places.flatMap((place, index) =>
    [
      ...(marked[index] ?? []).slice(0, MOST_BELOW),
      ...new Set((files[index] ?? []).map(({ directory }) => directory)),
    ].map((inside) => ({ index, inside, place: inside === "" ? place : { ...place, inside } })),
  );
  const found = new Map<number, Below>();
  if (asked.length === 0) return found;
  const more = [...new Set(files.flat().map(({ name }) => name))].map((path) => ({ path, bytes: SQLITE.bytes }));
  const answers = await host.look(
    asked.map(({ place }) => place),
    { ...LOOK, files: [...LOOK.files, ...more] },
  );
  answers.forEach((answer, at) => {
    const { index, inside } = asked[at] ?? { index: -1, inside: "" };
    const contents = recognise(answer, inside);
    const { data, unseen } = found.get(index) ?? { data: [], unseen: 0 };
    if (contents.kind === "data") found.set(index, { data: [...data, contents], unseen });
    else if (answer.state !== "seen") found.set(index, { data, unseen: unseen + 1 });
  });
  return found;
}

/** The nearest to the top first; none within the data of another system, which has such files for itself. */
function sqliteIn(
  searched: Searched | undefined,
  own: Contents | undefined,
  marked: readonly string[],
): readonly MayBe[] {
  if (searched?.state !== "seen" || own?.kind === "data") return [];
  const isWithin = (path: string): boolean => marked.some((directory) => path.startsWith(`${directory}/`));
  return (
    searched.paths
      .filter((path) => SQLITE.name.test(path) && !SQLITE.notIn.test(path) && !isWithin(path))
      .map((path) => ({
        directory: path.slice(0, Math.max(0, path.lastIndexOf("/"))),
        name: path.slice(path.lastIndexOf("/") + 1),
      }))
      // The names go to the script as words.
      .filter(({ name }) => /^[A-Za-z0-9._-]+$/u.test(name))
      .sort((a, b) => above(a.directory).length - above(b.directory).length || (a.directory < b.directory ? -1 : 1))
  );
}

/** Each database and each tablespace of a cluster has a file of that name too. */
const WITHIN_POSTGRES = /(?:^|\/)(?:base|PG_\d[^/]*)\/\d+\/PG_VERSION$/u;

/** Below the place, PostgreSQL first, then those nearest to the top. Directories within the data of the same system are left out. */
function directoriesIn(searched: Searched | undefined, own: Contents | undefined): readonly string[] {
  const paths = searched?.state === "seen" ? searched.paths.filter((path) => !WITHIN_POSTGRES.test(path)) : [];
  const found = paths.flatMap((path) =>
    SIGNS.filter((sign) => `/${path}`.endsWith(`/${sign.path}`)).map(({ system, path: sign }) => ({
      system,
      directory: path.slice(0, -sign.length - 1),
    })),
  );
  const marked = new Set(found.map(({ system, directory }) => `${system} ${directory}`));
  if (own?.kind === "data") marked.add(`${own.system} `);
  const isWithin = (system: SystemName, directory: string): boolean =>
    above(directory).some((each) => marked.has(`${system} ${each}`));
  const rank = ({ system, directory }: (typeof found)[number]): number =>
    directory.length + (system === "postgresql" ? 0 : 1e6);
  const outer = found
    .filter(({ system, directory }) => directory !== "" && (system === "postgresql" || !isWithin(system, directory)))
    .sort((a, b) => rank(a) - rank(b));
  return [...new Set(outer.map(({ directory }) => directory))];
}

/** `a/b/c`: `a/b`, `a` and the place itself. */
function above(directory: string): readonly string[] {
  const parts = directory.split("/");
  return parts.map((_part, index) => parts.slice(0, index).join("/"));
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

interface FoundBelow {
  /** Levels that were searched; undefined for all. */
  readonly depth: number | undefined;
  readonly marked: readonly string[];
  readonly sqlite: readonly MayBe[];
  readonly unseen: number;
}

function whyNotToItsEnd(
  { kind }: Contents,
  searched: Exclude<Searched, { readonly state: "absent" }>,
  { depth = 0, marked, sqlite, unseen }: FoundBelow,
): string | undefined {
  if (searched.state === "unknown") return searched.why;
  if (marked.length > MOST_BELOW)
    return `${marked.length} directories of it may be databases, and ${MOST_BELOW} were looked at`;
  if (searched.more) return "it holds more than can be listed";
  if (kind === "other" && sqlite.length > MOST_BELOW)
    return `${sqlite.length} files of it may be databases of SQLite, and ${MOST_BELOW} were looked at`;
  if (unseen > 0)
    return `${counted(unseen, "directory", "directories")} of it may be databases, and cannot be looked at`;
  return searched.deeper === true
    ? `it has directories below the ${counted(depth, "level")} that were searched`
    : undefined;
}

function unwalked(contents: Contents, searched: Searched | undefined, found: FoundBelow): Contents {
  if ((contents.kind !== "other" && contents.kind !== "data") || searched === undefined || searched.state === "absent")
    return contents;
  const why = whyNotToItsEnd(contents, searched, found);
  return why === undefined ? contents : { ...contents, unwalked: why };
}
