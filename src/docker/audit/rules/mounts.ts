/** Directories of the host that are mounted, and places with several containers or projects that write to them. */
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding, Judged } from "../finding.ts";
import type { Data } from "../../data-directory/recognise.ts";
import { about, dataText, type Stock } from "../stock.ts";
import type { SurveyedContainer, SurveyedMount } from "../survey.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

interface Writer {
  readonly container: SurveyedContainer;
  readonly mount: SurveyedMount;
}

export function writers(stock: Stock): readonly Finding[] {
  const all = stock.survey.containers.flatMap((container) =>
    container.mounts.filter(({ writable }) => writable).map((mount) => ({ container, mount })),
  );
  const places = new Set(all.map(({ mount }) => mount.source).filter((source) => source !== ""));
  return [...places].flatMap((place) => {
    const here = all.filter(({ mount }) => mount.source === place || place.startsWith(`${mount.source}/`));
    const run = here.filter(({ container }) => container.running);
    if (new Set(run.map(({ container }) => container.id)).size > 1) return several(stock, place, run);
    return new Set(here.flatMap(({ container }) => container.compose?.project ?? [])).size > 1
      ? several(stock, place, here)
      : [];
  });
}

function several(stock: Stock, place: string, here: readonly Writer[]): readonly Finding[] {
  const [first] = here;
  const contents = here.map(({ mount }) => contentsOf(stock, mount)).find((each) => each !== undefined);
  // Uploads that two programs share are an ordinary thing.
  if (contents === undefined || first === undefined) return [];
  const { volume } = first.mount;
  const names = [...new Set(here.map(({ container }) => container.name))].map(quoted).join(" and ");
  const subject = volume === "" ? `directory ${quoted(place)}` : `volume ${quoted(volume)}`;
  const fix = `Leave one of them, and mount it read-only for the others that need its files (":ro").`;
  const found = here.every(({ container }) => container.running)
    ? about(subject, {
        code: "written-by-several",
        severity: "serious",
        what: `${names} may all write to ${dataText(contents)} in it. Two servers on one directory destroy it, and a lock file does not reach from one container to another.`,
        fix,
      })
    : about(subject, {
        code: "written-by-two-projects",
        severity: "warning",
        what: `${names} are of different projects and may write to ${dataText(contents)} in it. Nothing keeps both from running at once, and "down -v" of one takes the data of the other.`,
        fix,
      });
  return [{ ...found, at: stock.lineOf(first.container) }];
}

function contentsOf(stock: Stock, { volume, contents }: SurveyedMount): Data | undefined {
  const found = volume === "" ? contents : stock.volume(volume)?.contents;
  return found?.kind === "data" ? found : undefined;
}

export function binds(stock: Stock): readonly Finding[] {
  return stock.survey.containers.flatMap((container) =>
    container.mounts.filter(({ kind }) => kind === "bind").flatMap((mount) => bind(stock, container, mount)),
  );
}

function bind(stock: Stock, container: SurveyedContainer, mount: SurveyedMount): Judged {
  const { contents, source, destination, writable } = mount;
  if (contents?.kind === "absent")
    return stock.of(container, {
      code: "bind-missing",
      severity: "serious",
      what: `${quoted(source)} on the host, mounted at ${quoted(destination)}, is not there: the container's next start fails, or makes an empty directory in its place.`,
      fix: "See what became of it before the container is started again.",
      commands: [quote(["ls", "-ld", "--", source])],
    });
  if (contents?.kind === "data" && !writable && !isWritten(stock, source))
    return stock.of(container, {
      code: "bind-of-database-read-only",
      severity: "warning",
      what: `${dataText(contents)} at ${quoted(destination)} is mounted read-only: its server does not start with that.`,
      fix: `Mount ${quoted(source)} writable for the one server that it belongs to, and take backups through that server.`,
    });
  return [];
}

const isWritten = ({ survey }: Stock, source: string): boolean =>
  survey.containers.some(({ mounts }) => mounts.some((mount) => mount.writable && mount.source === source));
