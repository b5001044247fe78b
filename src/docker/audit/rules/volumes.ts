/** Volumes that no container uses, and those that an image makes when nothing is mounted there. */
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { volumeOf } from "../../compose/labels.ts";
import { systemsIn } from "../../data-directory/recognise.ts";
import { pointsIn } from "../../data-directory/places.ts";
import type { Finding, Judged } from "../finding.ts";
import { about, dataText, keptBy, lossOf, type Stock, volumeText } from "../stock.ts";
import type { SurveyedVolume, SurveyedContainer } from "../survey.ts";

/** From this engine on, `docker volume prune` takes the anonymous ones and leaves those with a name (moby 42912). */
const PRUNES_ANONYMOUS = 23;

export function volumes(stock: Stock): readonly Finding[] {
  const unused = stock.survey.volumes.filter((volume) => stock.usersOf(volume).length === 0);
  return [
    ...unused.flatMap((volume) => withData(stock, volume)),
    withoutData(stock, unused),
    ...moved(stock, unused),
  ].flat();
}

function withData(stock: Stock, volume: SurveyedVolume): Judged {
  const { contents, anonymous, name, bytes } = volume;
  if (contents.kind !== "data") return [];
  const run = volume.labels[RUN_LABEL];
  const major = Number.parseInt(stock.survey.engine.version, 10);
  const prune = anonymous || !(major >= PRUNES_ANONYMOUS) ? '"docker volume prune"' : '"docker volume prune --all"';
  const loss = anonymous ? lossOf(systemsIn(contents), name).severity : "warning";
  const size = bytes === null ? "" : `, ${bytesText(bytes)}`;
  const last = contents.postgres?.control;
  const checkpoint = last?.known === true ? `, last checkpoint ${last.checkpointTime}` : "";
  return about(volumeText(volume), {
    code: "data-in-unused-volume",
    severity: run === undefined ? loss : "note",
    what: `${run === undefined ? "" : `A copy of the run ${quoted(run)} of dingo-recover: `}${dataText(contents)}${size}${checkpoint} lies in a volume that no container uses: ${prune} deletes it.`,
    fix: "Prune nothing before it is known whose it is; look into it on a copy, never on the volume itself.",
    commands: [stock.command("volume", "inspect", name)],
  });
}

function withoutData(stock: Stock, unused: readonly SurveyedVolume[]): Judged {
  const plain = unused.filter(
    ({ contents }) => (contents.kind === "other" && contents.unwalked === undefined) || contents.kind === "empty",
  );
  if (plain.length === 0) return [];
  const known = plain.flatMap(({ bytes }) => bytes ?? []);
  const size = known.length === 0 ? "" : `, about ${bytesText(known.reduce((sum, each) => sum + each, 0))}`;
  const filled = plain.filter(({ contents }) => contents.kind === "other").length;
  const text = counted(plain.length, "volume");
  return about(text, {
    code: "volumes-unused",
    severity: "note",
    what: `${text} without a database ${plain.length === 1 ? "is" : "are"} used by no container${size}; ${filled} of them hold something.`,
    fix: "Look at each before it is removed.",
    commands: [stock.command("volume", "ls", "--filter", "dangling=true")],
  });
}

/** A directory that was renamed or moved makes another project, with new volumes. */
function moved(stock: Stock, unused: readonly SurveyedVolume[]): readonly Finding[] {
  return unused.flatMap((volume) => {
    const own = volumeOf(volume.labels);
    if (own === undefined || volume.contents.kind !== "data") return [];
    const twin = stock.survey.volumes.find((other) => {
      const its = volumeOf(other.labels);
      return its !== undefined && its.key === own.key && its.project !== own.project && stock.usersOf(other).length > 0;
    });
    if (twin === undefined) return [];
    return about(volumeText(volume), {
      code: "same-volume-of-other-project",
      severity: "warning",
      what: `It is ${quoted(own.key)} of the project ${quoted(own.project)}, and ${volumeText(twin)} is that of another one. A directory that was moved or renamed leaves its data behind so.`,
      fix: `Bring the stack up under its former name to see the former data: COMPOSE_PROJECT_NAME=${quote([own.project])}.`,
    });
  });
}

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
    const { contents } = volume;
    const points = pointsIn(destination, container.mounts);
    const holds = contents.kind === "other" && (contents.more || contents.names.some((one) => !points.has(one)));
    return stock.of(container, {
      code: "image-makes-volume",
      severity: holds ? "warning" : "note",
      what: `${quoted(destination)} is a volume without a name${holds ? ", with files in it" : ""}: a container that is made anew begins with another one.`,
      fix: `Mount a named volume at ${quoted(destination)}${volume.contents.kind === "empty" ? `, or "--tmpfs ${destination}" if nothing in it is to stay` : ""}.`,
    });
  });
}
