/** The files and the environment that a child gets: made from nothing, so that nothing of the caller's leads out of the box. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compiledBefore } from "../../kit/process/own-files.ts";
import type { Box } from "../box/box.ts";
import { DIRECTOR_ADDRESS } from "../box/box.ts";
import { LOG_INDEX, LOG_READER } from "../box/collected-store.ts";
import { type BoxClock, shown } from "../box/clock.ts";
import { serveDockerProgram, serveMachine } from "../docker-program/service.ts";
import { serveCf } from "../cf-program/service.ts";
import type { Laptop } from "./laptop.ts";
import type { Scenario } from "../scenarios/scenario.ts";

/** Of the caller's variables, those that only say how a terminal looks. */
const ABOUT_TERMINALS = ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LANG", "LC_ALL", "TZ"];

export interface ChildPlace {
  readonly directory: string;
  readonly config: string;
  readonly answers: string;
  readonly cf: string;
  /** Without the rehearsal's own variable. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export interface ChildPlaceOptions {
  readonly directory: string;
  readonly box: Box;
  readonly clock: BoxClock;
  readonly scenario: Scenario;
  readonly caller: Readonly<Record<string, string | undefined>>;
  /** Present when the tool starts a PostgreSQL. */
  readonly laptop?: Pick<Laptop, "programs" | "temporary">;
}

const SYSTEM = ["/usr/bin", "/bin"];

const PRIVATE = { mode: 0o600 } as const;

export async function layOut({
  directory,
  box,
  clock,
  scenario,
  caller,
  laptop,
}: ChildPlaceOptions): Promise<ChildPlace> {
  const programs = laptop?.programs;
  const home = join(directory, "home");
  const temporary = laptop?.temporary ?? join(directory, "tmp");
  for (const path of [home, temporary]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const bin = join(directory, "bin");
  const { path: cf, service } = await serveCf(bin, () => shown(clock));
  const { dockerEndpoint } = box;
  const docker = await putDocker(bin, box);
  const close = async (): Promise<void> => {
    await Promise.all([service.close(), docker.close()]);
  };
  const { keys, accounts } = box.state();
  const gatewayKey = join(home, "gateway-key");
  writeFileSync(gatewayKey, keys.operator.privateKey, PRIVATE);
  const config = join(directory, "dingo-recover.yml");
  // JSON is YAML.
  writeFileSync(config, `${JSON.stringify(configuration(box, gatewayKey), null, 2)}\n`, PRIVATE);
  const answers = join(directory, "answers.json");
  writeFileSync(answers, JSON.stringify(scenario.answers), PRIVATE);
  const xdg = ["CONFIG", "STATE", "CACHE", "DATA"].map((name) => [`XDG_${name}_HOME`, join(home, name.toLowerCase())]);
  const key = box.host.world().store.keys.find((each) => each.holder === "operator");
  const env = {
    ...Object.fromEntries(
      ABOUT_TERMINALS.flatMap((name) => (caller[name] === undefined ? [] : [[name, caller[name]]])),
    ),
    ...(Object.fromEntries(xdg) as Record<string, string>),
    HOME: home,
    TMPDIR: temporary,
    PATH: searched({ cf, programs, hasDocker: docker.isElsewhere }).join(":"),
    ...(dockerEndpoint === undefined ? {} : { DOCKER_HOST: dockerEndpoint }),
    CF_USERNAME: accounts.cf.username,
    CF_PASSWORD: accounts.cf.password,
    BOSH_CLIENT_SECRET: accounts.bosh.clientSecret,
    AWS_ACCESS_KEY_ID: key?.id ?? "",
    AWS_SECRET_ACCESS_KEY: key?.secret ?? "",
    ...compiledBefore(),
    ...(box.logStoreUrl === undefined ? {} : { ES_PASSWORD: LOG_READER.password }),
  };
  return { directory, config, answers, cf, env, close };
}

interface Searched {
  readonly cf: string;
  readonly programs: string | undefined;
  readonly hasDocker: boolean;
}

/** A server that recovers starts the shell, which starts the system's programs; it reads files beside `docker` too. */
function searched({ cf, programs, hasDocker }: Searched): string[] {
  const node = dirname(process.execPath);
  const system = programs === undefined && !hasDocker ? [] : SYSTEM;
  return [dirname(cf), ...(programs === undefined ? [] : [programs]), node, ...system];
}

/** Of an engine on the tool's own machine, every program that is called there is the box's. */
async function putDocker(
  bin: string,
  { docker, dockerEndpoint: endpoint = "" }: Box,
): Promise<{ readonly isElsewhere: boolean; close(): Promise<void> }> {
  const isElsewhere = docker !== undefined && docker.state.isLocal !== true;
  if (docker === undefined) return { isElsewhere, close: () => Promise.resolve() };
  const serve = isElsewhere ? serveDockerProgram : serveMachine;
  const served = await serve(bin, (call, signal) => docker.callToItsEnd({ ...call, endpoint }, signal));
  return { isElsewhere, close: () => served.close() };
}

function configuration(box: Box, gatewayKey: string): Record<string, unknown> {
  const { accounts, keys } = box.state();
  const { bucket, region, configuredRegion = region } = box.host.world().network;
  return {
    cf: { api: box.cfUrl, username: accounts.cf.username, password: { env: "CF_PASSWORD" } },
    bosh: {
      environment: `https://${DIRECTOR_ADDRESS}`,
      ca_cert: keys.director.cert,
      client: accounts.bosh.client,
      client_secret: { env: "BOSH_CLIENT_SECRET" },
      gateway: {
        host: "127.0.0.1",
        port: box.gatewayPort,
        user: accounts.gatewayUser,
        private_key: { file: gatewayKey },
        host_key: keys.gateway.publicKey,
      },
    },
    s3: { endpoint: box.storeUrl, region: configuredRegion, bucket },
    ...collected(box),
  };
}

function collected({ logs, logStoreUrl: url }: Box): Record<string, unknown> {
  if (url === undefined) return { logs: [logs] };
  const { username } = LOG_READER;
  const login = { username, password: { env: "ES_PASSWORD" } };
  return { elasticsearch: { url, index: LOG_INDEX, ...login, via_gateway: true } };
}
