import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { instanceArchive, formatLocation } from "../../../archive/names/location.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { printedWithInput, psqlSocket } from "../../../kit/commands/host-commands.ts";
import { guardTarget, targetInput } from "../docker/target-container.ts";
import { type Application, awaitWritable, openApplication, rowsOf } from "../postgres/application.ts";
import { awaitArchived, closedSegment, closeSegment, isArchived, switchSql } from "../postgres/closed-segment.ts";
import { expectedRows, HAS_TABLE, READ_BACK, type Rows, rowsText, sameRows, TABLE, writeSql } from "./rows.ts";

const input = z.strictObject({
  ...targetInput,
  key_guid: z.string(),
  bucket: z.string(),
  rows: z.number().int().min(1).max(100_000),
  /** This run, for the printed commands. */
  run: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  table: z.string(),
  rows: z.number(),
  checksum: z.string(),
  /** The segment that holds them, and where it is archived. */
  segment: z.string(),
  archive: z.string(),
});
type Output = z.infer<typeof output>;

/** Rows that are only in an open segment would be lost with the container: the segment is closed, and seen in the archive. */
export const writeRows = defineAction({
  id: "drill.write-rows",
  title: "Write the drill's rows and see them in the archive",
  effect: "create",
  input,
  output,
  undo: { leaves: "the rows stay in the drill's own service, which nobody else uses" },
  describe: ({ container, rows, run, key_guid }) => [
    psqlByKey(key_guid, writeSql(run, rows)),
    { on: "the cell", line: printedWithInput(psqlSocket(container), switchSql("9.6")) },
  ],
  guard: (context, target) => guardTarget(context, target),
  async run(context, request): Promise<Output> {
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    const wanted = expectedRows(context.run.id, request.rows);
    if ((await rowsIn(application)) === undefined) {
      await context.record("rows-meant", { table: TABLE, ...wanted });
      await context.beforeEffect();
      await rowsOf(application, writeSql(context.run.id, request.rows));
    }
    const found = await rowsIn(application);
    if (found === undefined || !sameRows(found, wanted)) throw otherRows(found, wanted, application);
    const segment = await closeSegment(context, request);
    await awaitArchived(context, request, segment);
    return outputOf(request, wanted, segment);
  },
  async probe(context, request): Promise<Probe<Output>> {
    const application = await openApplication(context, request);
    const wanted = expectedRows(context.run.id, request.rows);
    const found = await rowsIn(application);
    if (found === undefined) return { state: "not-done", evidence: `there is no table ${TABLE}` };
    const evidence = `${TABLE} has ${rowsText(found)}`;
    if (!sameRows(found, wanted)) return { state: "unknown", evidence: `${evidence}, not ${rowsText(wanted)}` };
    const segment = closedSegment(context);
    if (segment === undefined || !(await isArchived(context, request, segment)))
      return { state: "partly", evidence: `${evidence}; they are not seen in the archive yet` };
    return {
      state: "done",
      output: outputOf(request, wanted, segment),
      evidence: `${evidence}; ${segment} is archived`,
    };
  },
  async verify(context, request, output) {
    const archived = await isArchived(context, request, output.segment);
    return { holds: archived, evidence: `${output.segment} is ${archived ? "" : "not "}in ${output.archive}` };
  },
});

/** Undefined if there is no such table. */
async function rowsIn(application: Application): Promise<Rows | undefined> {
  const tables = await rowsOf(application, HAS_TABLE);
  if (!tables.some(([, name]) => name === TABLE)) return undefined;
  const [[count = "", checksum = ""] = []] = await rowsOf(application, READ_BACK);
  return { rows: Number(count), checksum };
}

function outputOf({ bucket, guid }: Input, { rows, checksum }: Rows, segment: string): Output {
  return { table: TABLE, rows, checksum, segment, archive: formatLocation(instanceArchive(bucket, guid)) };
}

function otherRows(found: Rows | undefined, wanted: Rows, { router }: Application): RecoverError {
  const there = found === undefined ? "no such table" : rowsText(found);
  return giveUp("proof-failed", `${TABLE} should have ${rowsText(wanted)}, and there are ${there}`)
    .at(router)
    .advise("Somebody else writes to the drill's service: begin another drill.");
}
