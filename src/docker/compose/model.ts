/** The answer of Compose's `config`, read: each service with its image, its telling variables and its mounts. Pure. */
import { posix } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { ComposeGeneration } from "../../kit/commands/compose-commands.ts";
import { type RecoverError, refuse } from "../../errors.ts";

export interface ComposeMount {
  readonly kind: "bind" | "named" | "anonymous" | "tmpfs" | "other";
  /** The path of a bind, the key of a named volume; "" if there is none. */
  readonly source: string;
  /** Path in the container, without a "/" at its end. */
  readonly target: string;
  /** All that Compose says of it, for a comparison. */
  readonly said: string;
}

export interface ComposeService {
  readonly name: string;
  /** Undefined if it is built, and has no name for the image. */
  readonly image: string | undefined;
  /** Passwords are among the values: nothing shows or journals them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly ComposeMount[];
  /** Whether it takes the mounts of others as well. */
  readonly takesMounts: boolean;
  /** All that Compose says of it but the mounts, for a comparison. */
  readonly rest: Readonly<Record<string, unknown>>;
}

export interface ComposeModel {
  readonly services: readonly ComposeService[];
  /** All that is no service, for a comparison. */
  readonly rest: Readonly<Record<string, unknown>>;
}

const longMount = z.looseObject({ type: z.string(), source: z.string().optional(), target: z.string() });
type LongMount = z.infer<typeof longMount>;
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const service = z.looseObject({
  image: z.string().nullish(),
  environment: z.record(z.string(), scalar).nullish(),
  volumes: z.array(z.union([z.string(), longMount])).nullish(),
  volumes_from: z.array(z.unknown()).nullish(),
});
const answer = z.looseObject({ services: z.record(z.string(), service).nullish() });

/** Error: `answer-malformed`. */
export function readModel(text: string, generation: ComposeGeneration, place: string): ComposeModel {
  const read = answer.safeParse(parsed(text, generation, place));
  if (!read.success) throw malformed(place);
  const { services, ...rest } = read.data;
  // YAML that is cut may be whole; the first generation ends it with its version, whether or not a file has one.
  if (generation === "v1" && rest["version"] === undefined) throw malformed(place);
  return { services: Object.entries(services ?? {}).map(([name, one]) => serviceOf(name, one)), rest };
}

function parsed(text: string, generation: ComposeGeneration, place: string): unknown {
  try {
    return generation === "v2" ? (JSON.parse(text) as unknown) : (parse(text, { logLevel: "error" }) as unknown);
  } catch {
    throw malformed(place);
  }
}

const malformed = (place: string): RecoverError =>
  refuse("answer-malformed", "the answer of Compose's `config` cannot be read")
    .at(place)
    .advise("Look at the version of Compose there.");

function serviceOf(name: string, { volumes, ...rest }: z.infer<typeof service>): ComposeService {
  const { image, environment, volumes_from: from } = rest;
  const values = Object.entries(environment ?? {}).flatMap(([key, value]) =>
    value === null ? [] : [[key, plain(String(value))] as const],
  );
  return {
    name,
    image: typeof image === "string" ? plain(image) : undefined,
    environment: Object.fromEntries(values),
    mounts: (volumes ?? []).map((each) => ({
      ...(typeof each === "string" ? shortMount(each) : longMountOf(each)),
      said: JSON.stringify(each),
    })),
    takesMounts: (from ?? []).length > 0,
    rest,
  };
}

/** Dollars are doubled, so that the answer could be read again. */
const plain = (text: string): string => text.replaceAll("$$", "$");

/** Of the first generation, which doubles no dollar here: `FROM:TO:rw`, or `TO` alone. */
function shortMount(text: string): Omit<ComposeMount, "said"> {
  const [first = "", target] = text.split(":");
  if (target === undefined) return { kind: "anonymous", source: "", target: trimmed(first) };
  return { kind: first.startsWith("/") ? "bind" : "named", source: first, target: trimmed(target) };
}

function longMountOf({ type, source, target }: LongMount): Omit<ComposeMount, "said"> {
  const common = { source: plain(source ?? ""), target: trimmed(plain(target)) };
  if (type === "volume") return { kind: source === undefined ? "anonymous" : "named", ...common };
  return { kind: type === "bind" || type === "tmpfs" ? type : "other", ...common };
}

function trimmed(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/+$/u, "") : normal;
}
