/** wal-e's messages: MSG, DETAIL, HINT and STRUCTURED, each on a line (dingo.md §2.6; fixtures/container-logs). */
import { say, type Part } from "../log.ts";
import { scopeOf } from "../service-keys.ts";
import { archivePrefix } from "../store.ts";
import type { Container, Site } from "../world.ts";

export interface Message {
  readonly logger: string;
  readonly msg: string;
  readonly level?: "WARNING";
  readonly detail?: string;
  readonly hint?: string;
  readonly keys?: string;
}

export function waleSays(site: Site, part: Part, message: Message): void {
  const { world } = site;
  const time = new Date(world.now).toISOString().replace("Z", "000-00");
  say(
    site,
    part,
    `${message.logger} ${(message.level ?? "INFO").padEnd(8)} MSG: ${message.msg}`,
    ...(message.detail === undefined ? [] : [`        DETAIL: ${message.detail}`]),
    ...(message.hint === undefined ? [] : [`        HINT: ${message.hint}`]),
    `        STRUCTURED: time=${time} pid=${200 + (world.drawn % 700)}${message.keys === undefined ? "" : ` ${message.keys}`}`,
  );
}

export const startsWalE = (site: Site, part: Part, subcommand: string): void =>
  waleSays(site, part, { logger: "wal_e.main  ", msg: "starting WAL-E", detail: `The subcommand is "${subcommand}".` });

/** Keys of the container's archive begin with it. */
export const prefixOf = (container: Container): string => archivePrefix(scopeOf(container));
const walUrl = ({ world, container }: Site, file: string): string =>
  `s3://${world.network.bucket}/${prefixOf(container)}wal_005/${file}.lzo`;

/** wal-push of one file of pg_xlog. */
export function pushes(site: Site, file: string): void {
  const url = walUrl(site, file);
  const logger = "wal_e.worker.upload";
  const keys = `action=push-wal key=${url} prefix=${prefixOf(site.container)}`;
  waleSays(site, "patroni", {
    logger,
    msg: "begin archiving a file",
    detail: `Uploading "pg_xlog/${file}" to "${url}".`,
    keys: `${keys} seg=${file} state=begin`,
  });
  waleSays(site, "patroni", {
    logger,
    msg: "completed archiving to a file",
    detail: `Archiving to "${url}" complete at 3801.97KiB/s.`,
    keys: `${keys} rate=3801.97 seg=${file} state=complete`,
  });
}

/** wal-fetch: its words are the same for the end of the archive and for a gap, and it calls both complete. */
export function fetches(site: Site, file: string, found: boolean): void {
  const url = walUrl(site, file);
  const keys = `action=wal-fetch key=${url} prefix=${prefixOf(site.container)} seg=${file}`;
  const backup = "wal_e.operator.backup";
  waleSays(site, "patroni", { logger: backup, msg: "begin wal restore", keys: `${keys} state=begin` });
  if (found) {
    waleSays(site, "patroni", {
      logger: "wal_e.blobstore.s3.s3_util",
      msg: "completed download and decompression",
      detail: `Downloaded and decompressed "${url}" to "pg_xlog/${file.endsWith(".history") ? "RECOVERYHISTORY" : "RECOVERYXLOG"}"`,
    });
  } else {
    say(site, "patroni", "lzop: <stdin>: not a lzop file");
    waleSays(site, "patroni", {
      logger: "wal_e.blobstore.s3.s3_util",
      msg: "could no longer locate object while performing wal restore",
      detail: `The absolute URI that could not be located is ${url}.`,
      hint: "This can be normal when Postgres is trying to detect what timelines are available during restoration.",
    });
  }
  waleSays(site, "patroni", { logger: backup, msg: "complete wal restore", keys: `${keys} state=complete` });
  if (found) say(site, "patroni", `LOG:  restored log file "${file}" from archive`);
}

/** wal-fetch of a segment that was fetched ahead. */
export function hasFetched(site: Site, file: string): void {
  const keys = `action=wal-fetch key=${walUrl(site, file)} prefix=${prefixOf(site.container)} seg=${file}`;
  waleSays(site, "patroni", { logger: "wal_e.operator.backup", msg: "promoted prefetched wal segment", keys });
  say(site, "patroni", `LOG:  restored log file "${file}" from archive`);
}

/** backup-list, tab-separated, with the line ends of its CSV writer; nothing but the head if there is no backup. */
export function listed(
  backups: readonly { readonly name: string; readonly lastModified: number }[],
): readonly string[] {
  const row = ({ name, lastModified }: (typeof backups)[number]): string =>
    [name, new Date(lastModified).toISOString(), "", name.slice(5, 29), name.slice(30), "", ""].join("\t");
  return [COLUMNS.join("\t"), ...backups.map(row)].map((line) => `${line}\r`);
}

const COLUMNS = [
  "name",
  "last_modified",
  "expanded_size_bytes",
  "wal_segment_backup_start",
  "wal_segment_offset_backup_start",
  "wal_segment_backup_stop",
  "wal_segment_offset_backup_stop",
];
