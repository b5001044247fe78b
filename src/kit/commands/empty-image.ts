/**
 * An image without a file: the programs in its containers are the engine's machine's, mounted to be read. Programs of another
 * image are its author's, who would see all that is mounted for them.
 */
import { z } from "zod";
import { jsonOf } from "../json.ts";

export const EMPTY_IMAGE = "dingo-recover/empty:1";
/** The end of an archive (POSIX, pax): two blocks of zeros, filled up. */
export const EMPTY_TAR = "\0".repeat(10_240);
/** SHA-256 of those bytes. */
const LAYER = "sha256:84ff92691f909a05b224e1c56abb4864f01b4f8e3c854e4bb4c7baf1d3f6d652";

/** Directories of a machine that an installed program on Linux needs; one may be missing. Never `/etc`. */
export const USERLAND = ["/usr", "/lib", "/lib64", "/bin", "/sbin"] as const;

/** The source of a container's programs. */
export interface Machine {
  /** The empty image. */
  readonly image: string;
  /** Those of `USERLAND` that are there. */
  readonly userland: readonly string[];
}
export const MACHINE: Machine = { image: EMPTY_IMAGE, userland: USERLAND };

const ANSWER = z.tuple([
  z.object({
    Id: z.string().regex(/^sha256:[0-9a-f]{64}$/u),
    RootFS: z.object({ Layers: z.tuple([z.literal(LAYER)]) }),
    Config: z.record(z.string(), z.unknown()).nullish(),
  }),
]);

/**
 * The id in an answer of `docker image inspect`; undefined if that image has a file or a setting. Its name proves
 * nothing: each puller can give it.
 */
export function emptyImageIn(answer: string): string | undefined {
  const { data } = ANSWER.safeParse(jsonOf(answer));
  const [image] = data ?? [];
  return image !== undefined && Object.values(image.Config ?? {}).every(isNothing) ? image.Id : undefined;
}

const isNothing = (value: unknown): boolean => !value || (typeof value === "object" && Object.keys(value).length === 0);
