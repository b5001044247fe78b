/** Data that will not start as they are, or not with the next image. */
import { dataPathsOf } from "../../compose/data-paths.ts";
import { readImageReference } from "../../compose/image-reference.ts";
import { dataIn } from "../../data-directory/recognise.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding, Judged } from "../finding.ts";
import { keeperText } from "../keeper.ts";
import { saveFirst } from "../moving.ts";
import { dataText, type Stock, type UsedData } from "../stock.ts";

export function condition(stock: Stock): readonly Finding[] {
  return stock.data.flatMap((data) => [damaged, otherVersion, unpinned].flatMap((rule) => rule(stock, data)));
}

function damaged(stock: Stock, data: UsedData): Judged {
  const { contents, container, path } = data;
  const { postgres } = contents;
  if (postgres === undefined || postgres.condition === "whole") return [];
  const begun = postgres.condition === "begun";
  // A server that runs still has its rows; after a stop nobody may get them any more.
  const isServing = container.running && !begun ? "its server may not start again on these files" : undefined;
  const keeper = keeperText(stock, container) ?? isServing;
  const fix = begun
    ? "If nobody has ever used it, stop the container and give it an empty volume."
    : "Take a copy of it before anything else, and let nothing write to it.";
  return stock.of(container, {
    code: begun ? "data-half-made" : "data-damaged",
    severity: begun ? "warning" : "serious",
    what: `PostgreSQL in ${quoted(path)} does not start as it is: ${postgres.why}.`,
    ...(keeper === undefined
      ? { fix, commands: [stock.command("stop", container.name)] }
      : saveFirst(stock, data, keeper)),
  });
}

/** PostgreSQL refuses a directory of another major release. */
function otherVersion(stock: Stock, data: UsedData): Judged {
  const { contents, container } = data;
  const image = stock.survey.images.find(({ id }) => id === container.imageId);
  const [major, version] = [container.env["PG_MAJOR"] ?? image?.env["PG_MAJOR"], contents.version];
  if (contents.system !== "postgresql" || major === undefined || version === "") return [];
  if (dataIn(contents).some((each) => each.version === major)) return [];
  return stock.of(container, {
    code: "data-of-other-version",
    severity: "serious",
    what: `Its image has PostgreSQL ${quoted(major)}, and the data are of ${version}: it does not start with them.`,
    fix: `Name an image of PostgreSQL ${version}, or dump with ${version} and load into ${quoted(major)}.`,
  });
}

function unpinned(stock: Stock, { contents, container }: UsedData): Judged {
  const { image } = container;
  // One that is built here has the release that its own recipe says.
  if (!dataPathsOf(image).some(({ kind, sure }) => kind === "postgresql" && sure === "named")) return [];
  const reference = readImageReference(image);
  const floats =
    reference !== undefined && reference.digest === undefined && /^(?:latest|alpine)?$/.test(reference.tag ?? "");
  if (contents.system !== "postgresql" || !floats || /^sha256:|^[0-9a-f]{12,64}$/.test(image)) return [];
  return stock.of(container, {
    code: "database-image-unpinned",
    severity: "warning",
    what: `${quoted(image)} names no release, and the data are of ${dataText(contents)}: the next pull can bring a release that does not start with them.`,
    fix: `Write the release: ${quoted(`${image.replace(/:[^/:]*$/, "")}:${contents.version}`)}.`,
  });
}
