/** Data in places that go when a container goes: its own layer, or a volume that nobody named. */
import { dataIn, systemsIn } from "../../data-directory/recognise.ts";
import type { Finding, FindingCode } from "../finding.ts";
import { keeperText } from "../keeper.ts";
import { moveToNamedVolume } from "../moving.ts";
import { dataText, lossOf, type Stock, type UsedData, volumeText } from "../stock.ts";
import { quoted } from "../../../kit/text/printable.ts";

export function places(stock: Stock): readonly Finding[] {
  // Nobody misses a directory that was never finished; another rule tells of it.
  const made = stock.data.filter(({ contents }) =>
    dataIn(contents).some(({ postgres }) => postgres?.condition !== "begun"),
  );
  return made.flatMap((data) => {
    const found = misplaced(stock, data);
    if (found === undefined) return [];
    const [code, what] = found;
    const { severity, unless } = lossOf(systemsIn(data.contents), data.container.name);
    const { fix, commands } = moveToNamedVolume(stock, data);
    return stock.of(data.container, { code, severity, what, commands, fix: fix + unless });
  });
}

function misplaced(
  stock: Stock,
  { at, container, contents, path }: UsedData,
): readonly [FindingCode, string] | undefined {
  const text = dataText(contents);
  if (at.kind === "layer")
    return [
      "data-in-layer",
      `${text} lies in ${path} of the container's own layer: removing or recreating the container deletes it.`,
    ];
  if (at.kind !== "volume" || !at.volume.anonymous) return undefined;
  // The image's own VOLUME wins over a mount of a directory above it.
  const above = container.mounts.find(
    (mount) => mount !== at.mount && path.startsWith(`${mount.destination}/`) && !isAnonymous(stock, mount.volume),
  );
  if (above !== undefined)
    return [
      "data-beside-mount",
      `${quoted(above.destination)} is mounted, but the image makes a volume of ${quoted(path)} below it: ${text} lies in an ${volumeText(at.volume)}, and not where the mount says.`,
    ];
  const goes =
    keeperText(stock, container) ??
    (container.compose === null
      ? `"docker rm -v" deletes it, and a container that is made anew begins with an empty one`
      : `"down" leaves it behind without a name and the next "up" begins with an empty one; "down -v" and "up -V" delete it`);
  return ["data-in-anonymous-volume", `${text} lies in an ${volumeText(at.volume)}: ${goes}.`];
}

const isAnonymous = (stock: Stock, volume: string): boolean => stock.volume(volume)?.anonymous === true;
