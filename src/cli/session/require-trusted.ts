/**
 * Law 15: no configuration is obeyed because of its place. A named one, or one in the user's own configuration
 * directory, counts unless others may write to it. Every other one counts only once this user trusts its hash.
 */
import type { FoundFile } from "../../config/settings/load.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { REHEARSAL_VARIABLE } from "../../rehearsal/variable.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { consequencesOf } from "../../config/trust/consequences.ts";
import { othersMayReplace, othersMayWrite } from "../../kit/process/ownership.ts";
import { type Subject, subjectOf, TrustStore } from "../../config/trust/trusted.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";
import { somebodyIsThere } from "../process/somebody-is-there.ts";
import { statePath } from "../process/state-path.ts";
import { type Standing, standingLines } from "./trust-screen.ts";

/** A refused configuration is not asked about again by the same process. */
const declined = new Set<string>();

/** Before anything of it is run, loaded or sent. Throws `config-untrusted`. */
export async function requireTrusted(given: GlobalArguments, found: FoundFile): Promise<void> {
  const standing = untrustedStanding(given, found);
  if (standing === undefined) return;
  const { subject } = standing;
  const output = createOutput({ secrets, color: given.color });
  const asks = somebodyIsThere(given, output) && process.env[REHEARSAL_VARIABLE] === undefined;
  if (!asks || declined.has(subject.sha256) || !(await askToTrust(output, standing))) {
    declined.add(subject.sha256);
    throw untrusted(found, standing);
  }
  trustStore(given).trust(subject, new Date());
}

/** The standing to ask about; undefined if there is nothing to ask. Throws `config-untrusted` as `refuseReplaceable`. */
export function untrustedStanding(given: GlobalArguments, found: FoundFile): Standing | undefined {
  const consequences = consequencesOf(found, process.env);
  if (Object.values(consequences).every((lines: readonly string[]) => lines.length === 0)) return undefined;
  const subject = subjectOf(found);
  refuseReplaceable(subject);
  const writers = othersMayWrite(found.path);
  if (found.by !== "place" && writers === undefined) return undefined;
  const before = trustStore(given).of(subject.path);
  return before?.sha256 === subject.sha256 ? undefined : { subject, before, writers, consequences };
}

export const trustStore = (given: GlobalArguments): TrustStore =>
  new TrustStore(statePath(given["state-dir"], process.env));

/** A user who may replace a file could have another one run: it is opened by name. Throws `config-untrusted`. */
export function refuseReplaceable({ path, named, files }: Subject): void {
  const isAbsent = (file: string): boolean => files.some((each) => each.path === file && each.sha256 === "absent");
  const missing = named.modules.find(isAbsent);
  if (missing !== undefined && named.actions.includes(missing))
    throw refuse("config-invalid", `\`actions:\` of ${quoted(path)} names ${quoted(missing)}, which is not there`)
      .at(path)
      .advise("Correct the name, put the file there, or take the line out.");
  if (missing !== undefined)
    throw refuse("config-untrusted", `${quoted(missing)} is imported by an own action, and is not there`)
      .at(missing)
      .advise("Put it there, or take the import out: what is not there now could be anything later.");
  for (const file of [...named.modules, ...named.programs]) {
    if (isAbsent(file)) continue;
    const wrong = othersMayReplace(file);
    if (wrong === undefined) continue;
    throw refuse("config-untrusted", `${quoted(file)} would be run, and ${wrong}`)
      .at(file)
      .advise(
        `Look at it, then take the rights of others away: ${quote(["chmod", "go-w", file])}, as its owner and for its directory. Nothing was run, loaded or sent.`,
      );
  }
}

/** On the terminal; Enter means no. */
export async function askToTrust(output: Output, standing: Standing): Promise<boolean> {
  for (const line of standingLines(standing)) output.line(line);
  const { askOutsideRuns } = await import("../process/outside-runs.ts");
  const answer = await askOutsideRuns(output).ask({
    kind: "confirm",
    id: "trust",
    prompt: "Trust this configuration as it is now?",
    why: "It lies where anybody may have put it. Until you trust it, nothing of it is run, loaded or sent; after a change you are asked again.",
    details: [],
  });
  return answer?.value === "yes";
}

function untrusted({ path, by }: FoundFile, { before, writers }: Standing): RecoverError {
  const where = by === "place" ? "was found in the working directory" : (writers ?? "is not your own");
  const what = before === undefined ? "you have not trusted it yet" : `it changed since you trusted it at ${before.at}`;
  const other = by === "place" ? `, or name it yourself with ${quote(["--config", path])}` : "";
  const rights =
    writers === undefined
      ? ""
      : ` It ${writers}: ${quote(["chmod", "go-w", path])} as its owner, or a copy of your own, mends that.`;
  return refuse("config-untrusted", `${quoted(path)} ${where}, and ${what}`)
    .at(path)
    .advise(
      `See what it would do and trust it with ${quote(["dingo-recover", "trust", path])}${other}.${rights} Nothing was run, loaded or sent.`,
    );
}
