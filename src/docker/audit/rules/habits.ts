/** Settings of containers that lose data at the next stop or crash, and space that fills up. */
import { dataPathsOf } from "../../compose/data-paths.ts";
import { dataIn } from "../../data-directory/recognise.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding, Judged } from "../finding.ts";
import { about, keptBy, type Stock, type UsedData } from "../stock.ts";
import type { SurveyedContainer } from "../survey.ts";

export function habits(stock: Stock): readonly Finding[] {
  return [
    ...stock.data.flatMap((data) => unsafe(stock, data)),
    ...[inMemory, large, sick].flatMap((rule) => stock.survey.containers.flatMap((each) => rule(stock, each))),
    ...[unwatched, logs].flatMap((rule) => rule(stock)),
  ];
}

/** PostgreSQL manual, "fsync" and "full_page_writes"; `-F` is the first of them. */
const UNSAFE = /^(?:-c|--)?(fsync|full_page_writes)=(?:off|false|no|0)$/u;

function unsafe(stock: Stock, { container, contents }: UsedData): Judged {
  if (dataIn(contents).every(({ system }) => system !== "postgresql")) return [];
  const words = [...container.entrypoint, ...container.command].flatMap((word) => word.split(/\s+/u));
  const off = words.flatMap((word) => (word === "-F" ? ["fsync"] : (UNSAFE.exec(word)?.[1] ?? [])));
  if (off.length === 0) return [];
  return stock.of(container, {
    code: "crash-unsafe",
    severity: "serious",
    what: `It runs with ${[...new Set(off)].join(" and ")} off: a crash of the machine can destroy all of its data.`,
    fix: "Take the setting out of its command, and start it anew once nothing is missed without it.",
  });
}

function inMemory(stock: Stock, container: SurveyedContainer): Judged {
  const { env, image, mounts, inMemory: own = [] } = container;
  const paths = [...own, ...mounts.filter(({ kind }) => kind === "tmpfs").map(({ destination }) => destination)];
  const data = dataPathsOf(image, env).filter(({ sure, kind }) => sure === "named" && kind !== "other");
  const found = paths.find((path) => data.some((each) => `${each.path}/`.startsWith(`${path}/`)));
  if (found === undefined) return [];
  return stock.of(container, {
    code: "data-in-memory",
    severity: "warning",
    what: `${quoted(image)} keeps its data in ${found}, which lies in memory: each stop deletes them.`,
    fix: "If a row of it is missed after that, dump it while it runs, and mount a named volume there.",
  });
}

const LARGE = 256 * 1024 * 1024;

function large(stock: Stock, container: SurveyedContainer): Judged {
  const { layerBytes, layerData } = container;
  if (layerBytes === null || layerBytes < LARGE || layerData.length > 0 || keptBy(container) !== undefined) return [];
  return stock.of(container, {
    code: "layer-large",
    severity: "warning",
    what: `It has about ${bytesText(layerBytes)} in its own layer, in files that are no known database: removing or recreating it deletes them.`,
    fix: "Look what they are before it is removed or made anew.",
    commands: [stock.command("diff", container.name)],
  });
}

function sick(stock: Stock, container: SurveyedContainer): Judged {
  const restarts = container.status === "restarting";
  if (!restarts && container.health !== "unhealthy") return [];
  return stock.of(container, {
    code: "unhealthy",
    severity: "warning",
    what: restarts ? "It ends and is started again, over and over." : "Its own health check fails.",
    fix: "Look why, before it is stopped, removed or made anew.",
    commands: [
      restarts
        ? stock.command("logs", "--tail", "50", container.name)
        : stock.command("inspect", "--format", "{{json .State.Health}}", container.name),
    ],
  });
}

function unwatched(stock: Stock): Judged {
  const blind = stock.data.flatMap(({ container }) =>
    container.running && container.health === "none" ? [container.name] : [],
  );
  return together([...new Set(blind)], {
    code: "health-unwatched",
    severity: "note",
    what: (names) => `Databases of ${names} have no health check: nobody hears of it when they answer no more.`,
    fix: 'Give each one a "healthcheck:" in its Compose file, or "--health-cmd", such as pg_isready.',
  });
}

interface Together extends Pick<Finding, "code" | "severity" | "fix"> {
  readonly what: (names: string) => string;
}

/** One finding about all of them. */
function together(names: readonly string[], { what, ...told }: Together): Judged {
  if (names.length === 0) return [];
  const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
  const shown = `${names.slice(0, 8).map(quoted).join(", ")}${more}`;
  return about(counted(names.length, "container"), { ...told, what: what(shown) });
}

function logs(stock: Stock): Judged {
  const open = stock.survey.containers.filter(({ hasLogBound }) => hasLogBound === false);
  return together(
    open.map(({ name }) => name),
    {
      code: "log-unbounded",
      severity: "note",
      what: (names) => `The logs of ${names} grow without an end: a full disk stops every database on it.`,
      fix: 'Give the engine "log-opts": {"max-size": "50m", "max-file": "3"} in its daemon.json; it counts for containers that are made anew.',
    },
  );
}
