/** `rehearse --fault`: what was typed, and what its help says. */
import { RecoverError } from "../errors.js";
import { quoted } from "../printable.js";
import { AFTER, type Blow, KINDS, SYSTEMS } from "../rehearsal/weather/blow.js";
import { randomBlows } from "../rehearsal/weather/chance.js";
import { readBlow } from "../rehearsal/weather/grammar.js";

const RANDOM = "random";

/** Errors: `usage`. */
export function blowsOf(texts: readonly string[], seed: number): readonly Blow[] {
  return texts.flatMap((text) => (text === RANDOM ? randomBlows(seed) : [blowOf(text)]));
}

function blowOf(text: string): Blow {
  const read = readBlow(text);
  if (read.ok) return read.blow;
  throw new RecoverError("usage", `${quoted(text)} is no fault: ${read.why}`, {
    remedy: 'Write it like "s3:CopyObject#3=reset"; "dingo-recover rehearse --help" lists systems and kinds.',
    effect: "none",
  });
}

const FIRST_LINE = 6;
const width = Math.max(...Object.keys(KINDS).map(({ length }) => length));

/** The part of the help that options alone cannot say. */
export const FAULT_HELP = [
  "Faults: SYSTEM[:OPERATION][#N[-[M]]]=KIND, any number of them",
  `  SYSTEM     any, ${SYSTEMS.slice(0, FIRST_LINE).join(", ")},`,
  `             ${SYSTEMS.slice(FIRST_LINE).join(", ")}`,
  "  OPERATION  CopyObject, POST/v3/service_instances, docker-stop, PUT, bind; * is any",
  "  #N         the N-th such call (default #1); #N-M, or #N- for ever",
  "  KIND",
  ...Object.entries(KINDS).map(([kind, says]) => `    ${kind.padEnd(width)}  ${says}`),
  `    ${"away:5m".padEnd(width)}  nothing of the system answers for so long`,
  `    after-KIND takes effect first (${AFTER.join(", ")})`,
  "  random     one to four of them, drawn from --seed",
].join("\n");
