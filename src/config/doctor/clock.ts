/** Whether a system's clock and ours agree: times of logs, tokens and signatures are compared across both. */
import type { Verdict } from "./check.ts";

/** HTTP dates are whole seconds, and an answer takes a while. */
const NOTICED_S = 30;
/** S3 refuses signatures that are 15 minutes off (RequestTimeTooSkewed), and a request takes some of these. */
const SERIOUS_S = 10 * 60;

export function clockVerdict(whose: string, theirs: Date | undefined, ours: Date): Verdict {
  if (theirs === undefined) return { state: "note", text: `${whose} does not say what time it is` };
  const seconds = Math.round((theirs.getTime() - ours.getTime()) / 1000);
  const apart = Math.abs(seconds);
  if (apart < NOTICED_S) return { state: "ok", text: `clock: ${apart < 2 ? "the same" : `${apart} s apart`}` };
  const serious = apart >= SERIOUS_S;
  return {
    state: serious ? "failed" : "warning",
    text: `${whose} is ${spanText(apart)} ${seconds > 0 ? "ahead of" : "behind"} this machine`,
    means: serious
      ? "Signed requests are refused, tokens count as expired, and the time of the deletion is looked for in the wrong place."
      : "Times that you give by your own clock, as with --around, are off by that much in its records.",
    mend: "See which clock is wrong with timedatectl, and set it by NTP: timedatectl set-ntp true.",
  };
}

function spanText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
