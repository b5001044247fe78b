import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { containerIds, imageIds, storageSizes, volumeNames } from "../../../kit/commands/docker-commands.ts";
import type { StorageSurvey } from "../../audit/survey.ts";
import { refuse } from "../../../errors.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { hostInput, typed } from "./host-input.ts";
import { composeFile } from "./compose-projects.ts";
import { takeSurvey } from "./take-survey.ts";

const input = hostInput.extend({ compose_files: z.array(z.string()) });
const output = z.object({ survey: z.custom<StorageSurvey>() });

export const survey = defineAction({
  id: "storage.survey",
  title: "Look at every volume, mount, layer and Compose file",
  effect: "read",
  input,
  output,
  tell: ({ survey }) => told(survey),
  describe: (request) =>
    typed(request, (words) => [volumeNames(words), containerIds(words), imageIds(words), storageSizes(words)]),
  async run(context, { compose_files, ...at }) {
    const host = await context.ports.docker.open(at);
    await requireThere(host, compose_files);
    const found = await takeSurvey(host, {
      now: context.ports.clock.now(),
      composeFiles: compose_files,
      progress: (message, done, total) =>
        context.progress({
          message,
          ...(done === undefined ? {} : { done }),
          ...(total === undefined ? {} : { total }),
        }),
    });
    return { survey: found };
  },
  // The audit judges the stored survey, not a newer one.
  verify: () => Promise.resolve({ holds: true, evidence: "it is kept as it was seen" }),
});

/** Refuses a file that is not there: its name is misspelt. Errors: `input-invalid`. */
async function requireThere(host: DockerHost, named: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const file of named) if ((await composeFile(host, file)).state === "absent") missing.push(quoted(file));
  if (missing.length === 0) return;
  throw refuse(
    "input-invalid",
    `${missing.length === 1 ? "a Compose file is" : "Compose files are"} not there (host ${quoted(host.label)}): ${missing.join(", ")}`,
  )
    .at("input compose_files")
    .advise("Name each with --input compose_files=PATH,… as it is called on that host, from / on.");
}

function told({ volumes, containers, projects, sizesUnknown }: StorageSurvey): string {
  const data = volumes.filter(({ contents }) => contents.kind === "data").length;
  const lines = [
    `${counted(volumes.length, "volume")}, ${data} of them with a database; ${counted(containers.length, "container")}; ${counted(projects.length, "Compose project")}`,
    ...(sizesUnknown === null ? [] : [`sizes are not known: ${sizesUnknown}`]),
  ];
  return lines.join("\n");
}
