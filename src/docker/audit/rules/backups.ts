/** Data beside which no container is a backup program. Nobody looks elsewhere: the operator can say that there is one. */
import { dataIn } from "../../data-directory/recognise.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { Finding } from "../finding.ts";
import { dumpLines } from "../moving.ts";
import { dataText, type Stock, type UsedData } from "../stock.ts";
import type { SurveyedContainer } from "../survey.ts";

/** Programs whose work is a backup; "archive" and "dump" are names of many others. */
const BACKUP =
  /backup|wal-?[eg]\b|pgbackrest|barman|restic|borg|kopia|duplicat[ie]|duplicity|duplicacy|velero|rclone|(?:pg_?|mysql-?|mongo)dump/i;

/** `elsewhere`: volumes, directories, containers and services that the operator says are backed up. */
export function backups(stock: Stock, elsewhere: readonly string[]): readonly Finding[] {
  const byPlace = new Map<string, UsedData[]>();
  for (const data of stock.data) {
    if (dataIn(data.contents).every(({ postgres }) => postgres?.condition === "begun")) continue;
    byPlace.set(placeOf(data), [...(byPlace.get(placeOf(data)) ?? []), data]);
  }
  return [...byPlace.values()].flatMap((users) => {
    // A container that only reads the data may be the backup.
    const owner = users.find(({ at }) => at.kind === "layer" || at.mount.writable) ?? users[0];
    return owner === undefined || isSaved(stock, owner, elsewhere) ? [] : [finding(stock, owner)];
  });
}

function finding(stock: Stock, data: UsedData): Finding {
  const { container, contents, at } = data;
  const labels = [container.labels, at.kind === "volume" ? at.volume.labels : {}].flatMap((each) => Object.keys(each));
  // Anybody may write one.
  const label = labels.find((name) => BACKUP.test(name));
  return stock.of(container, {
    code: "data-without-backup",
    severity: "warning",
    what: `No backup of ${dataText(contents)} was found: of the containers with its files, and those of its stack, none is a known backup program that runs or ended well${label === undefined ? "" : `; its label ${quoted(label)} is no proof`}. Jobs of the host (cron, systemd) and other machines were not looked at.`,
    fix: `Take a backup by the system's own means, and regularly; if there is one elsewhere, say so with --input backed_up=${quote([container.name])}.`,
    commands: dumpLines(stock, data),
  });
}

const placeOf = ({ at, container, path }: UsedData): string =>
  at.kind === "layer" ? `${container.id}:${path}` : at.kind === "volume" ? at.volume.name : at.mount.source;

function isSaved(stock: Stock, data: UsedData, elsewhere: readonly string[]): boolean {
  const { container } = data;
  const names = [placeOf(data), container.name, container.compose?.service, container.compose?.project];
  if (names.some((name) => name !== undefined && elsewhere.includes(name))) return true;
  return stock.survey.containers.some((other) => other.id !== container.id && backsUp(other, data));
}

/** Another container that is called so and sees the same files; one of the stack needs only a program for it. It runs, or ended well. */
function backsUp(other: SurveyedContainer, { at, container }: UsedData): boolean {
  if (!other.running && (other.status !== "exited" || other.exitCode !== 0)) return false;
  const source = at.kind === "layer" ? undefined : at.mount.source;
  const shares = source !== undefined && other.mounts.some((mount) => `${source}/`.startsWith(`${mount.source}/`));
  if (shares && BACKUP.test(other.name)) return true;
  const isOfStack = other.compose !== null && other.compose.project === container.compose?.project;
  return (shares || isOfStack) && BACKUP.test(other.image);
}
