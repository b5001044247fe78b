/** The commands that our adapter sends, and the ends of the program. Anything else is not a registered command. */
import { Api, type Resource } from "./api.ts";
import { appNamed, type Cli, type Command, requireTarget, whereAndWho } from "./command.ts";
import { ConfigFile } from "./config-file.ts";
import { answerOf, CfFailure } from "./failure.ts";
import { type Accepted, type Arguments, parseArguments, UsageFailure } from "./flags.ts";
import * as services from "./service-commands.ts";
import * as spaces from "./space-commands.ts";
import * as session from "./session-commands.ts";

/** The release whose behaviour this program has. */
const VERSION = "cf version 8.18.3";

interface Known extends Accepted {
  readonly run: Command;
}

/** `usage`: names of arguments, and flags as `SPELLING:NAME`, or `SPELLING=NAME` if the next word is the value. */
function known(run: Command, usage = ""): Known {
  const words = usage.split(" ").filter((word) => word !== "");
  const flags = words.flatMap((word) => {
    const [, spelling, sign, name] = /^(-[^:=]+)([:=])(.+)$/.exec(word) ?? [];
    return spelling === undefined || name === undefined ? [] : [[spelling, { name, value: sign === "=" }] as const];
  });
  return { run, positional: words.filter((word) => !word.startsWith("-")), flags: Object.fromEntries(flags) };
}

const COMMANDS: Readonly<Record<string, Known>> = {
  api: known(session.api, "URL --skip-ssl-validation:skip"),
  auth: known(session.auth, "--client-credentials:client-credentials --origin=origin"),
  target: known(session.target, "-o=o -s=s"),
  "oauth-token": known(session.oauthToken),
  curl: known(session.curl, "PATH --fail:fail -f:fail -X=X -d=d"),
  service: known(services.serviceGuid, "SERVICE_INSTANCE --guid:guid"),
  "create-space": known(spaces.createSpace, "SPACE -o=o"),
  "set-space-role": known(spaces.setSpaceRole, "USERNAME ORG SPACE ROLE --client:client --origin=origin"),
  "rename-space": known(spaces.renameSpace, "SPACE NEW_SPACE"),
  "create-service": known(services.createService, "SERVICE_OFFERING SERVICE_PLAN SERVICE_INSTANCE -c=c -t=t"),
  "create-service-key": known(services.createServiceKey, "SERVICE_INSTANCE SERVICE_KEY"),
  "delete-service-key": known(services.deleteServiceKey, "SERVICE_INSTANCE SERVICE_KEY -f:force"),
  "bind-service": known(services.bindService, "APP_NAME SERVICE_INSTANCE"),
  "unbind-service": known(services.unbindService, "APP_NAME SERVICE_INSTANCE"),
  "update-service": known(services.updateService, "SERVICE_INSTANCE -t=t"),
  "delete-service": known(services.deleteService, "SERVICE_INSTANCE -f:force"),
  "rename-service": known(services.renameService, "SERVICE_INSTANCE NEW_SERVICE_INSTANCE"),
  restart: known(restart, "APP_NAME"),
};

export interface Streams {
  /** Variables of the caller. Default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
}

/** Runs one command; the exit code. `now` is the time that tokens are measured by. */
export async function runCf(words: readonly string[], streams: Streams, now: () => number): Promise<number> {
  const [name = "", ...rest] = words;
  if (["version", "--version", "-v"].includes(name)) {
    streams.out(`${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    streams.err(`'${name}' is not a registered command. See 'cf help -a'\n`);
    return 1;
  }
  try {
    const env = streams.env ?? process.env;
    const file = new ConfigFile(env["CF_HOME"] ?? env["HOME"]);
    const say = (...lines: readonly string[]): void => streams.out(lines.map((line) => `${line}\n`).join(""));
    const warn = (line: string): void => streams.err(`${line}\n`);
    await command.run({ file, api: new Api(file, now), env, say, warn }, parseArguments(rest, command));
    return 0;
  } catch (error) {
    return failed(error, streams);
  }
}

function failed(error: unknown, streams: Streams): number {
  if (!(error instanceof CfFailure)) throw error;
  if (!(error instanceof UsageFailure || error instanceof session.Panic)) streams.out("FAILED\n");
  streams.err(`${error.sentence}\n`);
  return error.code;
}

const POLL_MS = 3_000;
/** CF_STARTUP_TIMEOUT's default. */
const PATIENCE_MS = 5 * 60_000;

interface Stats {
  readonly resources: readonly { readonly state: string }[];
}

/** Stop, start, wait for an instance, summary. */
async function restart(cli: Cli, { positional }: Arguments): Promise<void> {
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
