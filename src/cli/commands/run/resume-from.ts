/** `resume --from PLACE`: a run that was carried elsewhere comes in. From a mirror its journal is fetched, checked and taken in. */
import { quote } from "../../../kit/commands/shell-quote.ts";
import { type LeaseConfig, leaseText } from "../../../config/settings/config.ts";
import { leaseAt } from "../../../config/settings/lease.ts";
import { refuse } from "../../../errors.ts";
import type { BroughtRun } from "../../../engine/journal/brought-run.ts";
import { isRunId } from "../../../engine/journal/run-id.ts";
import { runClaimName } from "../../../engine/lease/claim.ts";
import { readSeen } from "../../../engine/lease/keeper.ts";
import { fetchMirrored, mirroredRuns } from "../../../engine/lease/mirror.ts";
import { leaseOf } from "../../../engine/lease/open.ts";
import { heldElsewhere } from "../../../engine/lease/run-lease.ts";
import { endUnbegun, isUnbegun } from "../../../engine/lease/unbegun.ts";
import type { SharedPlace } from "../../../ports/shared-place.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { requireAccepted } from "./accept-foreign.ts";
import { type Arrived, type ResumeFromRequest, isHere } from "./resume-from-request.ts";
import { foreignLines } from "./foreign-run.ts";
import { useOwnActions } from "../../session/own-actions.ts";
import { withPorts } from "../../session/with-ports.ts";

/**
 * The run that came in. Errors: `locked` with who, where, since when and at which step, unless the run is taken over;
 * `run-ended`, `run-not-found`, `run-ambiguous`, `journal-broken`; those of the store.
 */
export async function bringFrom({ given, ...request }: Omit<ResumeFromRequest, "accept">): Promise<Arrived> {
  if (!isMirror(request.from))
    return await (await import("./resume-from-directory.ts")).bringCopied({ given, ...request });
  const at: LeaseConfig = leaseAt(request.from);
  // A runbook of theirs may name actions that this machine has.
  await useOwnActions(given);
  const accept = async (brought: BroughtRun, location: string): Promise<void> =>
    await requireAccepted(given, {
      what: `the journal of run ${brought.run} in its mirror`,
      head: brought.reading.head,
      lines: [`run ${brought.run} lies mirrored at ${location}`, ...foreignLines(brought)],
      command: `resume ${brought.run} --from ${quote([leaseText(at)])}${request.takeOver ? " --take-over" : ""}`,
      place: location,
    });
  return await withPorts(given, ["s3"], (wired) => bring(wired.shared(at), { ...request, accept }));
}

/** Anything else is a directory. */
export const isMirror = (from: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//iu.test(from);

/** The same from a place that is at hand. */
export async function bring(
  place: SharedPlace,
  { from, run: prefix, takeOver, state, say, accept }: Omit<ResumeFromRequest, "given">,
): Promise<Arrived> {
  const run = await chooseMirrored(place, prefix);
  const name = runClaimName(run);
  const seen = await readSeen(place, name);
  if (seen?.claim.state === "ended")
    throw refuse("run-ended", `run ${run} has come to its end elsewhere`)
      .at(`${place.location}/${name}`)
      .advise("Read its report where it was carried last.");
  if (seen?.claim.state === "held" && !takeOver)
    throw heldElsewhere(
      seen.claim,
      `${place.location}/${name}`,
      `resume ${run} --from ${quote([leaseText(leaseAt(from))])}`,
    );
  if (seen !== undefined && (await isUnbegun(place, seen))) throw await endUnbegun(place, seen, () => new Date());
  const mirrored = await fetchMirrored(place, run, seen?.claim.head);
  const { entries, head } = mirrored.reading;
  const brought: BroughtRun = { run, ...mirrored };
  requireLeasedThere(brought, { from, location: place.location });
  if (!isHere(state, brought)) await accept(brought, place.location);
  const arrival = state.bring(brought);
  say(`fetched ${entries.length} lines of the journal of run ${run}, head ${head}`);
  if (arrival === "parted")
    say("the journal that was here had parted from it: what it said is kept beside it as journal.parted-N");
  return { run, epoch: seen?.claim.epoch ?? 0 };
}

/** Going on would write to its lease, with our credentials: to the place that was named, and to no other. */
function requireLeasedThere(
  { run, reading }: BroughtRun,
  at: { readonly from: string; readonly location: string },
): void {
  const lease = leaseOf(reading.entries);
  if (lease === leaseText(leaseAt(at.from))) return;
  // Without one, two machines would carry it, and neither would see the other.
  const where = lease === undefined ? "names no lease" : `has its lease elsewhere, at ${quoted(lease)}`;
  throw refuse("guard-refused", `the mirrored journal of run ${run} ${where}`)
    .at(at.location)
    .advise("Nothing was taken in. Ask where the run began, and name that place with --from.");
}

async function chooseMirrored(place: SharedPlace, prefix: string | undefined): Promise<string> {
  if (prefix !== undefined && isRunId(prefix)) return prefix;
  const all = (await mirroredRuns(place)).filter((run) => run.startsWith(prefix ?? ""));
  const open: string[] = [];
  for (const run of all) if ((await readSeen(place, runClaimName(run)))?.claim.state !== "ended") open.push(run);
  const [only, ...others] = open;
  if (only !== undefined && others.length === 0) return only;
  const named = prefix === undefined ? "" : ` whose name begins with ${quoted(prefix)}`;
  if (only === undefined)
    throw refuse("run-not-found", `no open run${named} is mirrored there`)
      .at(place.location)
      .advise("Check the address: it is what `lease:` of the configuration says where the run began.");
  throw refuse("run-ambiguous", `${open.length} open runs are mirrored there: ${open.join(", ")}`)
    .at(place.location)
    .advise("Name one of them.");
}
