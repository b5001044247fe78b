/** Paths at which an image makes anonymous volumes, when nothing is mounted there. */
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding } from "../finding.ts";
import { keptBy, type Stock } from "../stock.ts";
import type { SurveyedContainer } from "../survey.ts";

export function images(stock: Stock): readonly Finding[] {
  return stock.survey.containers.flatMap((container) => {
    const run = keptBy(container);
    return run === undefined ? madeVolumes(stock, container) : [kept(stock, container, run)];
  });
}

function kept(stock: Stock, container: SurveyedContainer, run: string): Finding {
  return stock.of(container, {
    code: "kept-by-run",
    severity: "note",
    what: `The run ${quoted(run)} of dingo-recover keeps it, or is at work in it.`,
    fix: 'Once that run has ended and a backup of the new place stands, remove it: never with "-v".',
  });
}

function madeVolumes(stock: Stock, container: SurveyedContainer): readonly Finding[] {
  return container.mounts.flatMap(({ kind, volume: name, destination }) => {
    const volume = kind === "volume" ? stock.volume(name) : undefined;
    // Data are told of elsewhere.
    if (volume?.anonymous !== true || volume.contents.kind === "data") return [];
    const holds = volume.contents.kind === "other";
    return stock.of(container, {
      code: "image-makes-volume",
      severity: holds ? "warning" : "note",
      what: `${quoted(destination)} is a volume without a name${holds ? ", with files in it" : ""}: a container that is made anew begins with another one.`,
      fix: `Mount a named volume at ${quoted(destination)}${volume.contents.kind === "empty" ? `, or "--tmpfs ${destination}" if nothing in it is to stay` : ""}.`,
    });
  });
}
