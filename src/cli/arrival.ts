/** `resume --from s3://…`: the journal of a run that was carried elsewhere is fetched, checked and taken in. */
import { type LeaseConfig, leaseText } from "../config/config.js";
import { leaseAt } from "../config/lease.js";
import { RecoverError } from "../errors.js";
import { isRunId } from "../journal/run-id.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { runClaimName } from "../lease/claim.js";
import { readSeen } from "../lease/keeper.js";
import { fetchMirrored, mirroredRuns } from "../lease/mirror.js";
import { heldElsewhere } from "../lease/run-lease.js";
import type { SharedPlace } from "../ports/shared-place.js";
import { quoted } from "../printable.js";
import type { GlobalArguments } from "./options.js";
import { withPorts } from "./with-ports.js";

export interface ArrivalRequest {
  readonly given: GlobalArguments;
  /** `s3://BUCKET/PREFIX`, as `lease:` says it. */
  readonly from: string;
  readonly run: string | undefined;
  readonly takeOver: boolean;
  readonly state: StateDirectory;
  readonly say: (text: string) => void;
}

/**
 * The run that came in. Errors: `locked` with who, where, since when and at which step, unless the run is taken over;
 * `run-ended`, `run-not-found`, `run-ambiguous`, `journal-broken`; those of the store.
 */
export async function bringFrom({ given, ...request }: ArrivalRequest): Promise<string> {
  const at: LeaseConfig = leaseAt(request.from);
  return await withPorts(given, ["s3"], (wired) => bring(wired.shared(at), request));
}

/** The same from a place that is at hand. */
export async function bring(
  place: SharedPlace,
  { from, run: prefix, takeOver, state, say }: Omit<ArrivalRequest, "given">,
): Promise<string> {
  const run = await chooseMirrored(place, prefix);
  const name = runClaimName(run);
  const seen = await readSeen(place, name);
  if (seen?.claim.state === "ended") throw endedElsewhere(run, `${place.location}/${name}`);
  if (seen?.claim.state === "held" && !takeOver)
    throw heldElsewhere(seen.claim, `${place.location}/${name}`, `resume ${run} --from ${leaseText(leaseAt(from))}`);
  const mirrored = await fetchMirrored(place, run, seen?.claim.head);
  const { entries, head } = mirrored.reading;
  const arrival = state.bring({ run, ...mirrored });
  say(`fetched ${entries.length} lines of the journal of run ${run}, head ${head}`);
  if (arrival === "parted")
    say("the journal that was here had parted from it: what it said is kept beside it as journal.parted-N");
  return run;
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
    throw new RecoverError("run-not-found", `no open run${named} is mirrored there`, {
      remedy: "Check the address: it is what `lease:` of the configuration says where the run began.",
      place: place.location,
      effect: "none",
    });
  throw new RecoverError("run-ambiguous", `${open.length} open runs are mirrored there: ${open.join(", ")}`, {
    remedy: "Name one of them.",
    place: place.location,
    effect: "none",
  });
}

function endedElsewhere(run: string, place: string): RecoverError {
  return new RecoverError("run-ended", `run ${run} has come to its end elsewhere`, {
    remedy: "Read its report where it was carried last.",
    place,
    effect: "none",
  });
}
