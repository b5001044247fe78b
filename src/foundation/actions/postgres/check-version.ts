import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { majorOf } from "../../../kit/sql/major-release.ts";
import type { Cell } from "../../../ports/cells.ts";
import { printedWithInput, psqlSocket } from "../../../kit/commands/host-commands.ts";
import { openTarget, targetInput } from "../docker/target-container.ts";

const input = z.strictObject({ ...targetInput, etcd: z.string(), postgres_version: z.string() });
const output = z.object({ server_version: z.string() });

/** A base backup starts only under the major version that made it (wal-archives.md §5): told before the copy. */
export const checkVersion = defineAction({
  id: "postgres.check-version",
  title: "See that the new instance runs the PostgreSQL of the archive",
  effect: "read",
  input,
  output,
  tell: (found) => `it runs PostgreSQL ${found.server_version}`,
  describe: ({ container, cell }) => [
    { on: cell, line: printedWithInput(psqlSocket(container), "SHOW server_version;") },
  ],
  async run(context, target): Promise<z.infer<typeof output>> {
    const { cell } = await openTarget(context, target);
    await refuseOtherEtcd(cell, target);
    const rows = await cell.sql.socket(target.container, "SHOW server_version;");
    const version = rows[0]?.[0] ?? "";
    const number = /\d+(?:\.\d+)*/.exec(version)?.[0] ?? "";
    if (majorOf(number) === majorOf(target.postgres_version)) return { server_version: version };
    throw refuse(
      "does-not-fit",
      `the archive is of PostgreSQL ${target.postgres_version}, the new instance runs ${version}`,
    )
      .at(target.container)
      .advise(
        "Create the new instance from an offering of the archive's version: --input offering=… --input plan=…, with another --input new_name=….",
      );
  },
});

/** In a foreign etcd every key of ours is absent, and every guard that reads it would agree (law 5). */
async function refuseOtherEtcd(cell: Cell, { etcd, guid }: z.infer<typeof input>): Promise<void> {
  const key = `/service/${guid}/initialize`;
  if ((await cell.etcd(etcd).get(key)) !== undefined) return;
  throw refuse("guard-refused", `the etcd at "${etcd}" does not know the new instance: it has no ${key}`)
    .at(etcd)
    .advise("Correct etcd.url in the configuration, or leave it out: then the container says where its etcd is.");
}
