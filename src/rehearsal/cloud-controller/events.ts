/** `/v3/service_usage_events`, `/v3/audit_events` and `/v3/jobs`. */
import { jsonResponse } from "../http/message.ts";
import { maySeeSpace, readsEverything } from "./access.ts";
import { type Answer, answer, type Exchange, notFound } from "./exchange.ts";
import { inTime, page, passes } from "./page.ts";
import { renderAudit, renderJob, renderUsage } from "./render.ts";

/** Without a global read scope: an empty list, not an error (cf-bosh.md §2.1). */
export function listUsageEvents({ state, request, who }: Exchange): Answer {
  const visible = readsEverything(who) ? state.usageEvents : [];
  const items = visible.filter(
    (each) =>
      passes(request, "guids", each.guid) &&
      passes(request, "service_instance_types", "managed_service_instance") &&
      inTime(request, each.createdAt),
  );
  return answer(state, page(request, { items, render: renderUsage, maxPerPage: state.settings.maxPerPage }));
}

/** Others than global readers see the events of spaces where they have a role today. */
export function listAuditEvents({ state, request, who }: Exchange): Answer {
  const items = state.auditEvents.filter(
    (each) =>
      (readsEverything(who) || (each.spaceGuid !== null && maySeeSpace(state, who, each.spaceGuid))) &&
      passes(request, "types", each.type) &&
      passes(request, "target_guids", each.target.guid) &&
      passes(request, "space_guids", each.spaceGuid) &&
      passes(request, "organization_guids", each.orgGuid) &&
      inTime(request, each.createdAt),
  );
  return answer(state, page(request, { items, render: renderAudit, maxPerPage: state.settings.maxPerPage }));
}

export function getJob({ state, params }: Exchange): Answer {
  const job = state.jobs.find((each) => each.guid === params[0]);
  return answer(state, job === undefined ? notFound("Job") : jsonResponse(200, renderJob(job)));
}
