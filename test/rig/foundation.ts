/**
 * A whole foundation for a recovery: the rig's real parts behind the Cloud Controller and director stand-ins, a user
 * who deleted a service by mistake, and the tool's configuration file. The tool is run as its users run it.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import {
  addApp,
  addOrg,
  addPerson,
  addPlan,
  addSpace,
  emptyCloudController,
  seedBinding,
  seedDeletion,
  seedInstance,
} from "../../src/rehearsal/cloud-controller/seed.ts";
import { serveCloudController } from "../../src/rehearsal/cloud-controller/server.ts";
import type { CloudControllerState } from "../../src/rehearsal/cloud-controller/state.ts";
import { draftOf } from "../../src/rehearsal/draft.ts";
import type { StandInServer } from "../../src/rehearsal/http/server.ts";
import { FaultyWay } from "../contract/faulty-way.ts";
import { builtProgram } from "./cache.ts";
import { type BrokerOptions, cloudControllerBroker } from "./foundation/cloud-controller-broker.ts";
import { type RigDirector, startDirector } from "./foundation/director.ts";
import { type Rig, type RigOptions, startRig } from "./rig.ts";
import { makeScene, type Scene, type SceneOptions } from "./scene.ts";
import { type S3Credentials, variablesOf } from "./sts.ts";
import { openTerminal, type Terminal } from "./terminal/terminal.ts";
import { AS_INSTALLED, TOOL } from "../tool.ts";

export const ORG = "our-org";
export const SPACE = "our-space";
export const SERVICE = "important-db";
export const TARGET = `${ORG}/${SPACE}/${SERVICE}`;
const OFFERING = "dingo-postgresql95";
const PLAN = "solo";
const PERSON = { name: "admin", password: "canary-cf-password-5b1d" };

export interface Foundation {
  readonly rig: Rig;
  readonly scene: Scene;
  readonly cloudController: StandInServer;
  /** The way to it, to put faults on. */
  readonly way: FaultyWay;
  readonly director: RigDirector;
  readonly directory: string;
  readonly orgGuid: string;
  readonly spaceGuid: string;
  readonly broker: BrokerOptions;
  /** The content of the tool's configuration file, for a file of another operator's. */
  readonly configuration: Configuration;
  readonly configFile: string;
  /** All that the tool finds in its environment. */
  readonly toolEnv: Readonly<Record<string, string>>;
  /** Who the tool logs in as at Cloud Foundry. */
  readonly person: { readonly name: string; readonly password: string };
  /** The tool's credentials for the object store: writes below the scene's archive are 403. */
  readonly credentials: S3Credentials;
  /** The secrets that must never be seen: each one that the tool was given, by its name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** One more service of the same places, deleted by mistake as the first one; `name` is what its users called it. */
  anotherScene(name: string, options?: SceneOptions): Promise<Scene>;
  /** The Cloud Controller's world. */
  state(): CloudControllerState;
  change(next: (state: CloudControllerState) => CloudControllerState): void;
  /** Starts the tool with the foundation's configuration and nothing of our own environment. */
  tool(args: readonly string[], options?: ToolOptions): ToolProcess;
  /** The same in a new terminal. */
  terminal(args: readonly string[], options?: ToolOptions): Promise<Terminal>;
  stop(): Promise<void>;
}

export interface ToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Another configuration file than the foundation's own. */
  readonly config?: string;
}

export type ToolProcess = ReturnType<typeof startTool>;

function startTool(args: readonly string[], env: Readonly<Record<string, string>>) {
  return execa(process.execPath, [TOOL, ...args], { reject: false, extendEnv: false, env, stdin: "ignore" });
}

export interface FoundationOptions extends RigOptions {
  readonly scene?: SceneOptions;
  readonly app?: string;
  /** Cloud Foundry is where the gateway can reach it, with TLS, as `cf.via_gateway` wants it; else on loopback. */
  readonly cfBehindGateway?: boolean;
}

export async function startFoundation(options: FoundationOptions = {}): Promise<Foundation> {
  const directory = await mkdtemp(join(tmpdir(), "dingo-recover-foundation-"));
  const rig = await startRig(options);
  const broker: BrokerOptions = { slowStop: false };
  const places = seedPlaces(rig.id, options.app);
  let state = places.state;
  const scene = await makeScene(rig, {
    ...options.scene,
    organizationGuid: places.orgGuid,
    spaceGuid: places.spaceGuid,
  });
  state = seedMistake(state, places, { guid: scene.guid, name: SERVICE });
  const director = await startDirector(rig, directory);
  const way = new FaultyWay();
  const cloudController = await serveCloudController({
    passage: way.passage,
    get: () => state,
    set: (next) => {
      state = next;
    },
    broker: cloudControllerBroker(rig.broker, broker),
    now: () => new Date(),
    ...(options.cfBehindGateway === true ? { listen: { host: rig.address, tls: director.tls } } : {}),
  });
  const configuration = configurationOf({ rig, cloudController, director });
  const configFile = join(directory, "dingo-recover.yml");
  await writeFile(configFile, stringify(configuration));
  const credentials = await rig.restrictedCredentials(scene.archive);
  const env = {
    ...AS_INSTALLED,
    PATH: [dirname(builtProgram("cf")), dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
    HOME: directory,
    TMPDIR: directory,
    DINGO_RECOVER_STATE: join(directory, "state"),
    CF_USERNAME: PERSON.name,
    CF_PASSWORD: PERSON.password,
    BOSH_CLIENT: director.client,
    BOSH_CLIENT_SECRET: director.clientSecret,
    ...variablesOf(credentials),
  };
  return {
    rig,
    scene,
    cloudController,
    way,
    director,
    directory,
    orgGuid: places.orgGuid,
    spaceGuid: places.spaceGuid,
    broker,
    configuration,
    configFile,
    toolEnv: env,
    person: PERSON,
    credentials,
    secrets: {
      "the password of Cloud Foundry": PERSON.password,
      "the secret of the director's client": director.clientSecret,
      "the secret key of the object store": credentials.secretAccessKey,
      "the session token of the object store": credentials.sessionToken ?? "",
      "the private key of the gateway": await readFile(rig.gateway.privateKey, "utf8"),
    },
    anotherScene: async (name, more = {}) => {
      const { orgGuid, spaceGuid } = places;
      const another = await makeScene(rig, { ...more, organizationGuid: orgGuid, spaceGuid });
      state = seedMistake(state, { ...places, appGuid: undefined }, { guid: another.guid, name });
      return another;
    },
    state: () => state,
    change: (next) => {
      state = next(state);
    },
    tool: (args, { env: more = {}, config = configFile } = {}) =>
      startTool([...args, "--config", config], { ...env, ...more }),
    terminal: (args, { env: more = {}, config = configFile } = {}) =>
      openTerminal([process.execPath, TOOL, ...args, "--config", config], { ...env, ...more }),
    stop: async () => {
      await cloudController.close();
      await director.close();
      await rig.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Places {
  readonly state: CloudControllerState;
  readonly orgGuid: string;
  readonly spaceGuid: string;
  readonly planGuid: string;
  readonly appGuid: string | undefined;
}

/** Its own seed: rigs share the docker engine, and no two may give an instance the same GUID. */
function seedPlaces(seed: string, app: string | undefined): Places {
  const at = new Date(Date.now() - 86_400_000);
  const state = emptyCloudController(seed);
  const scopes = ["cloud_controller.admin", "cloud_controller.read", "cloud_controller.write"];
  addPerson(state, { ...PERSON, scopes });
  const { guid: orgGuid } = addOrg(state, { name: ORG, at });
  const { guid: spaceGuid } = addSpace(state, { name: SPACE, orgGuid, at });
  const brokerPlanId = "b96d0936-e423-11e5-accb-93d374e93368";
  const { guid: planGuid } = addPlan(state, { name: PLAN, offering: OFFERING, brokerPlanId, at });
  const appGuid = app === undefined ? undefined : addApp(state, { name: app, spaceGuid, at }).guid;
  return { state, orgGuid, spaceGuid, planGuid, appGuid };
}

/** Cloud Foundry's memory of the service that a user deleted. */
function seedMistake(
  before: CloudControllerState,
  { spaceGuid, planGuid, appGuid }: Omit<Places, "state">,
  { guid, name }: { readonly guid: string; readonly name: string },
): CloudControllerState {
  const state = draftOf(before);
  const actor = { guid: "5f2b0a49-5b3a-4c39-9f6c-0f5e6a7b8c9d", type: "user", name: "user@example.com" };
  const created = { now: new Date(Date.now() - 3_600_000), actor };
  seedInstance(state, { guid, name, spaceGuid, planGuid, tags: [] }, created);
  if (appGuid !== undefined) seedBinding(state, { type: "app", name: null, instanceGuid: guid, appGuid }, created);
  seedDeletion(state, guid, { now: new Date(), actor });
  return state;
}

interface Parts {
  readonly rig: Rig;
  readonly cloudController: StandInServer;
  readonly director: RigDirector;
}

export type Configuration = ReturnType<typeof configurationOf>;

function configurationOf({ rig, cloudController, director }: Parts) {
  const { gateway, objects } = rig;
  return {
    cf: { api: cloudController.url, skip_ssl_validation: true },
    bosh: {
      environment: director.url,
      ca_cert: director.caFile,
      gateway: {
        host: gateway.host,
        port: gateway.port,
        user: gateway.user,
        private_key: { file: gateway.privateKey },
        host_key: gateway.hostPublicKey,
      },
    },
    s3: { endpoint: objects.endpoint, region: objects.region, bucket: objects.bucket },
  };
}
