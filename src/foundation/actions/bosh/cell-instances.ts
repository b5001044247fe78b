/** Which instances of a deployment are cells, and the way back from a cell's name in a step's output to the instance. */
import { quote } from "../../../kit/commands/shell-quote.ts";
import { refuse } from "../../../errors.ts";
import type { Cell } from "../../../ports/cells.ts";
import type { BoshInstance } from "../../../ports/director.ts";
import type { Ports } from "../../../ports/ports.ts";

/** "group/id", as `bosh instances` shows it. */
export function instanceName(instance: BoshInstance): string {
  return `${instance.group}/${instance.id}`;
}

/** Cells run a Docker daemon; their groups are named cell_… or, in the first releases, patroni (dingo.md §5). */
export function isCell(instance: BoshInstance): boolean {
  return instance.processes.includes("docker") || /^(cell|patroni)/.test(instance.group);
}

export async function cellInstances(ports: Ports, deployment: string): Promise<readonly BoshInstance[]> {
  const instances = await ports.director.instances(deployment);
  refuseSilent(instances, deployment);
  const cells = instances.filter(isCell);
  if (cells.length > 0) return cells;
  throw refuse("guard-refused", `the deployment "${deployment}" has no cells`)
    .at(deployment)
    .advise("Name the deployment of Dingo PostgreSQL in the configuration (bosh.deployment).");
}

/** An instance with a machine whose agent does not answer shows no processes: it may be a cell, and must not be left out. */
function refuseSilent(instances: readonly BoshInstance[], deployment: string): void {
  const silent = instances.find(
    (each) => !isCell(each) && each.ips.length > 0 && each.processes.length === 0 && each.jobState !== "running",
  );
  if (silent === undefined) return;
  throw refuse("answer-incomplete", `the agent of "${instanceName(silent)}" does not answer: it may be a cell`)
    .at(instanceName(silent))
    .advise(`Look at it with ${quote(["bosh", "-d", deployment, "instances", "--ps"])}; go on when it answers.`);
}

/**
 * The cell that a former step named. Instances move, so the director is asked where it is now, unless a connection to it
 * lives: that is the machine that was opened, and a director that asks every agent for it takes seconds each time.
 */
export async function openCell(
  ports: Ports,
  at: { readonly deployment: string; readonly cell: string },
): Promise<Cell> {
  const [group = "", id = ""] = at.cell.split(/\/(?=[^/]*$)/);
  const living = ports.cells.living({ deployment: at.deployment, group, id });
  if (living !== undefined) return living;
  const instance = (await ports.director.instances(at.deployment)).find((each) => instanceName(each) === at.cell);
  if (instance !== undefined) return await ports.cells.open(instance);
  throw refuse("guard-refused", `the cell "${at.cell}" is no longer part of "${at.deployment}"`)
    .at(`${at.deployment} ${at.cell}`)
    .advise("Look at the deployment with bosh instances, then run the recovery again under a new name.");
}
