/** The evidence that lines of a journal name, also within evidence. Of a run that comes from elsewhere it has a bound. */
import type { EvidenceRef } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { bytesText } from "../../kit/text/bytes.ts";
import type { Entry } from "./entry.ts";
import { referencesIn } from "./evidence.ts";
import { unspill } from "./spill.ts";

/** All of it is held at once. A listing of a million objects has some hundred MiB. */
const MOST = { bytes: 768 * 1024 ** 2, files: 10_000 } as const;

/** Called before the first is asked for, with all that the lines name, and before each that evidence names. */
type Check = (all: { readonly files: number; readonly bytes: number }) => void;

/** A stranger may have named it. Throws `journal-too-large`. */
export const bounded =
  (place: string): Check =>
  ({ files, bytes }) => {
    if (files <= MOST.files && bytes <= MOST.bytes) return;
    const most = `${MOST.files} files, or more than ${bytesText(MOST.bytes)}`;
    throw refuse("journal-too-large", `the evidence of the run has more than ${most}`)
      .at(place)
      .advise("Nothing was taken in. Go on where the run was carried last.");
  };

/** Asks for the content of each evidence, once; gives all by SHA-256. */
export function* evidenceOf(
  entries: readonly Entry[],
  check: Check = () => undefined,
): Generator<EvidenceRef, ReadonlyMap<string, string>, string> {
  const kept = new Map<string, string>();
  const named = new Map(entries.flatMap(referencesIn).map((each) => [each.sha256, Math.max(0, each.bytes)] as const));
  let bytes = [...named.values()].reduce((sum, each) => sum + each, 0);
  check({ files: named.size, bytes });
  // The second time round, large values lie in what was kept.
  for (const entry of entries)
    for (const each of [() => entry, () => unspill(entry, ({ sha256 }) => kept.get(sha256) ?? "")])
      for (const reference of referencesIn(each())) {
        if (kept.has(reference.sha256)) continue;
        if (!named.has(reference.sha256)) {
          bytes += Math.max(0, reference.bytes);
          check({ files: named.set(reference.sha256, reference.bytes).size, bytes });
        }
        kept.set(reference.sha256, yield reference);
      }
  return kept;
}
