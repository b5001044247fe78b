/**
 * Instances that were asked for by name or GUID, stand in the logs, and have no deletion there. Such an instance lives,
 * or Cloud Foundry alone has forgotten it: a purge never reaches the broker, so that no log tells the two apart.
 */
import type { CloudFoundry } from "../../ports/cloud-foundry.ts";
import { lookOnCells } from "../../kit/commands/host-commands.ts";
import type { Coverage, InstanceDescription, NotDeleted, Sighting, SourceReport } from "./candidate.ts";
import { shown } from "../lines/safe-text.ts";
import { plainTime } from "../lines/stamp.ts";
import { attempt } from "./tried.ts";

export interface Living extends InstanceDescription {
  readonly guid: string;
  /** The last that the logs say of it. */
  readonly lastAt?: string;
}

/** By Cloud Foundry's word, if Cloud Foundry is asked. */
export async function sortOutLiving(cf: CloudFoundry | undefined, all: readonly Living[]): Promise<SourceReport> {
  const sightings: Sighting[] = [];
  const notDeleted: NotDeleted[] = [];
  const coverage: Coverage[] = [];
  for (const each of all) {
    const asked = cf === undefined ? undefined : await attempt(() => cf.getInstance(each.guid));
    if (asked === undefined || asked.failures.length > 0) coverage.push(gapOf(each));
    else if (asked.value === undefined) sightings.push(purged(each));
    else
      notDeleted.push({
        guid: each.guid,
        name: asked.value.name,
        why: stillThere(asked.value.name),
        evidence: [],
        final: true,
      });
  }
  return { sightings, notDeleted, coverage };
}

const stillThere = (name: string): string =>
  `no log has a deletion of it, and Cloud Foundry still has it as "${shown(name)}"`;

function gapOf({ guid, name, lastAt }: Living): Coverage {
  const called = name === undefined ? "" : ` ("${shown(name)}")`;
  const last = lastAt === undefined ? "" : `, last at ${plainTime(lastAt)}`;
  return {
    source: "logs",
    complete: false,
    why: `whether ${guid}${called} is gone is not known: the logs have it${last}, and no deletion of it. It lives, or it was purged from Cloud Foundry, which no log shows`,
    remedy: `Cloud Foundry's own records tell (--cf-events). ${lookOnCells(guid)}`,
  };
}

function purged({ guid, lastAt, ...described }: Living): Sighting {
  return {
    guid,
    source: "logs",
    kind: "gone",
    why: `the logs have it${lastAt === undefined ? "" : `, last at ${plainTime(lastAt)}`}, and no deletion of it; Cloud Foundry has no such instance now`,
    weight: 10,
    ...described,
    mayLive: true,
    notes: [
      `It may have been purged: then the broker was never told, and its containers may live. ${lookOnCells(guid)}`,
    ],
    evidence: [],
  };
}
