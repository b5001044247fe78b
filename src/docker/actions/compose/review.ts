import { z } from "zod";
import { defineAction, type Review } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { movedService } from "./moved-service.ts";
import { downtimeText, minutesOf } from "./running-container.ts";

/** Not strict, like the input of the override. */
const input = z.object({
  project: z.string(),
  services: z.array(movedService),
  file: z.string(),
  diff: z.string(),
  by_itself: z.boolean().default(true),
  clone: z.boolean().default(false),
  builds: z.array(z.string()).default([]),
  in_file: z.string().default(""),
  drifted: z.array(z.string()),
  staying: z.array(z.string()).default([]),
  seconds: z.number(),
});
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** A sentence: when Compose takes the override. */
export const calledText = (byItself: boolean): string =>
  byItself
    ? "Compose takes it when it is called without -f; a call with -f has to name it too"
    : "Compose takes it only if it is named: EVERY later call needs it behind its last -f";

/** The one screen before the stack is stopped: the data and their new places, the diff, the minutes, the way back. */
export const reviewMove = defineAction({
  id: "compose.review",
  title: "What is moved where",
  effect: "read",
  review: true,
  input,
  output,
  describe: () => [],
  run: (
    { run },
    { project, services, file, diff, by_itself, clone, builds, in_file, drifted, staying, seconds },
  ): Promise<Review & z.infer<typeof output>> => {
    const rows = [
      {
        label: "stack",
        value: `${project}: all of its containers are stopped, ${downtimeText(minutesOf(seconds), "estimated")}`,
      },
      ...services.map(({ service, path, volume, bytes, destination, container }) => ({
        label: service,
        value: `${bytesText(bytes)} at ${path} of ${container}, in ${volume === "" ? "its own layer" : `the volume ${volume.slice(0, 12)}…`}, copied to ${destination}`,
      })),
      {
        label: "written",
        value: `${file}; ${calledText(by_itself)}`,
      },
      ...diff.split("\n").map((line) => ({ label: "  ", value: line })),
      ...(in_file === "" ? [] : [{ label: "  or", value: "by hand, later, in the Compose file in place of it:" }]),
      ...(in_file === "" ? [] : in_file.split("\n").map((line) => ({ label: "  ", value: line }))),
      ...(clone
        ? [{ label: "  git", value: "name the file and the directories in .gitignore: `git clean` would take them" }]
        : []),
      ...builds.map((directory) => ({
        label: "  build",
        value: `name the data directories in ${directory}/.dockerignore: a build there takes them along, or fails on them`,
      })),
      ...(drifted.length === 0
        ? []
        : [
            {
              label: "ALSO",
              value: `the Compose file says something else of ${[...new Set(drifted)].join(", ")} than what runs: the moved ones get that, the others with the next \`up\``,
            },
          ]),
      ...staying.map((what) => ({
        label: "stays",
        value: `where it is, and goes with its container: ${what}`,
      })),
      ...(staying.length === 0
        ? []
        : [
            {
              label: "  or",
              value:
                "begin anew with --input services=SERVICE,… to move all unnamed volumes of a service; copy files of a container with `docker cp`",
            },
          ]),
      {
        label: "kept",
        value: "each old container as an image and a container of its own, with its volume, out of Compose's sight",
      },
      {
        label: "way back",
        value: run.rehearsal
          ? "in a real run, undo brings the old stack back"
          : `"dingo-recover undo ${run.id}" brings the old stack back; what was written since the new start stays in the new directories`,
      },
    ];
    return Promise.resolve({ rows });
  },
});
