/** restart: stop, start, wait for an instance, summary. */
import type { Resource } from "./api.ts";
import { appNamed, type Cli, requireTarget, whereAndWho } from "./command.ts";
import { answerOf, CfFailure } from "./failure.ts";
import type { Arguments } from "./flags.ts";

const POLL_MS = 3_000;
/** CF_STARTUP_TIMEOUT's default. */
const PATIENCE_MS = 5 * 60_000;

interface Stats {
  readonly resources: readonly { readonly state: string }[];
}

export async function restart(cli: Cli, { positional }: Arguments): Promise<void> {
  requireTarget(cli);
  const app = await appNamed(cli, positional[0] ?? "");
  cli.say(`Restarting app ${app.name} in ${whereAndWho(cli)}...`);
  await cli.api.find("/v3/packages", { app_guids: app.guid, order_by: "-created_at" });
  if (app["state"] === "STARTED") {
    cli.say("", "Stopping app...");
    await cli.api.send("POST", `/v3/apps/${app.guid}/actions/stop`);
  }
  cli.say("", "Waiting for app to start...");
  await cli.api.send("POST", `/v3/apps/${app.guid}/actions/start`);
  cli.say("", "Instances starting...", "");
  await untilRunning(cli, app);
  summary(cli, app);
}

async function untilRunning({ api }: Cli, app: Resource): Promise<void> {
  const process = await api.find(`/v3/apps/${app.guid}/processes`, {});
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const reply = await api.send("GET", `/v3/processes/${process?.guid}/stats`);
    const { resources } = answerOf(reply.body) as Stats;
    if (resources.some((each) => each.state === "RUNNING")) return;
    if (resources.every((each) => each.state === "CRASHED")) throw new CfFailure("All instances crashed");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new CfFailure("Start app timeout");
}

/** Its first lines; the rest depends on the platform. */
function summary({ say }: Cli, app: Resource): void {
  say(`name:              ${app.name}`, "requested state:   started");
}
