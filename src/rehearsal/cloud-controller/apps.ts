/**
 * `/v3/apps` and the other routes of `cf restart`: packages, droplets, processes, routes, deployments (cf-bosh.md
 * §4.2).
 */
import { jsonResponse } from "../http/message.ts";
import { maySeeSpace, mayWrite } from "./access.ts";
import { type Answer, answer, type Exchange, notAuthorized, notFound } from "./exchange.ts";
import { page, passes } from "./page.ts";
import { recordAudit } from "./records.ts";
import { renderApp } from "./render.ts";
import type { App, CloudControllerState } from "./state.ts";

export function listApps({ state, request, who }: Exchange): Answer {
  const items = state.apps.filter(
    (each) =>
      maySeeSpace(state, who, each.spaceGuid) &&
      passes(request, "names", each.name) &&
      passes(request, "guids", each.guid) &&
      passes(request, "space_guids", each.spaceGuid),
  );
  return answer(state, page(request, { items, render: renderApp, maxPerPage: state.settings.maxPerPage }));
}

export function getApp(exchange: Exchange): Answer {
  const app = visible(exchange);
  return answer(exchange.state, app === undefined ? notFound("App") : jsonResponse(200, renderApp(app)));
}

export function actOnApp(exchange: Exchange): Answer {
  const { state, who, now, params } = exchange;
  const app = visible(exchange);
  const verb = params[1];
  if (app === undefined || (verb !== "start" && verb !== "stop" && verb !== "restart"))
    return answer(state, notFound("App"));
  if (!mayWrite(state, who, app.spaceGuid)) return answer(state, notAuthorized());
  const changed: App =
    verb === "stop" ? { ...app, state: "STOPPED" } : { ...app, state: "STARTED", starts: app.starts + 1 };
  const recorded = recordAudit(replace(state, changed), {
    type: `audit.app.${verb}`,
    actor: { guid: who.id, type: "user", name: who.name },
    target: { guid: app.guid, type: "app", name: app.name },
    spaceGuid: app.spaceGuid,
    now,
  });
  return answer(recorded, jsonResponse(200, renderApp(changed)));
}

/** One web process per app; its GUID is the app's, as on a real platform. */
export function listProcesses(exchange: Exchange): Answer {
  const app = visible(exchange);
  if (app === undefined) return answer(exchange.state, notFound("App"));
  return list(exchange, [process(app)]);
}

export function getProcess(exchange: Exchange): Answer {
  const app = visible(exchange);
  return answer(exchange.state, app === undefined ? notFound("Process") : jsonResponse(200, process(app)));
}

export function processStats(exchange: Exchange): Answer {
  const app = visible(exchange);
  if (app === undefined) return answer(exchange.state, notFound("Process"));
  const state = app.crashing ? "CRASHED" : "RUNNING";
  const usage = { time: exchange.now.toISOString(), cpu: 0, mem: 1048576, disk: 1048576, log_rate: 0 };
  const resources =
    app.state === "STOPPED"
      ? []
      : [
          {
            type: "web",
            index: 0,
            state,
            uptime: 1,
            usage,
            mem_quota: 67108864,
            disk_quota: 67108864,
            log_rate_limit: -1,
          },
        ];
  return answer(exchange.state, jsonResponse(200, { resources }));
}

export function listPackages(exchange: Exchange): Answer {
  const apps = exchange.state.apps.filter((each) => passes(exchange.request, "app_guids", each.guid));
  return list(
    exchange,
    apps.map((app) => ({ guid: app.guid, type: "bits", state: "READY", created_at: app.createdAt, data: {} })),
  );
}

/** The package is staged already: a restart restages nothing. */
export function listDroplets(exchange: Exchange): Answer {
  const app = visible(exchange);
  return app === undefined ? answer(exchange.state, notFound("Package")) : list(exchange, [droplet(app)]);
}

export function currentDroplet(exchange: Exchange): Answer {
  const app = visible(exchange);
  return answer(exchange.state, app === undefined ? notFound("Droplet") : jsonResponse(200, droplet(app)));
}

/** Routes, sidecars and deployments: there are none. */
export function listNothing(exchange: Exchange): Answer {
  return list(exchange, []);
}

export function featureFlag(exchange: Exchange): Answer {
  return answer(exchange.state, jsonResponse(200, { name: exchange.params[0] ?? "", enabled: true }));
}

export function sharedSpaces(exchange: Exchange): Answer {
  return answer(exchange.state, jsonResponse(200, { data: [] }));
}

function list(exchange: Exchange, resources: readonly unknown[]): Answer {
  const items = resources.map((value, index) => ({ guid: String(index), createdAt: "", value }));
  const { maxPerPage } = exchange.state.settings;
  return answer(exchange.state, page(exchange.request, { items, render: ({ value }) => value, maxPerPage }));
}

function process(app: App): unknown {
  return {
    guid: app.guid,
    type: "web",
    command: "start",
    instances: 1,
    memory_in_mb: 64,
    disk_in_mb: 64,
    log_rate_limit_in_bytes_per_second: -1,
    health_check: { type: "process", data: { timeout: null } },
    relationships: { app: { data: { guid: app.guid } } },
  };
}

function droplet(app: App): unknown {
  return {
    guid: app.guid,
    state: "STAGED",
    created_at: app.createdAt,
    stack: "cflinuxfs4",
    image: null,
    buildpacks: [],
    lifecycle: { type: "buildpack", data: {} },
  };
}

function visible({ state, who, params }: Exchange): App | undefined {
  return state.apps.find((each) => each.guid === params[0] && maySeeSpace(state, who, each.spaceGuid));
}

function replace(state: CloudControllerState, app: App): CloudControllerState {
  return { ...state, apps: state.apps.map((each) => (each.guid === app.guid ? app : each)) };
}
