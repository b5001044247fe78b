/** The Compose projects of a host, each as its own Compose reads it. */
import { serviceFacts } from "../../audit/compose-facts.ts";
import type { SurveyedProject } from "../../audit/survey.ts";
import { callByLabels, membershipOf, widestCall } from "../../compose/labels.ts";
import { readModel } from "../../compose/model.ts";
import { RecoverError } from "../../../errors.ts";
import type { ComposeAnswer, DockerContainer, DockerHost } from "../../../ports/docker-host.ts";
import type { ComposeCall } from "../../../ports/docker-work.ts";

const MOST_COMPOSE_BYTES = 1024 * 1024;
/** Projects that are read at once: the first generation takes half a second and 40 MB for each. */
const AT_ONCE = 4;

/** `composeFiles`: further files beside those that containers name. */
export async function readProjects(
  host: DockerHost,
  containers: readonly DockerContainer[],
  composeFiles: readonly string[],
): Promise<readonly SurveyedProject[]> {
  const named = new Map<string, readonly ComposeCall[]>();
  for (const { labels } of containers) {
    const project = membershipOf(labels)?.project;
    if (project !== undefined) named.set(project, [...(named.get(project) ?? []), callByLabels(project, labels)]);
  }
  const known = new Set([...named.values()].flat().flatMap(({ files }) => files));
  const wanted = [
    ...[...named].map(([name, calls]) => ({ name, call: widestCall(calls) })),
    ...composeFiles.filter((file) => !known.has(file)).map((file) => ({ name: file, call: callAlone(file) })),
  ];
  const projects: SurveyedProject[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE)
    projects.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((each) => readOne(host, each)))));
  return projects;
}

/** The call for a file that no container names: its project has no name yet. */
const callAlone = (file: string): ComposeCall => ({
  ...{ generation: "v2", project: "audit", files: [file] },
  directory: file.slice(0, Math.max(1, file.lastIndexOf("/"))),
});

async function readOne(
  host: DockerHost,
  { name, call }: { readonly name: string; readonly call: ComposeCall | undefined },
): Promise<SurveyedProject> {
  const { directory, files } = call ?? { directory: "", files: [] };
  const lost = (why: Pick<SurveyedProject, "unread" | "unasked">): SurveyedProject => ({
    ...{ name, directory, files, services: null },
    ...why,
  });
  if (call === undefined)
    return lost({ unread: null, unasked: "its containers were brought up with different Compose files" });
  if (files.length === 0) return lost({ unread: "the labels of its containers do not say where it is" });
  const answers = await Promise.all(files.map(async (path) => ({ path, ...(await composeFile(host, path)) })));
  const unread = answers.flatMap((answer) => (answer.state === "text" ? [] : [lostText(answer.path, answer)]));
  if (unread.length > 0) return lost({ unread: unread.join("; ") });
  const { answer, generation } = await composed(host, call);
  if (answer.state === "missing")
    return lost({ unread: null, unasked: "the host has no Compose that could be asked what they say" });
  if (answer.state === "refused") return lost({ unread: null, unasked: `Compose refuses them: ${answer.why}` });
  const texts = answers.flatMap((each) => (each.state === "text" ? [each] : []));
  const model = readModel(answer.text, generation, host.label);
  const services = serviceFacts(model, { texts, unset: answer.unset });
  const own = call.project === name ? model.rest["name"] : undefined;
  return { name, directory, files, services, unread: null, ...(typeof own === "string" ? { own } : {}) };
}

/**
 * Reads a project by the generation that brought it up, or else by the one that will bring it up next. The call names no
 * project, so that the second generation tells the name in its files.
 */
async function composed(
  host: DockerHost,
  call: ComposeCall,
): Promise<{ readonly answer: ComposeAnswer; readonly generation: ComposeCall["generation"] }> {
  const { generation } = call;
  const unnamed = await host.composed({ ...call, project: "" });
  // A directory may have no name that is fit for a project.
  const answer = unnamed.state === "refused" ? await host.composed(call) : unnamed;
  if (answer.state !== "missing") return { answer, generation };
  const other = generation === "v1" ? "v2" : "v1";
  return { answer: await host.composed({ ...call, generation: other }), generation: other };
}

type FileAnswer =
  | { readonly state: "text"; readonly text: string }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly why: string };

const UNREADABLE: ReadonlySet<string> = new Set(["command-failed", "foreign-directory"]);

/** The file as it is there now. */
export async function composeFile(host: DockerHost, path: string): Promise<FileAnswer> {
  try {
    const text = await host.file(path, MOST_COMPOSE_BYTES);
    return text === undefined ? { state: "absent" } : { state: "text", text };
  } catch (error) {
    if (!(error instanceof RecoverError) || !UNREADABLE.has(error.code)) throw error;
    return { state: "unreadable", why: error.message };
  }
}

const lostText = (path: string, answer: FileAnswer): string =>
  answer.state === "unreadable" ? answer.why : `there is no ${path}`;
