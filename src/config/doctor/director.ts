/** The BOSH director, the deployment, and whether the cells can be reached. No user is made on any cell. */
import { quote } from "../../kit/commands/shell-quote.ts";
import { isCell, instanceName } from "../../foundation/actions/bosh/cell-instances.ts";
import { busyWith } from "../../foundation/actions/bosh/find-deployment.ts";
import { counted } from "../../kit/text/counted.ts";
import type { BoshInstance, Director } from "../../ports/director.ts";
import { note, ok, type Verdict } from "./check.ts";
import { clockVerdict } from "./clock.ts";
import type { Looks } from "./looks.ts";
import type { Reach } from "./reach.ts";

export interface DirectorOptions {
  readonly director: Director;
  readonly environment: string;
  /** `bosh.deployment`, if it is set. */
  readonly deployment: string | undefined;
  readonly reach: Reach;
  readonly now: () => Date;
}

export async function examineDirector(looks: Looks, options: DirectorOptions): Promise<void> {
  const { director, environment, reach, now } = options;
  const info = await looks.look("bosh.reach", "the director", () => director.info());
  if (info !== undefined) {
    looks.say("bosh.reach", ok(`director ${info.name}, version ${info.version}`));
    const answer = await looks.aside("bosh.clock", "the director's clock", () => reach.http(`${environment}/info`));
    if (answer !== undefined) looks.say("bosh.clock", clockVerdict("the director", answer.date, now()));
  }
  const all = await looks.look("bosh.log-in", "the log-in to the director", () => director.deployments());
  if (all === undefined) return;
  looks.say("bosh.log-in", ok(`logged in, to see ${counted(all.length, "deployment")}`));
  const deployment = chosen(looks, all, options.deployment);
  if (deployment === undefined) return;
  await examineRest(looks, director, deployment);
  await examineCells(looks, options, deployment);
}

/** The deployment that the step `bosh.find-deployment` would choose. */
function chosen(looks: Looks, all: readonly string[], configured: string | undefined): string | undefined {
  const dingo = all.filter((name) => name.startsWith("dingo-postgresql"));
  const name = configured ?? (dingo.length === 1 ? dingo[0] : undefined);
  if (name !== undefined && all.includes(name)) {
    looks.say("bosh.deployment", ok(`deployment ${name}`));
    return name;
  }
  looks.say("bosh.deployment", configured === undefined ? toBeAsked(all, dingo) : absent(configured, all));
  return undefined;
}

function absent(configured: string, all: readonly string[]): Verdict {
  return {
    state: "failed",
    code: "guard-refused",
    text: `the director shows no deployment "${configured}"`,
    means: "The step that looks for the cells is refused; a client without bosh.read for it would see the same.",
    mend: `Correct bosh.deployment; the director shows: ${all.join(", ") || "none"}.`,
  };
}

function toBeAsked(all: readonly string[], dingo: readonly string[]): Verdict {
  return {
    state: "warning",
    text: `${dingo.length === 0 ? "no deployment has" : "more than one deployment has"} a name that begins with dingo-postgresql`,
    means: "The run asks which one it is; without a terminal it ends with 13.",
    mend: `Set bosh.deployment to one of ${all.join(", ") || "the director's"}.`,
  };
}

async function examineRest(looks: Looks, director: Director, deployment: string): Promise<void> {
  const busy = await looks.aside("bosh.rest", "locks and tasks of the director", () => busyWith(director, deployment));
  if (busy === undefined) return;
  if (busy.length === 0) looks.say("bosh.rest", ok("no lock and no task on it"));
  else
    looks.say("bosh.rest", {
      state: "warning",
      code: "platform-busy",
      text: `the director is at work on it: ${busy.join("; ")}`,
      means: "A run that comes to it before that has ended is refused with 16, and can be resumed.",
      mend: "Wait until bosh tasks shows nothing for this deployment.",
    });
}

const SSH_PORT = 22;

async function examineCells(looks: Looks, { director, reach }: DirectorOptions, deployment: string): Promise<void> {
  const instances = await looks.aside("bosh.cells", "the instances of the deployment", () =>
    director.instances(deployment),
  );
  if (instances === undefined) return;
  const cells = instances.filter(isCell);
  const silent = instances.filter((each) => !isCell(each) && each.processes.length === 0 && each.ips.length > 0);
  looks.say("bosh.cells", cells.length > 0 ? ok(counted(cells.length, "cell")) : noCells(deployment));
  if (silent.length > 0) looks.say("bosh.cells", silentOnes(silent, deployment));
  const answered = await Promise.all(cells.map((cell) => softwareOf(looks, reach, cell)));
  const software = answered.filter((each) => each !== undefined);
  if (software.length > 0)
    looks.say(
      "cell.ssh",
      ok(
        `SSH of ${software.length === cells.length ? "each" : software.length} answers (${[...new Set(software)].join(", ")})`,
      ),
    );
  if (cells.length > 0)
    looks.say(
      "bosh.ssh",
      note(
        "whether the client may set up SSH (bosh.admin, or the deployment's team) is not tried: that would change a cell",
      ),
    );
}

/** If the cell does not answer, the check says so. */
async function softwareOf(looks: Looks, reach: Reach, cell: BoshInstance): Promise<string | undefined> {
  const [address = ""] = cell.ips;
  return await looks.aside("cell.ssh", `SSH of ${instanceName(cell)}`, () => reach.ssh(address, SSH_PORT));
}

function noCells(deployment: string): Verdict {
  return {
    state: "failed",
    code: "guard-refused",
    text: `the deployment "${deployment}" shows no cells`,
    means: "Nothing of the deployed databases can be looked at: the run is refused.",
    mend: "Set bosh.deployment to the deployment of Dingo PostgreSQL; see bosh deployments.",
  };
}

function silentOnes(silent: readonly BoshInstance[], deployment: string): Verdict {
  return {
    state: "warning",
    code: "answer-incomplete",
    text: `the agent of ${silent.map(instanceName).join(", ")} does not answer: it may be a cell`,
    means: "The run ends with 15 if a cell may be left out: the old instance may live there.",
    mend: `See ${quote(["bosh", "-d", deployment, "instances", "--ps"])}.`,
  };
}
