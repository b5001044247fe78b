/**
 * Answers of the `docker` CLI as JSON, of Engine 1.13 to 29. Unknown fields are left alone; a missing one is unknown.
 */
import { z } from "zod";
import type { DockerImage, DockerVolume, EngineFacts } from "../../ports/docker-host.ts";
import { answerError, parseJson } from "../../kit/shell/json-answer.ts";
import { tellingVariables } from "./telling-variables.ts";

export const labels = z.record(z.string(), z.string().nullable()).nullish();
const texts = labels.transform(textsOf);
const list = z
  .array(z.string())
  .nullish()
  .transform((items) => items ?? []);
/** An entrypoint is one text in answers of the oldest engines. */
export const words = z.union([z.array(z.string()), z.string()]).nullish();

export function textsOf(map: z.infer<typeof labels>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, value ?? ""]));
}

export const wordsOf = (said: z.infer<typeof words>): readonly string[] =>
  typeof said === "string" ? [said] : (said ?? []);

const info = z.object({
  ID: z.string().default(""),
  Name: z.string().default(""),
  ServerVersion: z.string().default(""),
  OperatingSystem: z.string().default(""),
  Driver: z.string().default(""),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  DockerRootDir: z.string().default(""),
  SecurityOptions: list,
  Warnings: list,
  ServerErrors: list,
});

/** `docker info` ends with 0 and a complaint inside when no engine answers, from 18.09 to 28. */
export function parseInfo(
  text: string,
  place: string,
): Omit<EngineFacts, "endpoint" | "context" | "readsDirectly"> & {
  readonly complaints: readonly string[];
} {
  const said = parsed(info, parseJson(text, "the answer of `docker info`", place), { what: "`docker info`", place });
  const has = (name: string): boolean =>
    said.SecurityOptions.some((option) => option.split(",").includes(`name=${name}`));
  return {
    id: said.ID,
    name: said.Name,
    version: /^\d+(?:\.\d+)*/.exec(said.ServerVersion)?.[0] ?? said.ServerVersion,
    operatingSystem: said.OperatingSystem,
    storageDriver: said.Driver,
    driverStatus: (said.DriverStatus ?? []).map(([name = "", value = ""]) => [name, value] as const),
    root: said.DockerRootDir,
    rootless: has("rootless"),
    remapped: has("userns"),
    warnings: said.Warnings,
    complaints: said.ServerErrors,
  };
}

const contexts = z.array(
  z.object({ Name: z.string(), Endpoints: z.object({ docker: z.object({ Host: z.string().default("") }) }) }),
);

export function parseContext(text: string, place: string): { readonly name: string; readonly endpoint: string } {
  const what = "`docker context inspect`";
  const [first] = parsed(contexts, parseJson(text, `the answer of ${what}`, place), { what, place });
  if (first !== undefined) return { name: first.Name, endpoint: first.Endpoints.docker.Host };
  throw answerError("answer-malformed", `the answer of ${what} names no context`, place);
}

const volume = z.object({
  Name: z.string(),
  Driver: z.string().default(""),
  Mountpoint: z.string().default(""),
  Labels: texts,
  Options: texts,
  CreatedAt: z.string().nullish(),
});

export function parseVolumes(text: string, place: string): readonly DockerVolume[] {
  return parseList(volume, text, { what: "`docker volume inspect`", place }).map((said) => ({
    name: said.Name,
    driver: said.Driver,
    mountpoint: said.Mountpoint,
    labels: said.Labels,
    options: said.Options,
    createdAt: said.CreatedAt ?? undefined,
    anonymous: /^[0-9a-f]{64}$/.test(said.Name) || "com.docker.volume.anonymous" in said.Labels,
  }));
}

const image = z.object({
  Id: z.string(),
  RepoTags: list,
  Size: z.number().nullish(),
  Config: z
    .object({
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      Env: list,
      Cmd: words,
      Entrypoint: words,
      User: z.string().default(""),
      Labels: texts,
    })
    .nullish(),
});

export function parseImages(text: string, place: string): readonly DockerImage[] {
  return parseList(image, text, { what: "`docker image inspect`", place }).map(({ Id, RepoTags, Size, Config }) => ({
    id: Id,
    tags: RepoTags,
    volumes: Object.keys(Config?.Volumes ?? {}),
    entrypoint: wordsOf(Config?.Entrypoint),
    command: wordsOf(Config?.Cmd),
    user: Config?.User ?? "",
    env: tellingVariables(Config?.Env ?? []),
    labels: Config?.Labels ?? {},
    size: Size ?? undefined,
  }));
}

interface Source {
  readonly what: string;
  readonly place: string;
}

export function parseList<T>(item: z.ZodType<T>, text: string, source: Source): readonly T[] {
  return parsed(z.array(item), parseJson(text, `the answer of ${source.what}`, source.place), source);
}

export function parsed<T>(schema: z.ZodType<T>, value: unknown, { what, place }: Source): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.map(String).join(".") ?? "";
  throw answerError("answer-malformed", `the answer of ${what} is not understood at "${where}"`, place);
}
