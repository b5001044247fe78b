/** The engine's own storage. */
import { bytesText } from "../../../kit/text/bytes.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding, Judged } from "../finding.ts";
import { about, type Stock } from "../stock.ts";

const SERIOUS = 0.03;
const WARNING = 0.1;

export function engine(stock: Stock): readonly Finding[] {
  return [space, taken, driver].flatMap((rule) => rule(stock));
}

/** The share of the disk from which on images and build cache are told. Docker makes most of them anew. */
const MUCH = 0.25;

function taken({ survey }: Stock): Judged {
  const { space, engine, imageBytes, buildCacheBytes } = survey;
  const all = (imageBytes ?? 0) + (buildCacheBytes ?? 0);
  if (space === null || all < MUCH * space.bytes || all === 0) return [];
  return about(`directory ${quoted(engine.root)}`, {
    code: "space-taken",
    severity: "note",
    what: `Images take about ${bytesText(imageBytes ?? 0)} of ${bytesText(space.bytes)}, and the build cache ${bytesText(buildCacheBytes ?? 0)}.`,
    fix: 'Free the build cache ("docker builder prune") before the disk is short, and look at the images.',
  });
}

function space(stock: Stock): Judged {
  const { space, engine, buildCacheBytes } = stock.survey;
  if (space === null || space.bytes === 0) return [];
  const share = space.free / space.bytes;
  const inodes = space.inodes === undefined ? 1 : (space.freeInodes ?? 0) / space.inodes;
  const least = Math.min(share, inodes);
  if (least >= WARNING) return [];
  const what =
    share <= inodes
      ? `${bytesText(space.free)} of ${bytesText(space.bytes)} are free`
      : `${Math.round(inodes * 100)} % of its inodes are free`;
  const cache = buildCacheBytes === null || buildCacheBytes === 0 ? "" : ` (about ${bytesText(buildCacheBytes)})`;
  return about(`directory ${quoted(engine.root)}`, {
    code: "space-short",
    severity: least < SERIOUS ? "serious" : "warning",
    what: `On the disk of ${quoted(engine.root)} ${what}: databases stop when it is full, and some of them come back only with more room.`,
    fix: `Free the build cache${cache}. Then look at the images, and remove by name those that nobody misses: one may hold rows (docker commit), or alone start a database. Volumes are never pruned for room.`,
    commands: [stock.command("builder", "prune"), stock.command("image", "ls")],
  });
}

/** Drivers that later engines cannot open any more: Docker Engine deprecations, "aufs", "devicemapper", "overlay". */
const GONE: Readonly<Record<string, string>> = { aufs: "24", overlay: "24", devicemapper: "25" };

function driver(stock: Stock): Judged {
  const { storageDriver, driverStatus } = stock.survey.engine;
  const subject = `storage driver ${quoted(storageDriver)}`;
  const gone = GONE[storageDriver];
  if (gone !== undefined) {
    const loop = driverStatus.some(([name]) => name === "Data loop file");
    return about(subject, {
      code: "storage-driver",
      severity: loop ? "serious" : "warning",
      what: `From Engine ${gone} on it is gone. After an upgrade images and containers cannot be seen, with all that they wrote over their images.${loop ? " It lies in a sparse file, which is made for trying only." : ""}`,
      fix: 'Move data into volumes, which every driver leaves alone, then choose "overlay2".',
    });
  }
  if (storageDriver !== "vfs") return [];
  return about(subject, {
    code: "storage-driver",
    severity: "warning",
    what: "It copies every layer in full: the disk fills many times faster.",
    fix: 'Choose "overlay2" on a file system that it works on.',
  });
}
