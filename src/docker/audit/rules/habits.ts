/** Settings of containers that lose data at the next stop or crash, and space that fills up. */
import { dataPathsOf } from "../../compose/data-paths.ts";
import { dataIn } from "../../data-directory/recognise.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding } from "../finding.ts";
import { about, keptBy, type Stock, type UsedData } from "../stock.ts";
import type { SurveyedContainer } from "../survey.ts";

export function habits(stock: Stock): readonly Finding[] {
  return [
    ...stock.data.flatMap((data) => unsafe(stock, data)),
    ...stock.survey.containers.flatMap((container) => [...inMemory(stock, container), ...large(stock, container)]),
    ...logs(stock),
  ];
}

/** PostgreSQL manual, "fsync" and "full_page_writes"; `-F` is the first of them. */
const UNSAFE = /^(?:-c|--)?(fsync|full_page_writes)=(?:off|false|no|0)$/u;

function unsafe(stock: Stock, { container, contents }: UsedData): readonly Finding[] {
  if (dataIn(contents).every(({ system }) => system !== "postgresql")) return [];
  const words = [...container.entrypoint, ...container.command].flatMap((word) => word.split(/\s+/u));
  const off = words.flatMap((word) => (word === "-F" ? ["fsync"] : (UNSAFE.exec(word)?.[1] ?? [])));
  if (off.length === 0) return [];
  return [
    stock.of(container, {
      code: "crash-unsafe",
      severity: "serious",
      what: `It runs with ${[...new Set(off)].join(" and ")} off: a crash of the machine can destroy all of its data.`,
      fix: "Take the setting out of its command, and start it anew once nothing is missed without it.",
    }),
  ];
}

function inMemory(stock: Stock, container: SurveyedContainer): readonly Finding[] {
  const { env, image, mounts, inMemory: own = [] } = container;
  const paths = [...own, ...mounts.filter(({ kind }) => kind === "tmpfs").map(({ destination }) => destination)];
  const data = dataPathsOf(image, env).filter(({ sure, kind }) => sure === "named" && kind !== "other");
  const found = paths.find((path) => data.some((each) => `${each.path}/`.startsWith(`${path}/`)));
  if (found === undefined) return [];
  return [
    stock.of(container, {
      code: "data-in-memory",
      severity: "warning",
      what: `${quoted(image)} keeps its data in ${found}, which lies in memory: each stop deletes them.`,
      fix: "If a row of it is missed after that, dump it while it runs, and mount a named volume there.",
    }),
  ];
}

const LARGE = 256 * 1024 * 1024;

function large(stock: Stock, container: SurveyedContainer): readonly Finding[] {
  const { layerBytes, layerData } = container;
  if (layerBytes === null || layerBytes < LARGE || layerData.length > 0 || keptBy(container) !== undefined) return [];
  return [
    stock.of(container, {
      code: "layer-large",
      severity: "warning",
      what: `It has about ${bytesText(layerBytes)} in its own layer, in files that are no known database: removing or recreating it deletes them.`,
      fix: "Look what they are before it is removed or made anew.",
      commands: [stock.command("diff", container.name)],
    }),
  ];
}

function logs(stock: Stock): readonly Finding[] {
  const open = stock.survey.containers.filter(({ hasLogBound }) => hasLogBound === false);
  if (open.length === 0) return [];
  const names = open.slice(0, 8).map(({ name }) => quoted(name));
  const text = counted(open.length, "container");
  return [
    about(text, {
      code: "log-unbounded",
      severity: "note",
      what: `The logs of ${names.join(", ")}${open.length > names.length ? ` and ${open.length - names.length} more` : ""} grow without an end: a full disk stops every database on it.`,
      fix: 'Give the engine "log-opts": {"max-size": "50m", "max-file": "3"} in its daemon.json; it counts for containers that are made anew.',
    }),
  ];
}
