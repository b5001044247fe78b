/** Facts of an archive with those that a restore learned: a segment that cannot be used, or in which the records end. */
import type { ArchiveFacts, Inside } from "../reading/facts.ts";
import { relativeKey } from "../names/location.ts";
import type { RestorePlan } from "./plan.ts";
import type { RestoredWal } from "./wal-files.ts";

/** As `archive verify --deep=full` would have read that segment. */
export function withMet(facts: ArchiveFacts, plan: RestorePlan, { broken, cut }: RestoredWal): ArchiveFacts {
  const insides = new Map(facts.insides);
  const learn = (name: string, inside: Inside): void => {
    for (const { info } of plan.segments.filter((segment) => segment.name === name)) {
      const relative = relativeKey(plan.location, info.key);
      if (relative !== undefined) insides.set(relative, inside);
    }
  };
  if (broken !== undefined) learn(broken.name, { broken: broken.why });
  if (cut === undefined) return { ...facts, insides };
  const { name, at, why, spoilt, unfollowed } = cut;
  if (unfollowed === undefined) learn(name, { ends: { inside: [{ at, why, flawed: spoilt }] } });
  else learn(unfollowed, { ends: { before: { at, why, flawed: true }, inside: [] } });
  return { ...facts, insides };
}
