/** The commands that our adapter sends, and the ends of the program. Anything else is not a registered command. */
import { Api } from "./api.ts";
import type { Command } from "./command.ts";
import { ConfigFile } from "./config-file.ts";
import { CfFailure } from "./failure.ts";
import { type Accepted, parseArguments, UsageFailure } from "./flags.ts";
import { restart } from "./restart-command.ts";
import * as services from "./service-commands.ts";
import * as spaces from "./space-commands.ts";
import * as session from "./session-commands.ts";

/** The release whose behaviour this program has. */
const VERSION = "cf version 8.18.3";

interface Known extends Accepted {
  readonly run: Command;
}

const value = (name: string) => ({ name, value: true });
const flag = (name: string) => ({ name, value: false });

const COMMANDS: Readonly<Record<string, Known>> = {
  api: { run: session.api, positional: ["URL"], flags: { "--skip-ssl-validation": flag("skip") } },
  auth: {
    run: session.auth,
    positional: [],
    flags: { "--client-credentials": flag("client-credentials"), "--origin": value("origin") },
  },
  target: { run: session.target, positional: [], flags: { "-o": value("o"), "-s": value("s") } },
  "oauth-token": { run: session.oauthToken, positional: [], flags: {} },
  curl: {
    run: session.curl,
    positional: ["PATH"],
    flags: { "--fail": flag("fail"), "-f": flag("fail"), "-X": value("X"), "-d": value("d") },
  },
  service: { run: services.serviceGuid, positional: ["SERVICE_INSTANCE"], flags: { "--guid": flag("guid") } },
  "create-space": { run: spaces.createSpace, positional: ["SPACE"], flags: { "-o": value("o") } },
  "set-space-role": {
    run: spaces.setSpaceRole,
    positional: ["USERNAME", "ORG", "SPACE", "ROLE"],
    flags: { "--client": flag("client"), "--origin": value("origin") },
  },
  "rename-space": { run: spaces.renameSpace, positional: ["SPACE", "NEW_SPACE"], flags: {} },
  "create-service": {
    run: services.createService,
    positional: ["SERVICE_OFFERING", "SERVICE_PLAN", "SERVICE_INSTANCE"],
    flags: { "-c": value("c"), "-t": value("t") },
  },
  "create-service-key": {
    run: services.createServiceKey,
    positional: ["SERVICE_INSTANCE", "SERVICE_KEY"],
    flags: {},
  },
  "delete-service-key": {
    run: services.deleteServiceKey,
    positional: ["SERVICE_INSTANCE", "SERVICE_KEY"],
    flags: { "-f": flag("force") },
  },
  "bind-service": { run: services.bindService, positional: ["APP_NAME", "SERVICE_INSTANCE"], flags: {} },
  "unbind-service": { run: services.unbindService, positional: ["APP_NAME", "SERVICE_INSTANCE"], flags: {} },
  "update-service": { run: services.updateService, positional: ["SERVICE_INSTANCE"], flags: { "-t": value("t") } },
  "delete-service": {
    run: services.deleteService,
    positional: ["SERVICE_INSTANCE"],
    flags: { "-f": flag("force") },
  },
  "rename-service": {
    run: services.renameService,
    positional: ["SERVICE_INSTANCE", "NEW_SERVICE_INSTANCE"],
    flags: {},
  },
  restart: { run: restart, positional: ["APP_NAME"], flags: {} },
};

export interface Streams {
  /** Variables of the caller; those of this process where absent. */
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
    const say = (line = ""): void => streams.out(`${line}\n`);
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
