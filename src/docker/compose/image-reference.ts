/** `registry:5000/team/postgres:15-alpine@sha256:…` in its parts (distribution `reference`). */
export interface ImageReference {
  /** "" for the engine's default registry. */
  readonly registry: string;
  /** Without the registry, "library/" left out: "postgres", "bitnami/postgresql". */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const REFERENCE =
  /^(?<name>[^@:]*(?::\d+\/[^@:]*)?)(?::(?<tag>[\w][\w.-]*))?(?:@(?<digest>[a-z0-9+._-]+:[0-9a-f]+))?$/iu;

/** Undefined if the text is no reference to an image. */
export function readImageReference(image: string): ImageReference | undefined {
  const { name = "", tag, digest } = REFERENCE.exec(image.trim())?.groups ?? {};
  if (name === "" || /\s/u.test(name)) return undefined;
  const [first = "", ...rest] = name.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/u.test(first) || first === "localhost");
  const registry = hasRegistry && first !== "docker.io" ? first : "";
  const path = (hasRegistry ? rest : [first, ...rest]).join("/");
  return { registry, repository: path.replace(/^library\//u, ""), tag, digest };
}

/** "docker.io/library/postgres" and "postgres:latest" are the same; undefined if only a digest tells which one it is. */
export function imageName(image: string): string | undefined {
  const { registry, repository, tag, digest } = readImageReference(image) ?? {};
  return repository === undefined || (tag === undefined && digest !== undefined)
    ? undefined
    : `${registry}/${repository}:${tag ?? "latest"}`;
}

/** The first number of a tag: 15 of "15.4-alpine"; undefined for "latest" and the like. */
export function majorOf(tag: string | undefined): number | undefined {
  const digits = /^v?(\d+)/u.exec(tag ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
