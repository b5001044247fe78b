/** The commands that our adapter sends, and the ends of the program. Anything else is not a registered command. */
import type { Ended } from "../ended.ts";
import { Api, type Resource } from "./api.ts";
import { appNamed, type Cli, type Command, requireApi, requireLogin, requireTarget, whereAndWho } from "./command.ts";
import { ConfigFile } from "./config-file.ts";
import { answerOf, CfFailure } from "./failure.ts";
import { type Accepted, type Arguments, parseArguments, UsageFailure } from "./flags.ts";
import * as services from "./service-commands.ts";
import * as spaces from "./space-commands.ts";
import * as session from "./session-commands.ts";

/** The release whose behaviour this program has. */
const VERSION = "cf version 8.18.3";

interface Known extends Accepted {
  readonly require: (cli: Cli) => void;
  readonly run: Command;
}

/** `usage`: names of arguments, and flags as `SPELLING:NAME`, or `SPELLING=NAME` if the next word is the value. */
function known(require: Known["require"], run: Command, usage = ""): Known {
  const words = usage.split(" ").filter((word) => word !== "");
  const flags = words.flatMap((word) => {
    const [, spelling, sign, name] = /^(-[^:=]+)([:=])(.+)$/.exec(word) ?? [];
    return spelling === undefined || name === undefined ? [] : [[spelling, { name, value: sign === "=" }] as const];
  });
  return { require, run, positional: words.filter((word) => !word.startsWith("-")), flags: Object.fromEntries(flags) };
}

const needNothing = (): void => undefined;

const COMMANDS: Readonly<Record<string, Known>> = {
  api: known(needNothing, session.api, "URL --skip-ssl-validation:skip"),
  auth: known(requireApi, session.auth, "--client-credentials:client-credentials --origin=origin"),
  target: known(requireLogin, session.target, "-o=o -s=s"),
  "oauth-token": known(requireLogin, session.oauthToken),
  curl: known(requireApi, session.curl, "PATH --fail:fail -f:fail -X=X -d=d"),
  service: known(requireTarget, services.serviceGuid, "SERVICE_INSTANCE --guid:guid"),
  "create-space": known(requireLogin, spaces.createSpace, "SPACE -o=o"),
  "set-space-role": known(requireLogin, spaces.setSpaceRole, "USERNAME ORG SPACE ROLE --client:client --origin=origin"),
  "rename-space": known(requireTarget, spaces.renameSpace, "SPACE NEW_SPACE"),
  "create-service": known(
    requireTarget,
    services.createService,
    "SERVICE_OFFERING SERVICE_PLAN SERVICE_INSTANCE -c=c -t=t",
  ),
  "create-service-key": known(requireTarget, services.createServiceKey, "SERVICE_INSTANCE SERVICE_KEY"),
  "delete-service-key": known(requireTarget, services.deleteServiceKey, "SERVICE_INSTANCE SERVICE_KEY -f:force"),
  "bind-service": known(requireTarget, services.bindService, "APP_NAME SERVICE_INSTANCE"),
  "unbind-service": known(requireTarget, services.unbindService, "APP_NAME SERVICE_INSTANCE"),
  "update-service": known(requireTarget, services.updateService, "SERVICE_INSTANCE -t=t"),
  "delete-service": known(requireTarget, services.deleteService, "SERVICE_INSTANCE -f:force"),
  "rename-service": known(requireTarget, services.renameService, "SERVICE_INSTANCE NEW_SERVICE_INSTANCE"),
  restart: known(requireTarget, restart, "APP_NAME"),
};

export interface CfCall {
  /** Variables of the caller. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly words: readonly string[];
  /** Aborted when the program ends: its request goes with it. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs one command; never throws. `now` is the time that tokens are measured by. */
export async function answerCf({ env, words, signal }: CfCall, now: () => number): Promise<Ended> {
  const [name = "", ...rest] = words;
  if (["version", "--version", "-v"].includes(name)) return { code: 0, stdout: `${VERSION}\n`, stderr: "" };
  const command = COMMANDS[name];
  if (command === undefined)
    return { code: 1, stdout: "", stderr: `'${name}' is not a registered command. See 'cf help -a'\n` };
  let [stdout, stderr] = ["", ""];
  const say = (...lines: readonly string[]): void => void (stdout += lines.map((line) => `${line}\n`).join(""));
  const warn = (line: string): void => void (stderr += `${line}\n`);
  const code = await carriedOut(command, rest, { env, say, warn, now, signal }).then(
    () => 0,
    (error: unknown) => failed(error, { say, warn }),
  );
  return { code, stdout, stderr };
}

async function carriedOut(
  command: Known,
  words: readonly string[],
  {
    now,
    signal,
    ...given
  }: Pick<Cli, "env" | "say" | "warn"> & Pick<CfCall, "signal"> & { readonly now: () => number },
): Promise<void> {
  const file = new ConfigFile(given.env["CF_HOME"] ?? given.env["HOME"]);
  const cli = { ...given, file, api: new Api(file, now, signal) };
  const args = parseArguments(words, command);
  command.require(cli);
  await command.run(cli, args);
}

function failed(error: unknown, { say, warn }: Pick<Cli, "say" | "warn">): number {
  const isExpected = error instanceof CfFailure;
  if (isExpected && !(error instanceof UsageFailure || error instanceof session.Panic)) say("FAILED");
  warn(isExpected ? error.sentence : `panic: ${String(error)}`);
  return isExpected ? error.code : 2;
}

const POLL_MS = 3_000;
/** CF_STARTUP_TIMEOUT's default. */
const PATIENCE_MS = 5 * 60_000;

interface Stats {
  readonly resources: readonly { readonly state: string }[];
}

/** Stop, start, wait for an instance, summary. */
async function restart(cli: Cli, { positional }: Arguments): Promise<void> {
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
