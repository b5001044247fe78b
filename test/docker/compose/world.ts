/** Files in memory, read as a project. */
import { type ComposeProject, type ProjectSource, readProject } from "../../../src/docker/compose/project.ts";
import type { ReadFile } from "../../../src/docker/compose/source.ts";
import type { Service } from "../../../src/docker/compose/service.ts";

export type Files = Readonly<Record<string, string>>;

export function readFrom(files: Files): ReadFile {
  return async (path) => {
    const text = files[path];
    return text === undefined ? { state: "absent" } : { state: "text", text };
  };
}

/** `/srv/mastodon/docker-compose.yml` alone unless more is said; the environment is empty and known to be. */
export async function project(
  files: Files | string,
  more: Partial<Omit<ProjectSource, "read">> = {},
): Promise<ComposeProject> {
  const all = typeof files === "string" ? { "/srv/mastodon/docker-compose.yml": files } : files;
  return await readProject({
    files: [Object.keys(all)[0] ?? ""],
    environment: { values: {}, complete: true },
    home: "/home/op",
    ...more,
    read: readFrom(all),
  });
}

export function service({ services }: ComposeProject, name: string): Service {
  const found = services.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}
