/** The composition root: the only file that constructs real adapters. */
import { join } from "node:path";
import { BoshDirector } from "../foundation/adapters/bosh/director.ts";
import { CfCloudFoundry } from "../foundation/adapters/cf/cloud-foundry.ts";
import { CfHop } from "../foundation/adapters/cf/hop.ts";
import type { CfLogin } from "../foundation/adapters/cf/session.ts";
import { OpenDockerHosts } from "../docker/adapters/docker-hosts.ts";
import { createCells } from "../foundation/adapters/cells/cells.ts";
import { LogStore } from "../discovery/adapters/elasticsearch/log-store.ts";
import type { StoreLogin } from "../discovery/adapters/elasticsearch/store-client.ts";
import { LocalLogFiles } from "../discovery/adapters/logs/local-log-files.ts";
import type { Dial, Gateway } from "../kit/network/dial.ts";
import { directDialer, loopbackDialer } from "../kit/network/dialer.ts";
import { straight } from "../kit/network/http-agents.ts";
import { socksGateway } from "../kit/network/socks-gateway.ts";
import { homeDirectory } from "../kit/process/home-directory.ts";
import type { RunProgram } from "../kit/spawn/spawn.ts";
import { othersReach } from "../archive/adapters/scratch/account.ts";
import { openSandbox } from "../archive/adapters/sandbox/open-sandbox.ts";
import { askedWithout, Unsandboxed } from "../archive/adapters/sandbox/unsandboxed.ts";
import type { OpenSandbox } from "../archive/adapters/scratch/programs.ts";
import { LocalScratch, type RestoreData } from "../archive/adapters/scratch/scratch-databases.ts";
import { createGateway } from "../kit/ssh/gateway.ts";
import { inClear } from "../archive/reading/in-clear.ts";
import { copyAtTime } from "../archive/restore/copy-at-time.ts";
import {
  type Config,
  type GatewayConfig,
  type LeaseConfig,
  type LogStoreConfig,
  settingsOf,
  type SocksConfig,
} from "../config/settings/config.ts";
import { looseFile } from "../config/settings/envdir.ts";
import { sessionFile } from "../config/settings/missing.ts";
import { asRecoverError, type RecoverError, refuse } from "../errors.ts";
import { optional } from "../kit/optional.ts";
import type { Clock } from "../ports/clock.ts";
import type { Decryption } from "../ports/decryption.ts";
import type { Director } from "../ports/director.ts";
import type { Dialer } from "../ports/dialer.ts";
import type { ArchiveStore } from "../ports/object-store.ts";
import type { Operator } from "../ports/operator.ts";
import type { Ports } from "../ports/ports.ts";
import type { SharedPlace } from "../ports/shared-place.ts";
import type { ScratchDatabases } from "../ports/scratch-database.ts";
import type { ResourceRecorder } from "../ports/resources.ts";
import { programPath } from "../kit/process/program-path.ts";
import type { Secrets } from "../kit/secrets/secrets.ts";
import { openDecryption, openStore, optionalSecret, resolveSecret } from "./store-wiring.ts";

export interface WiringOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly recorder: ResourceRecorder;
  readonly signal: AbortSignal;
  /** Asked for what a log-in needs and the configuration does not say; nobody if absent. */
  readonly operator?: Operator;
  /** The operator may do without a sandbox: a run asks that, what only looks does not. */
  readonly asksForSandbox?: true;
  /** A rehearsal's sockets reach loopback only (law 13). */
  readonly loopbackOnly: boolean;
  /** As of `StoreWiringOptions`. */
  readonly readsUntil?: AbortSignal;
  /** Runs `cf`; if absent, each call starts a process. */
  readonly runCf?: RunProgram;
  /** Runs the programs that are called on a Docker host which is this machine; if absent, each call starts a process. */
  readonly runDocker?: RunProgram;
  /** Wraps this machine's own scratch databases; if absent, they are used as they are. */
  readonly placed?: (own: ScratchDatabases) => ScratchDatabases;
}

export interface Wired {
  readonly ports: Ports;
  /** Begins what a whole recovery needs later and what takes a processor a while. */
  warmUp(): void;
  /** Removes what an earlier process of this run left open. Returns what it did, for people. */
  cleanLeftOvers(): Promise<readonly string[]>;
  /** Where machines share leases. */
  shared(at: LeaseConfig): SharedPlace;
  /** How places are reached that are no port: straight, or through the one hop if there is one. */
  readonly ways: { readonly straight: Dial; readonly hop: Gateway | undefined };
  /** Ends log-ins and removes ephemeral users: what the journal is to hear of. The store can be reached on. */
  logOut(): Promise<void>;
  /**
   * The same if it was not done, and closes connections. A process that was taken over changes nothing any more: its
   * users on cells stand in the journal, and its successor removes them.
   */
  close(how?: { readonly takenOver: boolean }): Promise<void>;
}

export async function wire(options: WiringOptions): Promise<Wired> {
  const { config, secrets, clock, recorder, signal } = options;
  const dialer = options.loopbackOnly ? loopbackDialer() : directDialer();
  const gateway = await openGateway(options, dialer);
  const wayOf = ({ viaGateway }: { readonly viaGateway?: true | undefined }): Dial =>
    (viaGateway === true ? gateway?.forward : undefined) ?? straight(dialer);
  const opened = openStore(options, wayOf(config.s3));
  const { store } = opened;
  const decryption = await openDecryption(options);
  const director = await openDirector(options, gateway?.forward ?? straight(dialer));
  const hop = cfHop(options, gateway);
  const cf = await openCf(options, hop);
  const cells = createCells({
    ...{ director, dialer, recorder, secrets, knownHostsFiles: knownHosts(options) },
    ...optional("gateway", gateway),
  });
  const logStores = (config.logStores ?? []).map((each) => openLogStore(options, each, wayOf(each)));
  const docker = openDocker(options, dialer);
  const ports: Ports = {
    clock,
    cf,
    director,
    cells,
    store,
    ...optional("decryption", decryption),
    logs: new LocalLogFiles(config.logs),
    logStores,
    scratch: (options.placed ?? asItIs)(openScratch(options, store, decryption)),
    docker,
    settings: { ...settingsOf(config), ...optional("looseKey", looseKey(config.gpg?.key)) },
  };
  signal.throwIfAborted();
  // Users are removed while the director can still be reached.
  const logOut = once(() => closeAll([cells, cf, hop]));
  return {
    ports,
    shared: (at) => store.shared(at),
    ways: { straight: straight(dialer), hop: gateway },
    logOut,
    warmUp: () => cells.warmUp(),
    cleanLeftOvers: async () =>
      (await cells.cleanLeftOvers()).map(
        ({ user, label, error }) => `${user} on ${label}: ${error === undefined ? "removed" : error.message}`,
      ),
    close: async ({ takenOver } = { takenOver: false }) => {
      try {
        await closeAll([...(takenOver ? [cf, hop] : [{ close: logOut }]), gateway]);
      } finally {
        opened.close();
        await decryption?.close();
        await docker.close();
        for (const each of logStores) each.close();
      }
    },
  };
}

const looseKey = (key: string | undefined): string | undefined => (key === undefined ? undefined : looseFile(key));

const asItIs = (own: ScratchDatabases): ScratchDatabases => own;

function openScratch(options: WiringOptions, store: ArchiveStore, decryption: Decryption | undefined): LocalScratch {
  return scratchOf(options, sandboxOf(options), (order) => copyAtTime(inClear(store.reader(), decryption), order));
}

/** Copies that are there already: nothing is restored by it. */
export function openLeftCopies(
  options: Pick<WiringOptions, "env" | "signal">,
): Pick<ScratchDatabases, "look" | "stop" | "remove"> {
  const nothing = () => Promise.reject(new Error("nothing is started or restored here"));
  return scratchOf(options, nothing, nothing);
}

/** A rehearsal's database is our own, out of the package. */
function sandboxOf({ config, env, signal, loopbackOnly, operator, asksForSandbox }: WiringOptions): OpenSandbox {
  if (loopbackOnly) return () => Promise.resolve(new Unsandboxed("a rehearsal's own database"));
  if (config.unsandboxed === true)
    return () => Promise.resolve(new Unsandboxed("the configuration says `sandbox: unsandboxed`"));
  const open: OpenSandbox = (as) => openSandbox({ path: programPath(env), signal, as });
  return operator === undefined || asksForSandbox === undefined ? open : askedWithout(open, operator);
}

/** Another account has to reach a place that root made: below /root it could not. */
function scratchOf(
  { env, signal }: Pick<WiringOptions, "env" | "signal">,
  sandbox: OpenSandbox,
  restore: RestoreData,
): LocalScratch {
  const given = env["TMPDIR"];
  const temporary = given !== undefined && (process.getuid?.() !== 0 || othersReach(given)) ? given : undefined;
  return new LocalScratch({
    restore,
    sandbox,
    path: programPath(env),
    signal,
    root: temporary ?? "/var/tmp",
  });
}

/** Closes each one even if others throw; then throws the first error. */
async function closeAll(all: readonly ({ close(): Promise<void> } | undefined)[]): Promise<void> {
  const failures: RecoverError[] = [];
  for (const each of all) await each?.close().catch((error: unknown) => failures.push(asRecoverError(error)));
  if (failures[0] !== undefined) throw failures[0];
}

/** Later calls do nothing: a failure was thrown to the first caller. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await work();
  };
}

async function openGateway(options: WiringOptions, dialer: Dialer): Promise<Gateway | undefined> {
  const { gateway: config, socks } = options.config.bosh;
  if (config === undefined) return socks === undefined ? undefined : openSocks(socks, options, dialer);
  const { host, port, user, hostKey } = config;
  const agent = options.env["SSH_AUTH_SOCK"];
  const known = knownHosts(options);
  return createGateway(
    {
      host,
      port,
      user,
      knownHostsFiles: known,
      ...optional("hostKey", hostKey),
      ...(await gatewaySecrets(options, config)),
      ...optional("agent", config.privateKey === undefined ? agent : undefined),
      ...optional("operator", options.operator),
    },
    dialer,
    options.secrets,
  );
}

const knownHosts = ({ env }: WiringOptions): readonly string[] => [
  join(homeDirectory(env), ".ssh", "known_hosts"),
  "/etc/ssh/ssh_known_hosts",
];

/** Nothing is run or dialled before a step asks. */
function openDocker(options: WiringOptions, dialer: Dialer): OpenDockerHosts {
  const { secrets, signal, operator } = options;
  // The socket of this machine would be no rehearsal's.
  const env = options.loopbackOnly ? { DOCKER_HOST: "tcp://127.0.0.1:1", ...options.env } : options.env;
  const knownHostsFiles = knownHosts(options);
  const given = { ...optional("operator", operator), ...optional("run", options.runDocker) };
  return new OpenDockerHosts({ env, secrets, signal, dialer, knownHostsFiles, ...given });
}

/** A rehearsal takes no SOCKS5 proxy: one on loopback could lead anywhere. */
function openSocks(socks: SocksConfig, { loopbackOnly }: WiringOptions, dialer: Dialer): Gateway {
  if (!loopbackOnly) return socksGateway(socks, dialer);
  throw refuse("rehearsal-escape", "a rehearsal takes no SOCKS5 proxy")
    .at(`${socks.host}:${socks.port}`)
    .advise("Unset BOSH_ALL_PROXY for the rehearsal.");
}

function cfHop({ config: { cf }, secrets }: WiringOptions, gateway: Gateway | undefined): CfHop | undefined {
  if (cf.viaGateway !== true || cf.api === undefined || gateway === undefined) return undefined;
  return new CfHop(gateway, cf.api, secrets);
}

async function gatewaySecrets(
  options: WiringOptions,
  config: GatewayConfig,
): Promise<{ privateKey?: string; passphrase?: string; password?: string }> {
  return {
    ...optional("privateKey", await optionalSecret(options, config.privateKey)),
    ...optional("passphrase", await optionalSecret(options, config.passphrase)),
    ...optional("password", await optionalSecret(options, config.password)),
  };
}

/** Without an address or a client, every call says what is missing: commands that need no director still work. */
async function openDirector(options: WiringOptions, dial: Dial): Promise<Director> {
  const { environment, client, clientSecret, caCert } = options.config.bosh;
  const missing =
    environment === undefined
      ? "bosh.environment"
      : client === undefined
        ? "BOSH_CLIENT"
        : clientSecret === undefined
          ? "BOSH_CLIENT_SECRET"
          : undefined;
  if (environment === undefined || client === undefined || clientSecret === undefined)
    return absentDirector(missing ?? "bosh");
  const secret = await resolveSecret(options, clientSecret);
  const { clock, secrets } = options;
  return new BoshDirector({
    environment,
    client,
    clientSecret: secret,
    dial,
    clock,
    secrets,
    ...optional("caCert", caCert),
  });
}

function absentDirector(missing: string): Director {
  const denied = (): Promise<never> =>
    Promise.reject(
      refuse("not-logged-in", `there is no log-in to the BOSH director: ${missing} is not set`)
        .at(missing)
        .advise("Set bosh.environment in the configuration, BOSH_CLIENT and BOSH_CLIENT_SECRET in the environment."),
    );
  return {
    info: denied,
    deployments: denied,
    instances: denied,
    locks: denied,
    runningTasks: denied,
    setupSsh: denied,
    cleanupSsh: denied,
  };
}

async function openCf(options: WiringOptions, hop: CfHop | undefined): Promise<CfCloudFoundry> {
  const { config, env, secrets, recorder, signal } = options;
  const usual = env["https_proxy"] ?? env["HTTPS_PROXY"];
  const proxy =
    hop === undefined ? (usual === undefined ? undefined : () => Promise.resolve(usual)) : () => hop.proxy();
  return new CfCloudFoundry({
    program: "cf",
    path: programPath(env),
    login: await cfLogin(options),
    skipSslValidation: config.cf.skipSslValidation,
    secrets,
    recorder,
    signal,
    ...optional("api", config.cf.api),
    ...optional("proxy", proxy),
    ...optional("temporaryDirectory", env["TMPDIR"]),
    ...optional("run", options.runCf),
  });
}

async function cfLogin(options: WiringOptions): Promise<CfLogin> {
  const { config, env } = options;
  const { username, password } = config.cf;
  if (username !== undefined && password !== undefined)
    return { kind: "password", username, password: await resolveSecret(options, password) };
  return { kind: "session", configFile: sessionFile(env) };
}

function openLogStore(options: WiringOptions, config: LogStoreConfig, dial: Dial): LogStore {
  const { clock, secrets, signal } = options;
  const { url, index, login, caCert } = config;
  return new LogStore({
    url,
    index,
    dial,
    clock,
    secrets,
    signal,
    ...optional("ca", caCert),
    ...optional("login", login === undefined ? undefined : () => storeLogin(options, login)),
  });
}

async function storeLogin(options: WiringOptions, login: NonNullable<LogStoreConfig["login"]>): Promise<StoreLogin> {
  if (login.kind === "api-key") return { kind: "api-key", key: await resolveSecret(options, login.key) };
  return { kind: "password", username: login.username, password: await resolveSecret(options, login.password) };
}
