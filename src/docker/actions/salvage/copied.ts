/** The data to copy, the programs that start the copy, and the place of the copy: fixed before anything is made. */
import { z } from "zod";
import type { CopyServer, FillOrder, ServerPrograms } from "../../../kit/commands/database-copy-commands.ts";
import { RecoverError } from "../../../errors.ts";
import { candidate } from "./candidate.ts";

const server = z.object({
  programs: z.object({ image: z.string(), volumes: z.array(z.string()), directory: z.string(), major: z.string() }),
  /** For people: `postgres:16`, or the directory. */
  programs_text: z.string(),
  server_version: z.string(),
  /** The libc of the programs. */
  libc: z.enum(["musl", "glibc"]),
});

export const copied = server.extend({
  original: candidate,
  /** Of the volume that holds the copy, and of the container on it. */
  name: z.string(),
  /** That of the data's writer, if the files' owner tells it. */
  libc_of_data: z.enum(["musl", "glibc", "unknown"]),
  bytes: z.number(),
  /** More images of the release: one may have a library that the first one lacks. */
  others: z.array(server).default([]),
});
export type Copied = z.infer<typeof copied>;

/** Owners of data directories: 70 in Alpine's packages and images, 999 in Debian's images (docker-library/postgres, Dockerfiles). */
export function libcOf(uid: number): Copied["libc_of_data"] {
  return uid === 70 ? "musl" : uid === 999 ? "glibc" : "unknown";
}

/** Indexes over text are in an order that the other libc may not have. */
export const needsReindex = ({ libc, libc_of_data }: Pick<Copied, "libc" | "libc_of_data">): boolean =>
  libc_of_data !== "unknown" && libc_of_data !== libc;

export const freshName = (name: string): string => `${name}-proof`;

/** Root owned the data: they were given away in the copy. */
const serverUid = (uid: number): number => (uid > 0 ? uid : 999);

export const serverOf = (run: string, { name, programs, original }: Copied, role: string): CopyServer => ({
  run,
  programs: programs satisfies ServerPrograms,
  volume: name,
  uid: serverUid(original.uid),
  role,
});

/** From the original itself, never from a copy that a server has written to. */
export const fillOrder = (run: string, { original, programs }: Copied, to: string): Omit<FillOrder, "isForServer"> => ({
  ...{ run, programs, path: original.path, inside: original.inside, to },
});

export function refuse(message: string, place: string, remedy: string): RecoverError {
  return new RecoverError("guard-refused", message, { remedy, place, effect: "none" });
}
