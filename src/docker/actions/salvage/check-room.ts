import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import type { DatabaseCopies } from "../../../ports/database-copy.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import { type Candidate, candidate, placeOf, volumeName } from "./candidate.ts";
import { copied, type Copied, libcOf, needsReindex } from "./copied.ts";
import { type Found, programsFor } from "./find-programs.ts";
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

/** The copy, its WAL and a second cluster that the dump is loaded into. */
const TIMES = 2.2;
const MORE_ROOM = 256 * 1024 * 1024;
/** These leave the other volumes alone. */
const OF_ONE_VOLUME: ReadonlySet<string> = new Set(["program-missing", "answer-incomplete"]);

/** Told before anything is copied: how many bytes, and the programs of which release start them. */
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
        const size = sizes[index];
        if (size?.state !== "seen") throw unmeasured(original);
        const name = `dingo-recover-${context.run.id}-${index + 1}`;
        planned.push(plan(original, { found, name, bytes: size.bytes }));
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
  "its data were written on another libc than these programs have: text may sort differently, so that only a dump of it is to be trusted, and whoever runs the files themselves has to REINDEX first";

function plan(
  original: Candidate,
  {
    found,
    name,
    bytes,
  }: { readonly found: readonly [Found, ...Found[]]; readonly name: string; readonly bytes: number },
): Copied {
  const [first, ...others] = found;
  const serverOf = ({ programs, text, facts }: Found) => ({
    programs: { ...programs, volumes: [...programs.volumes] },
    programs_text: text,
    server_version: facts.postgres,
    libc: facts.libc,
  });
  return {
    ...serverOf(first),
    others: others.map(serverOf),
    original,
    name,
    libc_of_data: libcOf(original.uid),
    bytes,
  };
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
