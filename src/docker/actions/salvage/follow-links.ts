/**
 * The places behind the links of a data directory: its WAL (`initdb --waldir`) and its tablespaces. A link holds a path of
 * a container that may be gone, so the places of the host are searched. A WAL proves itself by the cluster's own number in
 * its segment. A tablespace has the directory of its release alone: a mount of the container or a label of Compose must prove
 * it. The link is a stranger's, and its path alone could name the data of somebody else.
 */
import { posix } from "node:path";
import { CONTROL_FIELDS_BYTES, elsewhereNames, type ElsewhereNames } from "../../../archive/wal/control-state.ts";
import { LONG_HEADER_BYTES, pageHeader } from "../../../archive/wal/page-header.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { counted } from "../../../kit/text/counted.ts";
import type {
  DockerContainer,
  DockerHost,
  DockerMount,
  DockerVolume,
  Looked,
  Place,
} from "../../../ports/docker-host.ts";
import { volumeOf } from "../../compose/labels.ts";
import { hostPlaces } from "../../data-directory/places.ts";
import { type Candidate, placeOf } from "./candidate.ts";
import type { Link } from "./copied.ts";

const CONTROL = "global/pg_control";
const SPACES = "pg_tblspc";
/** The most tablespaces: each is a mount of the container that copies. */
const MOST_SPACES = 256;

interface Hit {
  readonly place: Place;
  /** Directory below the place. */
  readonly inside: string;
}

type Named = Pick<Link, "at" | "target">;
type Answer = Pick<Link, "path" | "inside" | "text">;

/** Errors: those of a host that does not answer. A link whose target was not found says why. */
export async function followLinks(host: DockerHost, original: Candidate): Promise<Link[]> {
  const { links, names } = await linksOf(host, original);
  if (links.length === 0) return [];
  if (names === undefined) return links.map((each) => ({ ...each, ...lost("its release is not known") }));
  const [volumes, containers, engine] = await Promise.all([host.volumes(), host.containers(), host.engine()]);
  const places = hostPlaces(volumes, containers, engine);
  const searched = await host.search(places, [names.segment, names.tablespace, CONTROL]);
  const hitsOf = (name: string): readonly Hit[] =>
    places.flatMap((place, index) => {
      const answer = searched[index];
      const paths = answer?.state === "seen" ? answer.paths : [];
      return paths
        .filter((path) => posix.basename(path) === name && !isOfAnother(path, paths))
        .map((path) => ({ place, inside: path === name ? "" : posix.dirname(path) }));
    });
  const unwalked = searched.filter((each) => each.state !== "seen" || each.more || each.deeper === true).length;
  const ownWal = await withNumber(host, { hits: hitsOf(names.segment), names, original });
  const ownSpaces = hitsOf(names.tablespace);
  return links.map((each) => {
    const isSpace = each.at.startsWith(`${SPACES}/`);
    const of = { original, containers, volumes, link: each, isSpace };
    const what = isSpace ? names.tablespace : `the segment ${names.segment} of this cluster`;
    return { ...each, ...told(fitting(isSpace ? ownSpaces : ownWal, of), { what, containers, unwalked, of }) };
  });
}

async function linksOf(
  host: DockerHost,
  original: Candidate,
): Promise<{ readonly links: readonly Named[]; readonly names: ElsewhereNames | undefined }> {
  const own = placeOf(original);
  const spaces = { ...own, inside: posix.join(own.inside ?? "", SPACES) };
  const control = { path: CONTROL, bytes: CONTROL_FIELDS_BYTES };
  const files = [control, ...["pg_wal", "pg_xlog"].map((path) => ({ path, bytes: 0 }))];
  const [top, listed] = await host.look([own, spaces], { entries: MOST_SPACES, files });
  const oids = listed?.state === "seen" ? listed.entries.filter(({ name }) => /^\d{1,10}$/u.test(name)) : [];
  const order = { entries: 1, files: oids.map(({ name }) => ({ path: name, bytes: 0 })) };
  const [named] = oids.length === 0 ? [] : await host.look([spaces], order);
  const [start] = top?.state === "seen" ? top.files.filter(({ path }) => path === CONTROL) : [];
  return {
    links: [...linksIn(top, ""), ...linksIn(named, `${SPACES}/`)],
    names: start === undefined ? undefined : elsewhereNames(start.content),
  };
}

const linksIn = (looked: Looked | undefined, below: string): readonly Named[] =>
  looked?.state === "seen"
    ? [...(looked.links ?? [])].map(([path, target]) => ({ at: `${below}${path}`, target }))
    : [];

/** Files in a data directory itself are nobody else's. */
function isOfAnother(path: string, paths: readonly string[]): boolean {
  if (path.includes(`${SPACES}/`)) return true;
  const above = posix.dirname(posix.dirname(path));
  return (
    /(?:^|\/)pg_(?:wal|xlog)\/[^/]+$/u.test(path) && paths.includes(above === "." ? CONTROL : `${above}/${CONTROL}`)
  );
}

async function withNumber(
  host: DockerHost,
  {
    hits,
    names,
    original,
  }: { readonly hits: readonly Hit[]; readonly names: ElsewhereNames; readonly original: Candidate },
): Promise<readonly Hit[]> {
  if (hits.length === 0) return [];
  const looked = await host.look(
    hits.map(({ place, inside }) => (inside === "" ? place : { ...place, inside })),
    { entries: 1, files: [{ path: names.segment, bytes: LONG_HEADER_BYTES }] },
  );
  return hits.filter((_, index) => {
    const seen = looked[index];
    const [file] = seen?.state === "seen" ? seen.files : [];
    return file !== undefined && pageHeader(file.content)?.systemId === original.system_id;
  });
}

interface Of {
  readonly original: Candidate;
  readonly containers: readonly DockerContainer[];
  readonly volumes: readonly DockerVolume[];
  readonly link: Named;
  readonly isSpace: boolean;
}

const meantBy = ({ link: { target, at }, original }: Of): string =>
  target.startsWith("/") ? target : posix.join("/", original.inside, posix.dirname(at), target);

interface Fitting {
  readonly hits: readonly Hit[];
  readonly isProven: boolean;
}

/** By the mounts of a container that has the volume too; without one, a tablespace by its path and its project. */
function fitting(hits: readonly Hit[], of: Of): Fitting {
  const { original, containers, volumes, isSpace } = of;
  const meant = meantBy(of);
  const mounts = containers
    .filter((each) => each.mounts.some(({ volume }) => volume === original.volume))
    .flatMap((each) => each.mounts)
    .filter(({ destination }) => destination === meant || meant.startsWith(`${destination}/`));
  if (mounts.length > 0)
    return {
      hits: hits.filter(({ place, inside }) =>
        mounts.some(
          (mount) => isMountOf(mount, place) && posix.join(mount.destination, inside) === posix.normalize(meant),
        ),
      ),
      isProven: true,
    };
  if (!isSpace) return { hits, isProven: true };
  const near = hits.filter(({ inside }) => inside === "" || `/${meant}`.endsWith(`/${inside}`));
  const projectOf = (key: string): string | undefined =>
    volumeOf(volumes.find(({ name }) => `volume:${name}` === key)?.labels ?? {})?.project;
  const project = projectOf(`volume:${original.volume}`);
  const own = near.filter(({ place }) => project !== undefined && projectOf(place.key) === project);
  return own.length > 0 ? { hits: own, isProven: true } : { hits: near, isProven: false };
}

const isMountOf = ({ volume, source }: Pick<DockerMount, "volume" | "source">, { key, path }: Place): boolean =>
  key === `volume:${volume}` || path === source;

const lost = (text: string): Answer => ({ path: "", inside: "", text });
const nameOf = ({ place, inside }: Hit): string => posix.join(place.key.replace(/^(?:volume|bind):/u, ""), inside);

interface Told {
  readonly what: string;
  readonly containers: readonly DockerContainer[];
  /** So many places were not searched to their end. */
  readonly unwalked: number;
  readonly of: Of;
}

function told({ hits, isProven }: Fitting, { what, containers, unwalked, of }: Told): Answer {
  const [hit, ...others] = hits;
  const rest = unwalked === 0 ? "" : ` (${counted(unwalked, "place")} could not be searched to the end)`;
  if (hit === undefined) return lost(`no volume or bind of this host has ${what} there${rest}`);
  if (others.length > 0) return lost(`several places may be it: ${hits.map(nameOf).join(", ")}`);
  const users = containers.filter(
    ({ running, status, mounts }) =>
      (running || status === "restarting") && mounts.some((mount) => isMountOf(mount, hit.place)),
  );
  if (users.length > 0)
    return lost(`${nameOf(hit)} may be it, and is in use: ${users.map(({ name }) => name).join(", ")} runs on it`);
  if (!isProven) return lost(`${nameOf(hit)} may be it, and nothing proves that. If it is, ${wayToProve(hit, of)}`);
  return { path: hit.place.path, inside: hit.inside, text: nameOf(hit) };
}

/** The line that makes a container with both mounts, which never runs. */
function wayToProve(hit: Hit, of: Of): string {
  const meant = meantBy(of);
  const at = hit.inside === "" ? meant : meant.slice(0, -hit.inside.length - 1);
  const source = hit.place.key.replace(/^(?:volume|bind):/u, "");
  const mounts = ["-v", `${of.original.volume}:/data`, "-v", `${source}:${at}`] as const;
  return `make a container that has both, with \`${quote(["docker", "create", ...mounts, "IMAGE"])}\`, and begin anew`;
}
