import { z } from "zod";
import { type Context, defineAction, type Probe, type UndoProbe, type WayBack } from "../../../action.ts";
import { dockerRestartPolicy } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { adoptedInput, guardStillUnused } from "../cf/inspect-taken.ts";
import { guardTarget, openTarget, type Target, targetInput } from "./target-container.ts";

const input = z.strictObject({ ...targetInput, ...adoptedInput });
type Input = z.infer<typeof input>;
const output = z.object({ policy: z.string() });
type Output = z.infer<typeof output>;

/** `docker update --restart` came with Docker 1.11 (moby pull request 19116); the first releases have 1.10 (dingo.md §2.7). */
const UNCHANGEABLE = "unchangeable";

export async function canChangePolicy(cell: Cell): Promise<boolean> {
  const [major = 0, minor = 0] = (await cell.docker.version()).split(".").map(Number);
  return major > 1 || minor >= 11;
}

/** The next best guard: the container's life is looked at again before every later step. */
const unchangeable = (name: string): string =>
  `this Docker cannot change the restart policy of ${name}; a restart in between is found before the start`;

const policyOf = ({ name, restartPolicy }: Container): string => `the restart policy of ${name} is "${restartPolicy}"`;

/** Back to the policy that every container of a Dingo cell has, or to the one that the recovery held it at. */
function undoPolicy(policy: "no" | "always"): WayBack<Target, unknown> {
  const before = policy === "no" ? "always" : "no";
  return {
    effect: "disrupt",
    cost:
      policy === "no"
        ? "lets the container be restarted by Docker again"
        : "keeps the container from being restarted while the rest is taken back",
    describe: ({ container, cell }) => [{ on: cell, line: quote(dockerRestartPolicy(container, before)) }],
    guard: (context, { input: target }) => guardTarget(context, target),
    async probe(context, { input: target }): Promise<UndoProbe> {
      const { cell, container } = await openTarget(context, target);
      if (!(await canChangePolicy(cell))) return { state: "done", evidence: unchangeable(container.name) };
      const evidence = policyOf(container);
      if (container.restartPolicy === before) return { state: "done", evidence };
      return { state: container.restartPolicy === policy ? "not-done" : "unknown", evidence };
    },
    async run(context, { input: target }) {
      const { cell } = await openTarget(context, target);
      await context.beforeEffect();
      await cell.docker.setRestartPolicy(target.container, before);
    },
  };
}

/** The restart policy is `always`: a daemon restart in mid-recovery would bring the container up over a half-copied archive (dingo.md §1.8). */
function setPolicy(policy: "no" | "always", id: string, title: string) {
  return defineAction({
    id,
    title,
    effect: "disrupt",
    input,
    output,
    undo: undoPolicy(policy),
    describe: ({ container, cell }: Target) => [{ on: cell, line: quote(dockerRestartPolicy(container, policy)) }],
    guard: async (context: Context, target: Input) => {
      await guardTarget(context, target);
      // After the start it holds the recovered data.
      if (policy === "no") await guardStillUnused(context, target);
    },
    run: async (context: Context, target: Target): Promise<Output> => {
      const { cell } = await openTarget(context, target);
      if (!(await canChangePolicy(cell))) return { policy: UNCHANGEABLE };
      await context.beforeEffect();
      await cell.docker.setRestartPolicy(target.container, policy);
      return { policy };
    },
    probe: async (context: Context, target: Target): Promise<Probe<Output>> => {
      const { cell, container } = await openTarget(context, target);
      if (!(await canChangePolicy(cell)))
        return { state: "done", output: { policy: UNCHANGEABLE }, evidence: unchangeable(container.name) };
      const evidence = policyOf(container);
      return container.restartPolicy === policy
        ? { state: "done", output: { policy }, evidence }
        : { state: "not-done", evidence };
    },
  });
}

export const holdRestart = setPolicy("no", "docker.hold-restart", "Keep the container from being restarted");
export const releaseRestart = setPolicy("always", "docker.release-restart", "Let the container be restarted again");
