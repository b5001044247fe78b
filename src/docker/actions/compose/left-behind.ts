/** Tells the leftovers of an undone run: the tool deletes none of them, so somebody has to know them. */
import type { Context } from "../../../action.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";
import { removeContainer } from "../../../kit/commands/docker-work-commands.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import type { DockerWork } from "../../../ports/docker-work.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { MovedService } from "./moved-service.ts";
import { imageOf } from "./set-aside.ts";
import { aside, openStack, type Stack, undoneDirectory } from "./stack.ts";

export interface Move extends Stack {
  readonly services: readonly MovedService[];
  /** The file that was written. */
  readonly file: string;
}

/** Lines with the commands that remove the leftovers; none when nothing is left. */
export async function leftBehind(context: Context, move: Move): Promise<readonly string[]> {
  const { host, work } = await openStack(context, move);
  const lines = [
    ...(await directoriesLeft(context, move, work)),
    ...(await containersLeft(context, move, host)),
    ...(await originalLeft(context, move, work)),
  ];
  if (lines.length === 0) return [];
  return [`Left of this run${move.host === "" ? "" : ` on ${move.host}`}; once you are sure, remove:`, ...lines];
}

async function directoriesLeft(context: Context, move: Move, work: DockerWork): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { service, destination } of move.services) {
    const directory = undoneDirectory(destination, context.run.id);
    if ((await work.kind(directory)) === "absent") continue;
    lines.push(
      `what ${service} had in its new directory, with all that was written to it since:`,
      `  $ ${removal(move, ["-r", "--", directory])}`,
    );
  }
  return lines;
}

/** Commands for the containers that are left. The one that was made again runs on the image, so the image goes last or never. */
async function containersLeft(context: Context, move: Move, host: DockerHost): Promise<readonly string[]> {
  const [all, images] = [await host.containers(), await host.images()];
  const words = wordsOf(move);
  return [...new Map(move.services.map((one) => [one.container, one])).values()].flatMap(({ service, container }) => {
    const [name, tag] = [aside(container, context.run.id), imageOf(service, context.run.id)];
    const twin = all.find((one) => one.name === name);
    const image = images.find(({ id, tags }) => tags.includes(tag) || id === tag);
    const user = all.find((one) => one !== twin && (one.imageId === image?.id || one.image === tag));
    const lines = [
      ...(twin === undefined
        ? []
        : [
            `a second container on the very volume of ${container} (never with -v):`,
            `  $ ${quote(removeContainer(words, name))}`,
          ]),
      ...(image === undefined || user !== undefined ? [] : [`  $ ${quote([...words, "image", "rm", tag])}`]),
    ];
    return user === undefined ? lines : [...lines, `not the image ${tag}, as long as ${user.name} runs on it`];
  });
}

async function originalLeft(context: Context, move: Move, work: DockerWork): Promise<readonly string[]> {
  const original = aside(move.file, context.run.id);
  if (move.file === "" || (await work.kind(original)) === "absent") return [];
  return ["a copy of the file as it was:", `  $ ${removal(move, ["--", original])}`];
}

const removal = ({ sudo }: Stack, words: readonly string[]): string =>
  quote([...(sudo ? ["sudo"] : []), "rm", ...words]);
