import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import type { DockerContainer, DockerHost } from "../../../ports/docker-host.ts";
import type { DockerWork } from "../../../ports/docker-work.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { waitFor } from "../../../kit/wait.ts";
import { lostBy } from "./lost.ts";
import { type MovedService, movedService } from "./moved-service.ts";
import { askRows, fewerIn, type RowCounts, rowCounts, rowsText } from "./rows.ts";
import { LABEL } from "../../compose/labels.ts";
import { aside, containersOf, openStack, stackInput } from "./stack.ts";

const READY_MS = 600_000;
const POLL_MS = 500;

const proof = z.object({ service: z.string(), asked: z.boolean(), rows: rowCounts });
const input = z.strictObject({
  ...stackInput,
  services: z.array(movedService),
  proofs: z.array(proof),
  /** The whole stack runs, and may have written: fewer rows are told, and are no error. */
  again: z.boolean().default(false),
});
const output = z.object({
  proved: z.array(z.object({ service: z.string(), mount: z.string(), rows: rowCounts })),
  /** Features that the old containers had, and the new ones lack. */
  lost: z.array(z.object({ service: z.string(), what: z.string() })).default([]),
  /** Tables or keys with fewer rows than before the whole stack was started. */
  fewer: z.array(z.object({ service: z.string(), what: z.string() })).default([]),
});
type Output = z.infer<typeof output>;

/** Compares before anything else writes: the container's mounts, its rows with the copy's, its features with the old one's. */
export const proveMoved = defineAction({
  id: "compose.prove-moved",
  title: "See mounts and rows of the moved services",
  effect: "read",
  input,
  output,
  tell: ({ proved, lost, fewer }) =>
    [
      ...proved.map(
        ({ service, mount, rows }) =>
          `${service}: ${mount}${rows.length === 0 ? "" : `; ${counted(rows.length, "table or keyspace", "tables or keyspaces")}: ${rowsText(rows)}`}`,
      ),
      ...lost.map(({ service, what }) => `WARNING: ${service} ${what}`),
      ...fewer.map(({ service, what }) => `WARNING: ${service} has fewer rows since the stack was started: ${what}`),
    ].join("\n"),
  finds: ({ lost, fewer }) => (lost.length + fewer.length === 0 ? "nothing" : "warning"),
  describe: () => [],
  async run(context, { services, proofs, again, ...stack }): Promise<Output> {
    const { host, work } = await openStack(context, stack);
    const members = await containersOf(host, stack.project);
    const [proved, lost, fewer]: [Output["proved"], Output["lost"], Output["fewer"]] = [[], [], []];
    for (const moved of services) {
      const container = members.find(({ labels }) => labels[LABEL.service] === moved.service);
      const mount = container?.mounts.find(({ destination }) => destination === moved.path);
      if (container === undefined || mount?.kind !== "bind" || mount.source !== moved.destination)
        throw failed(`${moved.service} is not on ${moved.destination}`, moved.service);
      const expected = proofs.find(({ service, asked }) => asked && service === moved.service);
      const rows =
        expected === undefined
          ? []
          : await waitFor(context, {
              deadlineMs: READY_MS,
              pollMs: POLL_MS,
              look: async () => {
                const answer = await askRows(work, container.id, moved);
                if ("rows" in answer) return { found: answer.rows };
                return { instead: "why" in answer ? answer.why : "it wants a password" };
              },
              tell: (why) => why,
              late: (why) => failed(`${moved.service} does not answer: ${why}`, container.name),
            });
      if (expected !== undefined && again) {
        const what = fewerIn(expected.rows, rows, moved.kind);
        if (what !== "") fewer.push({ service: moved.service, what });
      } else if (expected !== undefined) compare(expected.rows, rows, moved.service);
      proved.push({ service: moved.service, mount: `${mount.source}:${mount.destination}`, rows: [...rows] });
      // A service whose data lay in two places has one container.
      if (again || services.find(({ service }) => service === moved.service) !== moved) continue;
      const all = services.filter(({ service }) => service === moved.service);
      const found = await missing(context, { host, work }, { moved: all, after: container });
      lost.push(...found.map((what) => ({ service: moved.service, what })));
    }
    return { proved, lost, fewer };
  },
  verify: () => Promise.resolve({ holds: true, evidence: "they were seen before anything else wrote" }),
});

/** Features that the new container lacks. The old container that is kept has them as the removed one had. */
async function missing(
  context: Context,
  { host, work }: { readonly host: DockerHost; readonly work: DockerWork },
  { moved, after }: { readonly moved: readonly MovedService[]; readonly after: DockerContainer },
): Promise<readonly string[]> {
  const name = aside(moved[0]?.container ?? "", context.run.id);
  const before = (await host.containers()).find((one) => one.name === name);
  const unlike = before === undefined ? undefined : await host.unlike(before.id, after.id);
  if (before === undefined || unlike === undefined)
    return [`cannot be compared with what it was: ${quoted(name)} is gone`];
  const empty: string[] = [];
  for (const { kind, source, destination } of before.mounts)
    if (kind === "volume" && (await work.kind(source)) === "directory" && (await work.entries(source)).length === 0)
      empty.push(destination);
  return lostBy(before, after, { moved: new Set([...moved.map(({ path }) => path), ...empty]), unlike });
}

function compare(before: RowCounts, after: RowCounts, service: string): void {
  const text = (rows: RowCounts): string => rows.map(({ name, rows: count }) => `${name}=${count}`).join("\n");
  if (text(before) !== text(after))
    throw failed(`${service} had ${rowsText(before)}, and has ${rowsText(after)}`, service);
}

function failed(message: string, place: string): RecoverError {
  return giveUp("proof-failed", message)
    .at(place)
    .advise('Look at it; "dingo-recover undo" brings the old stack back.');
}
