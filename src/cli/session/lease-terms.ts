/** Whether a run is leased and where: as its journal says, else as the configuration says. */
import { type Config, type LeaseConfig, leaseText } from "../../config/settings/config.ts";
import { leaseAt } from "../../config/settings/lease.ts";
import { refuse } from "../../errors.ts";
import type { Entry } from "../../engine/journal/entry.ts";
import type { OpenRun } from "../../engine/journal/state-directory.ts";
import { leaseOf } from "../../engine/lease/open.ts";
import type { LeaseTerms } from "./held-run.ts";

/** Errors: `config-invalid` if the two differ: a run that changed its place would be guarded in neither. */
export function leasePlace(run: string, entries: readonly Entry[], { lease }: Config): LeaseConfig | undefined {
  const began = leaseOf(entries);
  if (began === undefined) return lease;
  if (lease !== undefined && leaseText(lease) !== began)
    throw refuse("config-invalid", `run ${run} has its lease at ${began}, the configuration names ${leaseText(lease)}`)
      .at("lease")
      .advise(`Write \`lease: ${began}\` for this run, or leave \`lease\` out.`);
  return leaseAt(began);
}

export function leaseTerms(
  at: LeaseConfig | undefined,
  { journal, directory }: Pick<OpenRun, "journal" | "directory">,
  how: Pick<LeaseTerms, "takeOver" | "now">,
): { readonly lease?: LeaseTerms } {
  return at === undefined ? {} : { lease: { at, directory, journal, ...how } };
}
