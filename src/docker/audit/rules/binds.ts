/** Directories of the host that are mounted. */
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { Finding, Judged } from "../finding.ts";
import { dataText, type Stock } from "../stock.ts";
import type { SurveyedContainer, SurveyedMount } from "../survey.ts";

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
