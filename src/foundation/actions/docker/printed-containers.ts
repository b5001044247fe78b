/** How a person finds an instance's containers on a cell. Their environment holds passwords, so it is never shown whole. */
import type { PrintedCommand } from "../../../action.ts";
import { dockerInspect, dockerList, psqlSocket } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

/** Name, state, start and environment of those whose PATRONI_SCOPE is the instance: that variable tells whose they are (dingo.md §2.8). */
const formatOf = (guid: string): string =>
  `{{$c := .}}{{range .Config.Env}}{{if eq . "PATRONI_SCOPE=${guid}"}}{{println $c.Name $c.State.Status $c.State.StartedAt}}{{range $c.Config.Env}}{{println .}}{{end}}{{end}}{{end}}`;

/** The lines about a container that a recovery needs, and no others. */
const TOLD = String.raw`s/^\/(cf-.*)/\1/p; /^(ETCD_HOST_PORT|WAL_S3_BUCKET)=/p`;
const RUNNING = String.raw`s/^\/(cf-[^ ]*) running .*/\1/p`;

const search = (guid: string, wanted: string): string => {
  const list = quote(dockerList());
  const [sudo, ...inspect] = dockerInspect("-f", formatOf(guid));
  return `${list} | ${quote(["xargs", "-r", sudo, ...inspect])} | ${quote(["sed", "-nE", wanted])}`;
};

/** `remark`: the answer that is expected. */
export const printedContainers = (guid: string, remark: string): PrintedCommand => ({
  on: "each cell",
  line: `${search(guid, TOLD)}  # ${remark}`,
});

/** Asks the database of each one that runs, behind its name. */
export const printedInContainers = (guid: string, sql: string): PrintedCommand => ({
  on: "each cell",
  line: `for CONTAINER in $(${search(guid, RUNNING)}); do echo "$CONTAINER"; ${quote(["printf", "%s", sql])} | ${inVariable()}; done`,
});

/** `psqlSocket`, its container in a variable. */
const inVariable = (): string => {
  const name = "CONTAINER";
  return quote(psqlSocket(name)).replace(` ${name} `, ` "$${name}" `);
};
