/** Events know bound applications by GUID; those that are still there have names. */
import type { CloudFoundry } from "../../ports/cloud-foundry.ts";
import type { Candidate, Discovery } from "../judgement/candidate.ts";
import { attempt } from "../judgement/tried.ts";

/** Beyond these nobody reads on; each space is one request. */
const MOST_SPACES = 10;

/** Names the bound applications. An application that Cloud Foundry does not tell keeps its GUID. */
export async function withAppNames(cf: CloudFoundry | undefined, discovery: Discovery): Promise<Discovery> {
  const { candidates } = discovery;
  const nameless = candidates.filter(({ boundApps = [] }) => boundApps.some(({ name }) => name === undefined));
  const spaces = new Set(nameless.flatMap(({ spaceGuid }) => spaceGuid ?? []));
  if (cf === undefined || spaces.size === 0) return discovery;
  const names = new Map<string, string>();
  for (const space of [...spaces].slice(0, MOST_SPACES)) {
    const { value = [] } = await attempt(() => cf.apps(space));
    for (const { guid, name } of value) names.set(guid, name);
  }
  return { ...discovery, candidates: candidates.map((each) => named(each, names)) };
}

function named(candidate: Candidate, names: ReadonlyMap<string, string>): Candidate {
  if (candidate.boundApps === undefined) return candidate;
  const boundApps = candidate.boundApps.map((app) => {
    const name = app.name ?? names.get(app.appGuid);
    return name === undefined ? app : { ...app, name };
  });
  return { ...candidate, boundApps };
}
