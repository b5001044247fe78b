/**
 * `/v3/apps` and the other routes of `cf restart`: packages, droplets, processes, routes, deployments (cf-bosh.md
 * §4.2).
 */
import { change } from "../draft.ts";
import { jsonResponse } from "../http/message.ts";
import { maySeeSpace, mayWrite } from "./access.ts";
import { notAuthorized, type Route } from "./exchange.ts";
import { found, listOf, oneOf, type Resource } from "./page.ts";
import { actorOf, recordAudit } from "./records.ts";
import { renderApp } from "./render.ts";
import type { App } from "./state.ts";

export const APPS: Resource<App> = {
  title: "App",
  rows: ({ state, who }) => state.apps.filter(({ spaceGuid }) => maySeeSpace(state, who, spaceGuid)),
  filters: { names: ({ name }) => name, space_guids: ({ spaceGuid }) => spaceGuid },
  render: renderApp,
};

/** A resource that each app has one of, with the app's own GUID. */
const ofEachApp = (title: string, render: (app: App) => unknown): Resource<App> => ({
  ...APPS,
  title,
  filters: { app_guids: ({ guid }) => guid },
  render,
});

/** The one that belongs to the resource in the path, as a list. */
const ofOne = (owner: Resource<App>, resource: Resource<App>): Route =>
  listOf({ ...resource, rows: (exchange) => [found(owner, exchange)], filters: {} });

const PROCESSES = ofEachApp("Process", (app) => ({
  guid: app.guid,
  type: "web",
  command: "start",
  instances: 1,
  memory_in_mb: 64,
  disk_in_mb: 64,
  log_rate_limit_in_bytes_per_second: -1,
  health_check: { type: "process", data: { timeout: null } },
  relationships: { app: { data: { guid: app.guid } } },
}));

/** The package is staged already: a restart restages nothing. */
const DROPLETS = ofEachApp("Droplet", (app) => ({
  guid: app.guid,
  state: "STAGED",
  created_at: app.createdAt,
  stack: "cflinuxfs4",
  image: null,
  buildpacks: [],
  lifecycle: { type: "buildpack", data: {} },
}));

const PACKAGES = ofEachApp("Package", (app) => ({
  guid: app.guid,
  type: "bits",
  state: "READY",
  created_at: app.createdAt,
  data: {},
}));

const actOnApp: Route = (exchange) => {
  const { state, who, now, params } = exchange;
  const app = found(APPS, exchange);
  if (!mayWrite(state, who, app.spaceGuid)) throw notAuthorized();
  const verb = params[1] ?? "";
  const changed: Partial<App> = verb === "stop" ? { state: "STOPPED" } : { state: "STARTED", starts: app.starts + 1 };
  change(state.apps, ({ guid }) => guid === app.guid, changed);
  const target = { guid: app.guid, type: "app", name: app.name };
  const when = { now, actor: actorOf(who) };
  recordAudit(state, { type: `audit.app.${verb}`, target, spaceGuid: app.spaceGuid }, when);
  return jsonResponse(200, renderApp({ ...app, ...changed }));
};

const processStats: Route = (exchange) => {
  const app = found(PROCESSES, exchange);
  const running = {
    type: "web",
    index: 0,
    state: app.crashing ? "CRASHED" : "RUNNING",
    uptime: 1,
    usage: { time: exchange.now.toISOString(), cpu: 0, mem: 1048576, disk: 1048576, log_rate: 0 },
    mem_quota: 67108864,
    disk_quota: 67108864,
    log_rate_limit: -1,
  };
  return jsonResponse(200, { resources: app.state === "STOPPED" ? [] : [running] });
};

/** Routes, sidecars and deployments: there are none. */
const listNothing = listOf<App>({ title: "Nothing", rows: () => [], render: renderApp });

const featureFlag: Route = ({ params }) => jsonResponse(200, { name: params[0] ?? "", enabled: true });

export const APP_ROUTES: Readonly<Record<string, Route>> = {
  "GET /v3/apps": listOf(APPS),
  "GET /v3/apps/:guid": oneOf(APPS),
  "POST /v3/apps/:guid/actions/(start|stop|restart)": actOnApp,
  "GET /v3/apps/:guid/processes": ofOne(APPS, PROCESSES),
  "GET /v3/apps/:guid/droplets/current": oneOf(DROPLETS),
  "GET /v3/apps/:guid/routes": listNothing,
  "GET /v3/processes/:guid": oneOf(PROCESSES),
  "GET /v3/processes/:guid/stats": processStats,
  "GET /v3/processes/:guid/sidecars": listNothing,
  "GET /v3/packages": listOf(PACKAGES),
  "GET /v3/packages/:guid/droplets": ofOne(PACKAGES, DROPLETS),
  "GET /v3/(?:deployments|routes|sidecars)": listNothing,
  "GET /v3/feature_flags/:name": featureFlag,
};
