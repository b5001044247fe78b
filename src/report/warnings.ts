/** Facts that a reader must know first: the run goes on, the journal is damaged, something was not safe. */
import { type Entry, startOf } from "../engine/journal/entry.ts";
import { unfinishedBatch } from "./batch.ts";
import { type Ending, endingOf } from "./digest.ts";
import { code, type Line, plain, strong } from "./document.ts";
import { sentence } from "./sentence.ts";
import type { About } from "./summary.ts";

/** `carried`: a living process is at work on the run. */
export function warnings(
  entries: readonly Entry[],
  { chain, batch, found, carried = false }: Omit<About, "times"> & { readonly carried?: boolean | undefined },
): readonly Line[] {
  const started = startOf(entries);
  const ending = endingOf(entries);
  const own = carried && ending.kind !== "ended" ? AT_WORK : unfinished(ending, started?.run);
  const open = batch === undefined ? own : unfinishedBatch(batch);
  return [
    ...(open === undefined ? [] : [open]),
    ...(chain.holds ? [] : [BROKEN]),
    ...(started?.rehearsal === true ? [ending.kind === "ended" ? REHEARSAL : REHEARSING] : []),
    ...found.unprotected.map((each) => [strong("Not protected on its way:"), plain(` ${each}.`)]),
  ];
}

const BROKEN: Line = [
  strong("The journal's hash chain does not hold."),
  plain(" Lines were changed or lost: "),
  code("dingo-recover journal verify"),
  plain(" names the first bad one."),
];

const AT_WORK: Line = [strong("This run is at work."), plain(" This is how far it has come.")];

const REHEARSING: Line = [strong("This is a rehearsal."), plain(" Nothing real is touched.")];

const REHEARSAL: Line = [strong("This was a rehearsal."), plain(" Nothing real was touched.")];

function unfinished(ending: Ending, run: string | undefined): Line | undefined {
  if (ending.kind === "ended") return undefined;
  const how =
    ending.kind === "stopped"
      ? ` It stopped: ${sentence(ending.why)}`
      : " Nothing says that it stopped: it is at work, or it was killed.";
  return [strong("This run is not finished."), plain(how), ...(run === undefined ? [] : nextStep(ending, run))];
}

function nextStep(ending: Ending, run: string): Line {
  if (ending.kind === "stopped" && ending.inVain)
    return [
      plain(
        " Nothing was created, and resuming would end in the same way: once that is put right, another run is begun.",
      ),
    ];
  return [plain(" Continue with "), code(`dingo-recover resume ${run.replace(/[^A-Za-z0-9._-]/gu, "")}`), plain(".")];
}
