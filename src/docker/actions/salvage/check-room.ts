import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import type { DatabaseCopies } from "../../../ports/database-copy.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import { type Candidate, candidate, placeOf, volumeName } from "./candidate.ts";
import { copied, type Copied, followed, libcOf, type Link, linkText, needsReindex } from "./copied.ts";
import { followLinks } from "./follow-links.ts";
import { type Found, programsFor, servedBy } from "./find-programs.ts";
import { hostInput } from "../storage/host-input.ts";

const input = z.strictObject({
  ...hostInput.shape,
  picked: z.array(candidate),
  /** Why others are left out: sentences. */
  left: z.array(z.string()).default([]),
  /** Directory on the engine's machine with `postgres`; "" for the images that are present. */
  postgres_bin: z.string(),
  /** Directory for the dumps on the machine with the docker command; "" for one of the run's own. */
  out: z.string(),
});
const output = z.object({
  copies: z.array(copied),
  needed_bytes: z.number(),
  free_bytes: z.number(),
  out: z.string(),
  are_several: z.boolean().default(false),
  left: z.array(z.string()).default([]),
});

/** Room as a multiple of the data: for the copy, its WAL and a second cluster that the dump is loaded into. */
const TIMES = 2.2;
const MORE_ROOM = 256 * 1024 * 1024;
/** Codes of errors about one volume: the others are looked at all the same. */
const OF_ONE_VOLUME: ReadonlySet<string> = new Set(["program-missing", "answer-incomplete", "not-restorable"]);

/** Tells before anything is copied: the bytes, and the release whose programs start them. */
export const checkRoom = defineAction({
  id: "salvage.check-room",
  title: "See that there is room, and a PostgreSQL of the right release",
  effect: "read",
  input,
  output,
  tell: ({ copies, needed_bytes, free_bytes, left }) =>
    [
      `${counted(copies.length, "volume")}, about ${bytesText(needed_bytes)} with the proof of the dumps; ${bytesText(free_bytes)} free`,
      ...copies.flatMap((copy) => [
        `${volumeName(copy.original)}: ${bytesText(copy.bytes)}, started with PostgreSQL ${copy.server_version} of ${copy.programs_text}`,
        ...copy.links.map((each) => `  ${linkText(each)}`),
        ...(needsReindex(copy) ? [`  ${REINDEX}`] : []),
      ]),
      ...left.map((why) => `left out: ${why}`),
    ].join("\n"),
  describe: () => [],
  async run(context, { picked, left, postgres_bin, out, ...at }): Promise<z.infer<typeof output>> {
    requireAbsolute({ postgres_bin, out });
    const { docker } = context.ports;
    const [host, copies] = [await docker.open(at), await docker.copies(at)];
    const means = { host, copies, run: context.run.id, directory: postgres_bin };
    const sizes = await host.measure(picked.map(placeOf));
    const planned: Copied[] = [];
    const refusals: RecoverError[] = [];
    for (const [index, original] of picked.entries()) {
      try {
        const found = await programsFor(original, means);
        const links = await followLinks(host, original);
        requireWal(original, links);
        const behind = await host.measure(followed(links).map(({ at, ...place }) => ({ key: at, ...place })));
        const sized = [sizes[index], ...behind].flatMap((size) => (size?.state === "seen" ? [size.bytes] : []));
        if (sized.length <= behind.length) throw unmeasured(original);
        const name = `dingo-recover-${context.run.id}-${index + 1}`;
        const bytes = sized.reduce((sum, each) => sum + each, 0);
        planned.push(plan(original, { found, name, bytes, links }));
      } catch (error) {
        if (!(error instanceof RecoverError) || !OF_ONE_VOLUME.has(error.code)) throw error;
        refusals.push(error);
      }
    }
    const [first] = refusals;
    if (planned.length === 0 && first !== undefined) throw first;
    const needed = Math.round(planned.reduce((sum, { bytes }) => sum + bytes, 0) * TIMES) + MORE_ROOM;
    const free = await freeBytes(host);
    if (free < needed) throw tooSmall({ needed, free, place: "the engine's disk" });
    return {
      copies: planned,
      needed_bytes: needed,
      free_bytes: free,
      are_several: planned.length > 1,
      left: [...left, ...refusals.map(({ message }) => `${message}. Once that is put right, a new run saves it`)],
      out: out === "" ? ownOut(context, copies) : `${out}/dingo-recover-${context.run.id}`,
    };
  },
  verify: () => Promise.resolve({ holds: true, evidence: "room comes and goes; the copy says where it is too little" }),
});

export const REINDEX =
  "its data were written on another libc, or another version of it, than these programs have: text may sort differently, so that only a dump of it is to be trusted; run REINDEX first if you run the files themselves";

function plan(
  original: Candidate,
  {
    found,
    name,
    bytes,
    links,
  }: Pick<Copied, "name" | "bytes" | "links"> & { readonly found: readonly [Found, ...Found[]] },
): Copied {
  const [first, ...others] = found;
  return {
    ...servedBy(first),
    others: others.map(servedBy),
    is_bare: false,
    original,
    name,
    libc_of_data: libcOf(original.uid),
    bytes,
    links,
  };
}

/** Refuses if the WAL is missing: without it no server starts. Without a tablespace the other tables come back. */
function requireWal(original: Candidate, links: readonly Link[]): void {
  const wal = links.find(({ at, path }) => path === "" && !at.startsWith("pg_tblspc/"));
  if (wal === undefined) return;
  throw refuse(
    "not-restorable",
    `the volume ${volumeName(original)} does not start without its WAL: its ${wal.at} is a link to ${wal.target}, and ${wal.text}`,
  )
    .at(original.volume)
    .advise(
      "Look which volume or directory has files with names of 24 hexadecimal digits, and begin anew if it can be mounted here. Else copy both, start an image of that release on the copies at the paths that they had, and dump there.",
    );
}

const unmeasured = (original: Candidate): RecoverError =>
  refuse("answer-incomplete", `nobody can tell how large the volume ${volumeName(original)} is`)
    .at(original.volume)
    .advise("Look whether it is still there with `docker volume inspect`, then resume.");

async function freeBytes(host: Pick<DockerHost, "look" | "engine">): Promise<number> {
  const path = (await host.engine()).root;
  const [looked] = await host.look([{ key: "room", path }], { files: [], entries: 1 });
  if (looked?.state === "seen" && looked.space !== undefined) return looked.space.free;
  throw refuse("answer-incomplete", `nobody can tell how much room is left below "${path}"`)
    .at(path)
    .advise("Look with df -h on the engine's machine, then resume.");
}

/** The default output directory. A restart must not clean it up; a rehearsal's lies with the rehearsal. */
const ownOut = ({ run }: Context, { temporary }: Pick<DatabaseCopies, "temporary">): string =>
  `${run.rehearsal ? temporary : "/var/tmp"}/dingo-recover-${run.id}`;

function requireAbsolute(paths: Readonly<Record<string, string>>): void {
  for (const [name, path] of Object.entries(paths))
    if (path !== "" && !/^\/[^\p{Cc}]*$/u.test(path))
      throw refuse("input-invalid", `"${name}" is not an absolute path`)
        .at(name)
        .advise(`Give --input ${name}=/DIRECTORY.`);
}

function tooSmall({ needed, free, place }: { readonly needed: number; readonly free: number; readonly place: string }) {
  return refuse("does-not-fit", `the copies need ${bytesText(needed)}, and ${bytesText(free)} are free`)
    .at(place)
    .advise(
      "Pick fewer volumes, or make room without touching a volume: docker builder prune is harmless, docker volume prune is not.",
    );
}
