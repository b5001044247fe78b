/** Refuses a project without a container here as mistyped: the error names the projects that are here, and takes none of them. */
import { type RecoverError, refuse } from "../../../errors.ts";
import { nearest } from "../../../kit/text/nearest.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { LABEL } from "../../compose/labels.ts";

const MOST_TOLD = 12;

export async function unknownProject(host: DockerHost, project: string): Promise<RecoverError> {
  const names = await projectsOn(host);
  const meant = nearest(project, names);
  return refuse("input-invalid", `no container belongs to a Compose project ${quoted(project)}${told(names)}`)
    .at("input project")
    .advise(
      meant === undefined
        ? "Begin anew with the name of the project as Compose has it: the label com.docker.compose.project of its containers."
        : `If ${quoted(meant)} is meant, begin anew with it.`,
    );
}

async function projectsOn(host: DockerHost): Promise<readonly string[]> {
  const names = (await host.containers()).map(({ labels }) => labels[LABEL.project] ?? "");
  return [...new Set(names)].filter((name) => name !== "").sort();
}

function told(names: readonly string[]): string {
  if (names.length === 0) return "; no container here has one";
  const more = names.length > MOST_TOLD ? `, and ${names.length - MOST_TOLD} more` : "";
  return `; there are ${names.slice(0, MOST_TOLD).map(quoted).join(", ")}${more}`;
}
