/** A Compose stack on a Docker host, by the labels that Compose itself gave its containers (law 7). */
import { z } from "zod";
import type { Context } from "../../../action.ts";
import { LABEL } from "../../compose/labels.ts";
import { RecoverError } from "../../../errors.ts";
import type { DockerContainer, DockerHost } from "../../../ports/docker-host.ts";
import type { ComposeCall, DockerWork } from "../../../ports/docker-work.ts";
import { quoted } from "../../../kit/text/printable.ts";

export const stackInput = {
  /** [USER@]HOST[:PORT]; "" for this machine. */
  host: z.string(),
  sudo: z.boolean(),
  project: z.string(),
};

/** How Compose is called for this stack. */
export const callInput = {
  generation: z.enum(["v1", "v2"]),
  directory: z.string(),
  files: z.array(z.string()),
  env_files: z.array(z.string()).default([]),
};
type CallInput = z.infer<z.ZodObject<typeof callInput>>;

export interface Stack {
  readonly host: string;
  readonly sudo: boolean;
  readonly project: string;
}

export async function openStack(
  context: Context,
  at: Stack,
): Promise<{ readonly host: DockerHost; readonly work: DockerWork }> {
  const { docker } = context.ports;
  return { host: await docker.open(at), work: await docker.work(at) };
}

/** The containers that `up` and `stop` look after: none that `run` made. */
export async function containersOf(host: DockerHost, project: string): Promise<readonly DockerContainer[]> {
  const all = await host.containers();
  return all.filter(
    ({ labels }) => labels[LABEL.project] === project && labels[LABEL.oneOff]?.toLowerCase() !== "true",
  );
}

export async function containerWith(host: DockerHost, id: string): Promise<DockerContainer | undefined> {
  return (await host.containers()).find((container) => container.id === id);
}

export function refuse(
  message: string,
  place: string,
  remedy = "Nothing was changed by this step. Look at the stack, then begin anew.",
): RecoverError {
  return new RecoverError("guard-refused", message, { remedy, place, effect: "none" });
}

export const callOf = ({ generation, project, directory, files, env_files }: Stack & CallInput): ComposeCall => ({
  ...{ generation, project, directory, files },
  envFiles: env_files,
});

/** Names for a run's files, beside the files that they are made of. */
export const aside = (name: string, run: string): string => `${name}.dingo-recover-${run}`;

/** The new name of a data directory whose copy was taken back. */
export const undoneDirectory = (destination: string, run: string): string => `${aside(destination, run)}-undone`;

/** Throws `guard-refused` unless that container is there, and is the service's of this project. */
export async function guardMember(
  host: DockerHost,
  member: { readonly id: string; readonly project: string; readonly service: string },
): Promise<DockerContainer> {
  const found = await containerWith(host, member.id);
  if (found === undefined)
    throw refuse(`the container ${member.id.slice(0, 12)} of ${quoted(member.service)} is gone`, member.service);
  const [project, service] = [found.labels[LABEL.project], found.labels[LABEL.service]];
  if (project !== member.project || service !== member.service)
    throw refuse(
      `the container ${quoted(found.name)} is ${quoted(service ?? "none")} of ${quoted(project ?? "none")}`,
      found.name,
    );
  return found;
}
