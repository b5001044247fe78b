/** How data come into a named volume: the lines and commands that every finding of data in a wrong place ends with. */
import { posix } from "node:path";
import { IN_ONE_FILE, systemOf } from "../data-directory/systems.ts";
import { quoted } from "../../kit/text/printable.ts";
import { mountValue } from "../../kit/commands/docker-commands.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { keeperText } from "./keeper.ts";
import { containerText, type Stock, type UsedData } from "./stock.ts";
import type { SurveyedContainer } from "./survey.ts";

const baseOf = ({ compose, name }: SurveyedContainer): string => compose?.service ?? name;

/** The volume's key in a Compose file, and its name without one. It is new: `volume create` takes one that is there, and the copy would mix both. */
function newVolume(stock: Stock, { container, path }: UsedData): { readonly key: string; readonly name: string } {
  const { compose } = container;
  const alike = stock.data.filter(
    (one) => baseOf(one.container) === baseOf(container) && one.container.compose?.project === compose?.project,
  );
  const base = alike.length > 1 ? `${container.name}${path}` : baseOf(container);
  const key = `${base.toLowerCase().replace(/[^a-z0-9_.-]/g, "-")}-data`;
  const nameOf = (each: string): string => (compose === null ? each : `${compose.project}_${each}`);
  let own = key;
  for (let more = 2; stock.volume(nameOf(own)) !== undefined; more += 1) own = `${key}-${more}`;
  return { key: own, name: nameOf(own) };
}

export interface Fix {
  readonly fix: string;
  readonly commands: readonly string[];
}

/** Nothing of the old place is touched: the rows are dumped while they can be, the copy is made while the container is stopped, and the old container stays. */
export function moveToNamedVolume(stock: Stock, data: UsedData): Fix {
  const { container, path } = data;
  const keeper = keeperText(stock, container) ?? writerText(stock, data) ?? mountedText(stock, data);
  if (keeper !== undefined) return saveFirst(stock, data, keeper);
  if (data.at.kind === "layer" && IN_ONE_FILE.some(({ system }) => system === data.contents.system))
    return outOfLayer(stock, data);
  const { key, name } = newVolume(stock, data);
  const commands = [
    ...dumpLines(stock, data),
    stock.command("stop", "-t", "60", container.name),
    stock.command("volume", "create", ...composeLabels(data, key), name),
    ...copyLines(stock, data, name),
  ];
  const written =
    container.compose === null
      ? `If something starts it again meanwhile, such as a systemd unit, stop that first. Run it anew with "${quote(["-v", `${name}:${path}`])}"`
      : `In ${stock.lineOf(container) || "the Compose file"}, write below ${quoted(container.compose.service)}: ` +
        `volumes: [${JSON.stringify(`${key}:${path}`.replaceAll("$", "$$$$"))}], and below the file's own "volumes:": ${key}: {}; then bring it up`;
  return { fix: `${written}, look that the rows are there, and only then remove the old container.`, commands };
}

/** Such a file may lie beside the program itself, which a mount would hide. */
const outOfLayer = (stock: Stock, data: UsedData): Fix => ({
  fix: "Look up in the program's documentation where it keeps its data, mount a named volume there, and copy the files into it; only then remove the old container.",
  commands: [stock.command("stop", "-t", "60", data.container.name), filesLine(stock, data)],
});

const filesLine = (stock: Stock, { container, path }: UsedData): string =>
  `${stock.command("cp", "-a", `${container.name}:${path}/.`, "-")} > ${quote([`${container.name}-data.tar`])}`;

/** A copy cannot be used if somebody wrote while it was made. */
function writerText(stock: Stock, { at, container }: UsedData): string | undefined {
  if (at.kind !== "volume") return undefined;
  const writer = stock.usersOf(at.volume).find(({ id, running }) => running && id !== container.id);
  return writer === undefined ? undefined : `${containerText(writer)} runs on the same files`;
}

/** A path of a container can have one mount alone. */
function mountedText(stock: Stock, { container, path }: UsedData): string | undefined {
  const mounts = stock.serviceOf(container)?.mounts ?? [];
  return mounts.some(({ target, kind }) => target === path && kind !== "anonymous")
    ? `its Compose file mounts ${quoted(path)} by now, and the next "up" begins with what lies there`
    : undefined;
}

/** The rows are taken out of the running container; how it gets a volume is for the one who runs it. */
export function saveFirst(stock: Stock, data: UsedData, keeper: string): Fix {
  const { container, contents } = data;
  const never = `Do not stop, remove or update it before its rows are saved: ${keeper}.`;
  // The owner decides the text of a dump: docs/docker.md, "Why the dumps are no text".
  const then =
    "Then give it a named volume, in the file or unit that started it. Load the rows there, by a client inside its container alone: a dump as text can hold the client's own commands.";
  const lines = container.running ? dumpLines(stock, data) : [filesLine(stock, data)];
  if (lines.length === 0)
    return { fix: `${never} Save them by means of ${contents.title} while it runs. ${then}`, commands: [] };
  return { fix: `${never} ${then}`, commands: lines };
}

/** Empty for a container that does not run, and for a system that has no such command. */
export function dumpLines(stock: Stock, { container, contents }: UsedData): readonly string[] {
  const dump = systemOf(contents.system)?.dump ?? "";
  if (dump === "" || !container.running) return [];
  return [`${stock.command("exec", container.name, "sh", "-c", dump)} > ${quote([`${container.name}-backup`])}`];
}

function composeLabels({ container: { compose } }: UsedData, key: string): readonly string[] {
  if (compose === null) return [];
  // Without them Compose takes the volume for somebody else's and warns.
  const labels = [`com.docker.compose.project=${compose.project}`, `com.docker.compose.volume=${key}`];
  return labels.flatMap((label) => ["--label", label]);
}

/** By the engine alone, in a container that is never started: the image may have no shell and no program that copies. */
function copyLines(stock: Stock, { container, path }: UsedData, name: string): readonly string[] {
  const filler = `${name}-filler`;
  const to = mountValue("type=volume", `src=${name}`, `dst=${path}`, "volume-nocopy");
  const out = stock.command("cp", "-a", `${container.name}:${path}`, "-");
  return [
    stock.command("create", "--name", filler, "--network", "none", "--mount", to, container.imageId, "none"),
    `${out} | ${stock.command("cp", "-", `${filler}:${posix.dirname(path)}`)}`,
    stock.command("rm", filler),
  ];
}
