/** PostgreSQL of a release, in the images that are present or in a directory: nothing is pulled. */
import type { ServerPrograms } from "../../../kit/commands/database-copy-commands.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { majorOf } from "../../../kit/sql/major-release.ts";
import type { DatabaseCopies, ProgramFacts } from "../../../ports/database-copy.ts";
import type { DockerHost, DockerImage } from "../../../ports/docker-host.ts";
import { type Candidate, volumeName } from "./candidate.ts";
import { libcOf } from "./copied.ts";
import { pullsOf } from "./locale.ts";

export interface Found {
  readonly programs: ServerPrograms;
  readonly facts: ProgramFacts;
  /** `the image postgres:16`. */
  readonly text: string;
}

/** The programs as the later steps get them. */
export const servedBy = ({ programs, text, facts }: Found) => ({
  programs: { ...programs, volumes: [...programs.volumes] },
  programs_text: text,
  server_version: facts.postgres,
  libc: facts.libc,
});

interface Means {
  readonly host: Pick<DockerHost, "images">;
  readonly copies: Pick<DatabaseCopies, "programs" | "emptyImage">;
  readonly run: string;
  /** "" for images. */
  readonly directory: string;
}

/** The most images that are tried: each try is a container. */
const MOST_TRIED = 8;
const LIKELY = /postgres|postgis|timescale|pgvector|pgsql|patroni/iu;

/** The programs for the original, the best first. Errors: `program-missing`. */
export async function programsFor(original: Candidate, means: Means): Promise<readonly [Found, ...Found[]]> {
  return means.directory === "" ? await inImages(original, means) : [await inDirectory(original, means)];
}

/** Programs in images: first those of the image that ran with the volume, then those of the same libc. */
async function inImages(original: Candidate, { host, copies, run }: Means): Promise<readonly [Found, ...Found[]]> {
  const { version: major } = original;
  const images = await host.images();
  const likely = images
    .filter((image) => likelihood(image, original) > 0)
    .sort((a, b) => likelihood(b, original) - likelihood(a, original))
    .slice(0, MOST_TRIED);
  const fit: Found[] = [];
  const others: string[] = [];
  for (const image of likely) {
    const programs = { image: image.id, volumes: image.volumes, directory: "", major };
    const facts = await copies.programs(run, programs);
    const text = `the image ${image.tags[0] ?? image.id.slice(7, 19)}`;
    if (facts === undefined || facts.postgres === "") continue;
    if (majorOf(facts.postgres) !== major) others.push(`${text} has ${facts.postgres}`);
    else if (facts.missing.length > 0) others.push(`${text} lacks ${facts.missing.join(", ")}`);
    else fit.push({ programs, facts, text });
  }
  const libc = libcOf(original.uid);
  const found = fit.find(({ facts }) => facts.libc === libc) ?? fit[0];
  if (found !== undefined) return [found, ...fit.filter((each) => each !== found)];
  throw missing(original, others, pullsOf(original, images));
}

async function inDirectory({ version }: Candidate, { copies, run, directory }: Means): Promise<Found> {
  // An image without a file has no place for a socket either.
  const programs = { image: await copies.emptyImage(), volumes: ["/tmp"], directory, major: version };
  const facts = await copies.programs(run, programs);
  if (facts !== undefined && majorOf(facts.postgres) === version && facts.missing.length === 0)
    return { programs, facts, text: directory };
  const what =
    facts === undefined || facts.postgres === ""
      ? `no "postgres" can be run in "${directory}"`
      : facts.missing.length > 0
        ? `neither "${directory}" nor the machine has ${facts.missing.join(", ")}`
        : `"${directory}" has PostgreSQL ${facts.postgres}, and the data are of ${version}`;
  throw refuse("program-missing", what)
    .at("postgres_bin")
    .advise(
      `Name the directory with "postgres" of release ${version} on the engine's machine with --input postgres_bin=DIRECTORY, and install a psql and pg_dump that are no older.`,
    );
}

function likelihood({ id, tags, env }: DockerImage, { images, version, uid }: Candidate): number {
  const major = env["PG_MAJOR"];
  if (major !== undefined && major !== version) return 0;
  const isNamed = tags.some((tag) => LIKELY.test(tag));
  const isMusl = tags.some((tag) => tag.includes("alpine"));
  const points = (images.includes(id) ? 8 : 0) + (major === version ? 4 : 0) + (isNamed ? 2 : 0);
  return points === 0 ? 0 : points + ((libcOf(uid) === "musl") === isMusl ? 1 : 0);
}

function missing(original: Candidate, others: readonly string[], pulls: readonly string[]): RecoverError {
  const { version, uid } = original;
  const tag = `postgres:${version}${libcOf(uid) === "musl" ? "-alpine" : ""}`;
  const said = others.length === 0 ? "" : `: ${others.join("; ")}`;
  return refuse(
    "program-missing",
    `no image that is present has PostgreSQL ${version}, which alone starts the data of ${volumeName(original)} (${tag} has it)${said}`,
  )
    .at(tag)
    .advise(
      `Run ${[...pulls, `"docker pull ${tag}"`].join(" or ")}, or unpack that release on the engine's machine (a package of the distribution, or the embedded binaries of io.zonky.test.postgres) and give --input postgres_bin=DIRECTORY; then resume.`,
    );
}
