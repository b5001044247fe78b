/** Data in places that go when a container goes: its own layer, or a volume that nobody named. */
import { dataIn } from "../../data-directory/recognise.ts";
import type { Finding } from "../finding.ts";
import { keeperText } from "../keeper.ts";
import { moveToNamedVolume } from "../moving.ts";
import { containerText, dataText, type Stock, type UsedData, volumeText } from "../stock.ts";
import { quoted } from "../../../kit/text/printable.ts";

export function places(stock: Stock): readonly Finding[] {
  // Nobody misses a directory that was never finished; another rule tells of it.
  const made = stock.data.filter(({ contents }) =>
    dataIn(contents).some(({ postgres }) => postgres?.condition !== "begun"),
  );
  return made.flatMap((data) => inLayer(stock, data) ?? besideMount(stock, data) ?? anonymous(stock, data) ?? []);
}

function inLayer(stock: Stock, data: UsedData): Finding | undefined {
  if (data.at.kind !== "layer") return undefined;
  return {
    ...common(stock, data),
    code: "data-in-layer",
    what: `${dataText(data.contents)} lies in ${data.path} of the container's own layer: removing or recreating the container deletes it.`,
  };
}

/** The image's own VOLUME wins over a mount of a directory above it. */
function besideMount(stock: Stock, data: UsedData): Finding | undefined {
  const { at, container, path } = data;
  if (at.kind !== "volume" || !at.volume.anonymous) return undefined;
  const above = container.mounts.find(
    (mount) => mount !== at.mount && path.startsWith(`${mount.destination}/`) && !isAnonymous(stock, mount.volume),
  );
  if (above === undefined) return undefined;
  return {
    ...common(stock, data),
    code: "data-beside-mount",
    what:
      `${quoted(above.destination)} is mounted, but the image makes a volume of ${quoted(path)} below it: ` +
      `${dataText(data.contents)} lies in an ${volumeText(at.volume)}, and not where the mount says.`,
  };
}

function anonymous(stock: Stock, data: UsedData): Finding | undefined {
  const { at, container } = data;
  if (at.kind !== "volume" || !at.volume.anonymous) return undefined;
  const keeper = keeperText(stock, container);
  const goes =
    keeper !== undefined
      ? keeper
      : container.compose === null
        ? `"docker rm -v" deletes it, and a container that is made anew begins with an empty one`
        : `"down" leaves it behind without a name and the next "up" begins with an empty one; "down -v" and "up -V" delete it`;
  return {
    ...common(stock, data),
    code: "data-in-anonymous-volume",
    what: `${dataText(data.contents)} lies in an ${volumeText(at.volume)}: ${goes}.`,
  };
}

function common(stock: Stock, data: UsedData): Omit<Finding, "code" | "what"> {
  return {
    severity: "serious",
    subject: containerText(data.container),
    at: stock.lineOf(data.container),
    ...moveToNamedVolume(stock, data),
  };
}

function isAnonymous(stock: Stock, volume: string): boolean {
  return volume !== "" && stock.volume(volume)?.anonymous === true;
}
