/** The command that looks at an instance's archive; each value may be a placeholder, or empty. */
import type { PrintedCommand } from "../../../action.ts";
import { isUnknown } from "../../../kit/commands/placeholder.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { whereEmpty } from "../../../kit/commands/printed-cases.ts";

interface Archive {
  /** "" for the usual place. */
  readonly archive: string;
  /** "" if no configuration names it. */
  readonly bucket: string;
  readonly guid: string;
  readonly flags?: readonly string[];
}

export const printedVerify = ({ archive, bucket, guid, flags = [] }: Archive): readonly PrintedCommand[] =>
  whereEmpty(archive, {
    empty: [inUsualPlace({ bucket, guid, flags })],
    given: [{ on: "here", line: quote(["dingo-recover", "archive", "verify", archive, ...flags]) }],
  });

function inUsualPlace({ bucket, guid, flags }: Required<Omit<Archive, "archive">>): PrintedCommand {
  const below = `/backups/${guid}/wal`;
  if (bucket !== "" && !isUnknown(bucket))
    return { on: "here", line: quote(["dingo-recover", "archive", "verify", `s3://${bucket}${below}`, ...flags]) };
  const place = `"s3://\${BUCKET:?is not set}"${quote([below, ...flags])}`;
  const setWith = `BUCKET=${quote([bucket])}  # WAL_S3_BUCKET of any Dingo container on a cell`;
  return { on: "here", line: `dingo-recover archive verify ${place}`, variables: [{ name: "BUCKET", setWith }] };
}
