/** The data to copy, the programs that start the copy, and the place of the copy: fixed before anything is made. */
import { z } from "zod";
import type { CopyServer, FillOrder, ServerPrograms } from "../../../kit/commands/database-copy-commands.ts";
import { RecoverError } from "../../../errors.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { candidate } from "./candidate.ts";

const server = z.object({
  programs: z.object({ image: z.string(), volumes: z.array(z.string()), directory: z.string(), major: z.string() }),
  /** For people: `postgres:16`, or the directory. */
  programs_text: z.string(),
  server_version: z.string(),
  /** The libc of the programs. */
  libc: z.enum(["musl", "glibc"]),
});

/** A link of a data directory to its WAL or to a tablespace. */
export const link = z.object({
  /** `pg_wal`, `pg_tblspc/16385`. */
  at: z.string(),
  target: z.string(),
  /** Where it is on the engine's machine, and the directory below; both are "" if it was not found. */
  path: z.string(),
  inside: z.string(),
  /** For people: the place that it was found in, or why it was not. */
  text: z.string(),
});
export type Link = z.infer<typeof link>;

export const linkText = ({ at, target, path, text }: Link): string =>
  onOneLine(
    `its ${at} is a link to ${target}: ${path === "" ? `${text}; tables in it are lost, or lack rows` : `it lies in ${text}, and is copied too`}`,
  );

export const copied = server.extend({
  original: candidate,
  /** Of the volume that holds the copy, and of the container on it. */
  name: z.string(),
  /** That of the data's writer, if the files' owner tells it. */
  libc_of_data: z.enum(["musl", "glibc", "unknown"]),
  bytes: z.number(),
  links: z.array(link).default([]),
  /** More images of the release: one may have a library that the first one lacks. */
  others: z.array(server).default([]),
  /** No programs have the libraries that it preloads. */
  is_bare: z.boolean().default(false),
});
export type Copied = z.infer<typeof copied>;

/** The libc by the owner of a data directory: 70 in Alpine's packages and images, 999 in Debian's images (docker-library/postgres, Dockerfiles). */
export function libcOf(uid: number): Copied["libc_of_data"] {
  return uid === 70 ? "musl" : uid === 999 ? "glibc" : "unknown";
}

/** True if the libc differs: it may not have the order in which indexes over text were made. */
export const needsReindex = ({ libc, libc_of_data }: Pick<Copied, "libc" | "libc_of_data">): boolean =>
  libc_of_data !== "unknown" && libc_of_data !== libc;

export const freshName = (name: string): string => `${name}-proof`;

/** The account of the server. Data of root have another owner in the copy. */
const serverUid = (uid: number): number => (uid > 0 ? uid : 999);

export const serverOf = (
  run: string,
  { name, programs, original, is_bare: isBare }: Copied,
  role: string,
): CopyServer => ({
  run,
  programs: programs satisfies ServerPrograms,
  volume: name,
  uid: serverUid(original.uid),
  role,
  ...(isBare ? { isBare } : {}),
});

/** The order to fill a copy from the original itself, never from a copy that a server has written to. */
export const fillOrder = (run: string, { original, links }: Copied, to: string): Omit<FillOrder, "isForServer"> => ({
  ...{ run, path: original.path, inside: original.inside, to, linked: followed(links) },
});

export const followed = (links: readonly Link[]): readonly Link[] => links.filter(({ path }) => path !== "");

export function refuse(message: string, place: string, remedy: string): RecoverError {
  return new RecoverError("guard-refused", message, { remedy, place, effect: "none" });
}
