/** Paths at which an image makes anonymous volumes, when nothing is mounted there. */
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding } from "../finding.ts";
import { containerText, type Stock } from "../stock.ts";
import type { SurveyedContainer } from "../survey.ts";

export function images(stock: Stock): readonly Finding[] {
  return stock.survey.containers.flatMap((container) => madeVolumes(stock, container));
}

function madeVolumes(stock: Stock, container: SurveyedContainer): readonly Finding[] {
  return container.mounts.flatMap((mount) => {
    const volume = mount.kind === "volume" ? stock.volume(mount.volume) : undefined;
    // Data are told of elsewhere.
    if (volume?.anonymous !== true || volume.contents.kind === "data") return [];
    const holds = volume.contents.kind === "other";
    return [
      {
        code: "image-makes-volume",
        severity: holds ? "warning" : "note",
        subject: containerText(container),
        at: stock.lineOf(container),
        what: `${quoted(mount.destination)} is a volume without a name${holds ? ", with files in it" : ""}: a container that is made anew begins with another one.`,
        fix: `Mount a named volume at ${quoted(mount.destination)}, or "--tmpfs ${mount.destination}" if nothing in it is to stay.`,
        commands: [],
      },
    ] as const;
  });
}
