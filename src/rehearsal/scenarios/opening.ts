/** The story that most scenarios share: a database of three hours, an application bound to it, and a mistake. */
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
} from "../cloud-controller/seed.ts";
import type { Cloud } from "../cloud-controller/state.ts";
import { drawGuid } from "../world/chance.ts";
import { ERAS } from "../world/eras.ts";
import { foundation, protectArchive } from "../world/foundation.ts";
import { archivePrefix, below } from "../world/store.ts";
import { createInstance, deleteInstance, happen, pass, writeOrders } from "../world/story.ts";
import type { Era, World } from "../world/world.ts";
import type { Opening } from "./scenario.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** From the first create to the page. */
const LIFE = 2.5 * HOUR;
/** Between batches of rows. */
const EVERY = 15 * MINUTE;

export const ORG = "acme";
export const SPACE = "production";
export const SERVICE = "important-db";
export const APP = "orders";
export const OPERATOR = "operator@acme.example";
export const OPERATOR_PASSWORD = "a-password-of-the-box";

export const BATCHES = 6;
export const PER_BATCH = 20;
/** Rows in the segment that is open when the instance is deleted. */
export const OPEN_ROWS = 5;
/** Rows in segments that were closed: a kill leaves these. */
export const BEFORE_THE_LAST_SEGMENT = BATCHES * PER_BATCH;
/** Rows that were ever committed. */
export const EVERYTHING = BEFORE_THE_LAST_SEGMENT + OPEN_ROWS;

export const INPUTS = { service: SERVICE, org: ORG, space: SPACE, around: "40m ago" } as const;
/** An operator who reads, agrees and types every word that is asked for. */
export const AGREES = {
  "any confirm": "yes",
  "any typed": "*expected*",
  "owner-agrees": "the team of the shop",
  // Asked when the logs hold no name: the time and the place tell the team of the shop which it was.
  instance: "*first*",
} as const;

export const TICKET = [
  `A call at night, from the team of the shop: our database "${SERVICE}" is gone! Somebody ran cf delete-service about`,
  `40 minutes ago. Org "${ORG}", space "${SPACE}". Can you get it back?`,
] as const;

/** Real seconds between two questions of Cloud Controller to the broker are 60; the box is not that patient. */
const BROKER_POLL_SECONDS = 10;

export interface Setting {
  readonly era: Era;
  readonly seed: number;
  readonly now: number;
  /** Nodes of the instance that is going to be deleted. Default: one. */
  readonly nodes?: number;
  /** Changes the empty foundation. */
  readonly beforeCreation?: (world: World) => World;
  /** Changes the world once the instance is there. */
  readonly besideOld?: (world: World, place: Place) => World;
  /** Changes the world between the application's last row and the deletion. */
  readonly beforeDeletion?: (world: World, old: string) => World;
  /** Milliseconds from then to the deletion. */
  readonly pause?: number;
  /** Nobody deletes it. */
  readonly staysAlive?: boolean;
  /** Changes the world after the deletion, while its operator sleeps. */
  readonly afterDeletion?: (world: World, place: Place) => World;
  /** Cloud Foundry has forgotten: the events are older than it keeps them. */
  readonly withoutEvents?: boolean;
  /** GUID of the healthy database beside it. */
  readonly bystander?: string;
}

/** Where the story takes place. */
export interface Place {
  readonly old: string;
  readonly spaceGuid: string;
  readonly orgGuid: string;
}

export function openStory(setting: Setting): Opening {
  const { era, seed, now } = setting;
  const start = now - LIFE;
  const places = cloudPlaces(setting, start);
  let world = foundation(era, seed, start);
  world = setting.beforeCreation?.(world) ?? world;
  const old = `6e101b27${drawGuid(world, "old").slice(8)}`;
  const bystander = setting.bystander ?? drawGuid(world, "bystander");
  const { spaceGuid, orgGuid } = places;
  world = createInstance(world, { guid: old, spaceGuid, orgGuid, nodes: setting.nodes ?? 1 });
  world = setting.besideOld?.(world, { old, spaceGuid, orgGuid }) ?? world;
  const owner = era === "a" ? "replicator" : "appuser";
  const orders = { scope: old, owner, batches: BATCHES, perBatch: PER_BATCH, open: OPEN_ROWS, every: EVERY };
  world = writeOrders(world, orders);
  world = setting.beforeDeletion?.(world, old) ?? world;
  const pause = setting.pause ?? MINUTE;
  const deletedAt = world.now + pause;
  world = protectArchive(setting.staysAlive === true ? world : deleteInstance(world, old, pause), old);
  world = createInstance(world, { guid: bystander, spaceGuid, orgGuid });
  world = setting.afterDeletion?.(world, { old, spaceGuid, orgGuid }) ?? world;
  world = withSlowStop(pass(world, Math.max(0, now - world.now)));
  const cloudController = cloudStory(places, { setting, old, bystander, start, deletedAt });
  return { world, cloudController, old };
}

/** One stop in eleven runs into its grace period, and nobody knows why (real-parts.md §2): the seed decides. */
function withSlowStop(world: World): World {
  const slowStops = Math.max(world.faults.slowStops, world.seed % 11 === 0 ? 1 : 0);
  return { ...world, faults: { ...world.faults, slowStops } };
}

interface CloudPlaces {
  readonly state: Cloud;
  readonly orgGuid: string;
  readonly spaceGuid: string;
  readonly planGuid: string;
  readonly appGuid: string;
  readonly actor: { readonly guid: string; readonly type: "user"; readonly name: string };
}

function cloudPlaces({ era, seed }: Setting, start: number): CloudPlaces {
  const at = new Date(start - 400 * 24 * HOUR);
  const state = emptyCloudController(`box-${seed}`, { brokerPollSeconds: BROKER_POLL_SECONDS });
  const scopes = ["cloud_controller.admin", "cloud_controller.read", "cloud_controller.write", "openid"];
  const person = addPerson(state, { name: OPERATOR, password: OPERATOR_PASSWORD, scopes });
  const { guid: orgGuid } = addOrg(state, { name: ORG, at });
  const { guid: spaceGuid } = addSpace(state, { name: SPACE, orgGuid, at });
  const { offering, plan: name, planIdOfBroker: brokerPlanId } = ERAS[era];
  const { guid: planGuid } = addPlan(state, { name, offering, brokerPlanId, at });
  const { guid: appGuid } = addApp(state, { name: APP, spaceGuid, at });
  return { state, orgGuid, spaceGuid, planGuid, appGuid, actor: { guid: person, type: "user", name: OPERATOR } };
}

interface Happened {
  readonly setting: Setting;
  readonly old: string;
  readonly bystander: string;
  readonly start: number;
  readonly deletedAt: number;
}

function cloudStory({ state, actor, ...guids }: CloudPlaces, happened: Happened): Cloud {
  const made = { now: new Date(happened.start), actor };
  const { spaceGuid, planGuid, appGuid } = guids;
  const common = { spaceGuid, planGuid, tags: [] };
  seedInstance(state, { ...common, guid: happened.bystander, name: "billing-db" }, made);
  seedInstance(state, { ...common, guid: happened.old, name: SERVICE }, made);
  seedBinding(state, { type: "app", name: null, instanceGuid: happened.old, appGuid }, made);
  const { staysAlive = false, withoutEvents = false } = happened.setting;
  if (staysAlive) return state;
  seedDeletion(state, happened.old, { now: new Date(happened.deletedAt), actor });
  return withoutEvents ? { ...state, usageEvents: [], auditEvents: [] } : state;
}

/** Somebody's clean-up of the bucket took objects of the deleted instance's archive along. */
export function without(opening: Opening, object: RegExp): Opening {
  const { bucket } = opening.world.network;
  const gone = below(opening.world, archivePrefix(opening.old)).filter(([key]) => object.test(key));
  const world = gone.reduce<World>(
    (before, [key]) => happen(before, 0, { is: "delete-object", bucket, key, by: "somebody" }),
    opening.world,
  );
  return { ...opening, world };
}
