/**
 * The published page, followed to the letter against the box: it ends in a crash loop with exit code 0, as on real parts
 * (real-parts.md §3.1). Then the tool is pointed at that wreck.
 */
import { dirname, join } from "node:path";
import { runCf } from "../page/operator.js";
import { logIn } from "../page/operator.js";
import { allContainers, type Site, type World } from "../world/world.js";
import { leftUsers } from "./endings.js";
import { AGREES, INPUTS } from "./happy.js";
import { OPERATOR, OPERATOR_PASSWORD, openStory, ORG, SERVICE, SPACE } from "./opening.js";
import type { Scenario } from "./scenario.js";
import type { Stage } from "./stage.js";
import { ERAS } from "../world/eras.js";

export const PAGE_USER = "page_reader";
const DOCKER = "/var/vcap/packages/docker/bin/docker --host unix:///var/vcap/sys/run/docker/docker.sock";
const MINUTE = 60_000;

export const pageProcedure: Scenario = {
  name: "page-procedure",
  title: "Somebody has followed the published page",
  teaches: "the page deletes the wrong key and ends in a crash loop with exit code 0; such a wreck is not touched",
  ticket: [
    `03:40, from a colleague: I followed the page to the letter and "${SERVICE}" still does not come up.`,
    `Docker says that its container keeps restarting. Org "${ORG}", space "${SPACE}". Can you take over?`,
  ],
  open: ({ seed, now }) => openStory({ era: "f", seed, now }),
  before: (stage) => followThePage(stage, "deleted"),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 16,
  complaints: ({ world, old }) => [...loopComplaints(wreckOf(world, old)), ...leftUsers(world)],
};

/** The container of the instance that the page's reader made: the youngest, or that of a given instance. */
export function wreckOf(world: World, old: string, scope?: string): Site | undefined {
  return allContainers(world)
    .filter(({ container: { env } }) => (scope === undefined ? env.PATRONI_SCOPE !== old : env.PATRONI_SCOPE === scope))
    .sort((a, b) => b.container.createdAt - a.container.createdAt)[0];
}

export function loopComplaints(site: Site | undefined): string[] {
  if (site === undefined) return ["the page's reader made no instance"];
  const { container } = site;
  const mismatch = container.logs.filter((line) => line.text.includes("system ID mismatch")).length;
  return [
    ...(container.restartCount > 3 ? [] : [`the container was restarted only ${container.restartCount} times`]),
    ...(container.exitCode === 0 ? [] : [`the container's exit code is ${container.exitCode}, not 0`]),
    ...(mismatch > 3 ? [] : [`"system ID mismatch" stands in the log only ${mismatch} times`]),
  ];
}

/** Whose keys the reader deletes: the page says the deleted instance's, which is its mistake. */
export async function followThePage(stage: Stage, keysOf: "deleted" | "created"): Promise<void> {
  const { box, old, say } = stage;
  await recreate(stage);
  const site = wreckOf(box.host.world(), old);
  const created = site?.container.env.PATRONI_SCOPE;
  if (site === undefined || created === undefined) throw new Error("the page's reader found no container");
  // The reader takes the time that a person takes.
  await box.host.until(() => false, MINUTE);
  await swapAndStart(stage, site, { created, keysOf: keysOf === "deleted" ? old : created });
  await box.host.until(() => false, 1.5 * MINUTE);
  const now = wreckOf(box.host.world(), old);
  const complaints = loopComplaints(now);
  if (complaints.length > 0) throw new Error(`the page's procedure ended otherwise: ${complaints.join("; ")}`);
  say(`  90 seconds later: ${now?.container.restartCount ?? 0} restarts, exit code ${now?.container.exitCode ?? ""},`);
  say(`  "${now?.container.logs.find((line) => line.text.includes("system ID mismatch"))?.text ?? ""}"`);
}

async function recreate({ box, cf, say }: Stage): Promise<void> {
  const { offering, plan } = ERAS.f;
  const lines = [
    ["api", box.cfUrl],
    ["auth"],
    ["target", "-o", ORG, "-s", SPACE],
    ["create-service", offering, plan, SERVICE, "-c", '{"node-count":1}'],
  ];
  // A session of the reader's own: neither the tool's nor that of whoever rehearses.
  const home = join(cf.env["HOME"] ?? dirname(cf.program), "page-reader");
  const env = { ...cf.env, CF_HOME: home, CF_USERNAME: OPERATOR, CF_PASSWORD: OPERATOR_PASSWORD };
  for (const words of lines) {
    say(`  $ cf ${words.join(" ")}`);
    await runCf(cf.program, words, env);
  }
  const ready = (world: World) => Object.values(world.broker.instances).every(({ state }) => state === "succeeded");
  await box.host.until(ready, 5 * MINUTE);
}

async function swapAndStart(
  { box, old, say }: Stage,
  site: Site,
  { created, keysOf }: { readonly created: string; readonly keysOf: string },
): Promise<void> {
  const { cell, container } = site;
  const { keys, accounts } = box.state();
  const { bucket, etcd, region } = box.host.world().network;
  box.host.apply({ is: "ssh-user", cell: cell.ip, user: PAGE_USER, publicKey: keys.operator.publicKey });
  const gateway = { port: box.gatewayPort, user: accounts.gatewayUser, key: keys.operator };
  const hands = await logIn({ gateway, cell: { ip: cell.ip, user: PAGE_USER } });
  const [source, target] = [old, created].map((guid) => `s3://${bucket}/backups/${guid}/wal`);
  const lines = [
    `${DOCKER} ps`,
    `${DOCKER} stop ${container.name}`,
    `aws s3 rm ${target ?? ""} --recursive --region ${region}`,
    `aws s3 sync ${source ?? ""} ${target ?? ""} --region ${region}`,
    `curl ${etcd}/v2/keys/service/${keysOf}/initialize -XDELETE`,
    `curl ${etcd}/v2/keys/service/${keysOf}/optime/leader -XDELETE`,
    `rm -rf '${container.dataDirectory}/*'`,
    `${DOCKER} start ${container.name}`,
  ];
  for (const line of lines) {
    say(`  ${cell.group}/${cell.index}$ ${line.replaceAll("'", "")}`);
    await hands.onCell(line);
  }
  hands.close();
  box.host.apply({ is: "no-ssh-user", cell: cell.ip, user: PAGE_USER });
}
