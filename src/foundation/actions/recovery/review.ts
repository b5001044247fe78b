import { z } from "zod";
import { counted } from "../../../kit/text/counted.ts";
import { type Context, defineAction, type Review, type ReviewRow } from "../../../action.ts";
import { drillText } from "../../../archive/judgement/estimate.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { creatorOf } from "../cf/inspect-taken.ts";

const input = z.strictObject({
  service: z.string(),
  /** Of the deleted instance, as a source has it; "" if none does. Older runbooks do not give it. */
  source_name: z.string().optional(),
  target: z.string(),
  source_guid: z.string(),
  target_guid: z.string(),
  source: z.string(),
  target_archive: z.string(),
  deleted_at: z.string(),
  source_objects: z.number(),
  source_bytes: z.number(),
  recovery_point: z.string(),
  lost: z.number(),
  loss: z.string(),
  target_objects: z.number(),
  minutes: z.number(),
  cell: z.string(),
  container: z.string(),
  /** The instance that the broker has cloned; "" if the archive is going to be copied. */
  clone_from: z.string().default(""),
  /** GUID of the instance that is adopted; "" if this run has made one. */
  adopt: z.string().default(""),
});
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** The one screen before the window: source and target side by side, counts, loss in time, minutes, the way back. */
export const review = defineAction({
  id: "recovery.review",
  title: "Source and target side by side",
  effect: "read",
  review: true,
  input,
  output,
  describe: () => [],
  async run(context, facts): Promise<Review & z.infer<typeof output>> {
    const origin = await originOf(context, facts);
    const drill = drillText(context.ports.settings.drill?.());
    const { id, rehearsal } = context.run;
    const undo = rehearsal ? "in a real run, undo" : `"dingo-recover undo ${id}"`;
    return { rows: rowsOf(facts, { undo, origin, drill }) };
  },
});

const sourceName = ({ source_name: name, service }: z.infer<typeof input>): string =>
  name === "" ? "AN INSTANCE WHOSE NAME IS NOT KNOWN" : (name ?? service);

async function originOf(context: Context, { adopt, target_guid: guid }: z.infer<typeof input>): Promise<string> {
  if (adopt === "") return "made by this run";
  const instance = await context.ports.cf.getInstance(guid);
  return `ADOPTED, created by ${instance === undefined ? "somebody not known" : await creatorOf(context, instance)}`;
}

interface Of {
  /** The way back as it is named here: a rehearsal's foundation is gone at its end. */
  readonly undo: string;
  readonly drill: string;
  readonly origin: string;
}

function rowsOf(facts: z.infer<typeof input>, of: Of): ReviewRow[] {
  const { undo } = of;
  const rows = rowsOfCopy(facts, of);
  if (facts.clone_from === "") return rows;
  const cloned: Readonly<Record<string, string>> = {
    "  archive": `${facts.target_objects} objects, copied by the broker: ${facts.target_archive}`,
    "  container": `${facts.container} on ${facts.cell}; not stopped, only its roles get the passwords that bindings hand out`,
    "way back": `${undo} gives the new instance another name; the source archive is as it was`,
  };
  return rows.map((row, index) => (index === 1 ? row : { ...row, value: cloned[row.label] ?? row.value }));
}

function rowsOfCopy(facts: z.infer<typeof input>, { undo, origin, drill }: Of): ReviewRow[] {
  return [
    {
      label: "source",
      value: `${sourceName(facts)} (${facts.source_guid}), deleted ${facts.deleted_at || "at a time not known"}`,
    },
    {
      label: "  archive",
      value: `${facts.source_objects} objects, ${bytesText(facts.source_bytes)}, only read: ${facts.source}`,
    },
    { label: "target", value: `${facts.target} (${facts.target_guid}), ${origin}` },
    { label: "  archive", value: `${facts.target_objects} objects, moved aside: ${facts.target_archive}` },
    {
      label: "  container",
      value: `${facts.container} on ${facts.cell}`,
    },
    {
      label: "recovered",
      value:
        facts.recovery_point === ""
          ? "up to a point not known before the restore"
          : `no later than ${facts.recovery_point}`,
    },
    { label: "lost", value: facts.loss },
    { label: "takes", value: `about ${counted(facts.minutes, "minute")}${drill === "" ? "" : `; ${drill}`}` },
    {
      label: "way back",
      value: `${undo} works until "cleanup"; the recovered data go aside then, with all that was written since the start`,
    },
  ];
}
