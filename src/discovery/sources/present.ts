/**
 * Asks Cloud Foundry whether the candidates still exist: an instance that is still there was not deleted, even if a log
 * says so. Also shows which instance took a candidate's name.
 */
import type { CloudFoundry, ServiceInstance } from "../../ports/cloud-foundry.ts";
import type { Candidate, Coverage, NotDeleted } from "../judgement/candidate.ts";
import { optional } from "../../kit/optional.ts";
import { shown } from "../lines/safe-text.ts";
import { attempt, remedyOf, type Tried } from "../judgement/tried.ts";

/** Each costs a call or two; beyond these nobody reads on. */
const MOST_ASKED = 50;

export interface Presence {
  readonly candidates: readonly Candidate[];
  readonly notDeleted: readonly NotDeleted[];
  /** One entry if Cloud Foundry could not be asked. */
  readonly coverage: readonly Coverage[];
}

export async function sortOutPresent(cf: CloudFoundry, ranked: readonly Candidate[]): Promise<Presence> {
  const gone: Candidate[] = [];
  const notDeleted: NotDeleted[] = [];
  const asked = await attempt(async () => {
    for (const candidate of ranked.slice(0, MOST_ASKED)) {
      const present = await cf.getInstance(candidate.guid);
      if (present === undefined) gone.push(await withSuccessor(cf, candidate));
      else notDeleted.push(stillThere(candidate, present));
    }
  });
  const rest = ranked.slice(gone.length + notDeleted.length);
  return {
    candidates: [...gone, ...rest],
    notDeleted,
    coverage: asked.failures.map((failure) => unknownPresence(failure, asked)),
  };
}

function unknownPresence(failure: string, { unanswered, remedies }: Tried<unknown>): Coverage {
  const why = `whether candidates still exist is unknown: ${failure}`;
  return { source: "cf-instances", complete: false, why, ...remedyOf(remedies), ...optional("unanswered", unanswered) };
}

function stillThere(candidate: Candidate, present: ServiceInstance): NotDeleted {
  const { type, state } = present.lastOperation;
  const why = `Cloud Foundry still has it as "${shown(present.name)}", last operation ${type} ${state}`;
  const id = { source: "cf-instances" as const, id: present.guid };
  const own = { ...id, text: shown(`"${present.name}" created ${present.createdAt}, ${type} ${state}`) };
  return { guid: candidate.guid, name: present.name, why, evidence: [own, ...candidate.evidence], final: true };
}

/** A deleted service is often created again under its name before anybody asks for the data. */
async function withSuccessor(cf: CloudFoundry, candidate: Candidate): Promise<Candidate> {
  const { name, spaceGuid } = candidate;
  if (name === undefined || spaceGuid === undefined) return candidate;
  const successor = await cf.findInstance(spaceGuid, name);
  if (successor === undefined) return candidate;
  const note = `Its name is taken now by ${successor.guid}, created ${successor.createdAt}.`;
  const nameTakenBy = { guid: successor.guid, createdAt: successor.createdAt };
  return { ...candidate, nameTakenBy, notes: [...candidate.notes, note] };
}
