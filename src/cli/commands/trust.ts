/** `trust`: shows what a configuration would run, reach and send, and records its hash for this user; it obeys nothing of it. */
import { resolve } from "node:path";
import { findFile, type FoundFile, requireReadable } from "../../config/settings/load.ts";
import { EXIT, refuse } from "../../errors.ts";
import { consequencesOf } from "../../config/trust/consequences.ts";
import { realPath } from "../../kit/process/real-path.ts";
import { othersMayWrite } from "../../kit/process/ownership.ts";
import { subjectOf } from "../../config/trust/trusted.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { placesOf } from "../session/configuration.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";
import type { TrustArguments } from "../options/preparing-options.ts";
import { askToTrust, refuseReplaceable, trustStore } from "../session/require-trusted.ts";
import { somebodyIsThere } from "../process/somebody-is-there.ts";
import { type Standing, standingLines } from "../session/trust-screen.ts";

type Given = GlobalArguments & TrustArguments & { readonly file?: string | undefined };

/** 0 if it is trusted in the end, 10 if it is not. Errors: `usage`, `config-invalid`, `config-untrusted`. */
export async function trust(given: Given): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  if (given.forget) return forget(output, given);
  const found = fileOf(given);
  requireReadable(found);
  const subject = subjectOf(found);
  const store = trustStore(given);
  const writers = othersMayWrite(found.path);
  const standing = {
    subject,
    before: store.of(subject.path),
    writers,
    consequences: consequencesOf(found, process.env),
  };
  const known = standing.before?.sha256 === subject.sha256;
  refuseReplaceable(subject);
  if (found.by === "own" && writers === undefined && !known && given.accept === undefined && !given.json) {
    for (const line of [...standingLines(standing), COUNTS]) output.line(line);
    return EXIT.done;
  }
  const yes = known || (await isAccepted(output, given, standing));
  if (yes && !known) store.trust(subject, new Date());
  if (given.json) output.json(documentOf(standing, yes));
  else if (known) for (const line of [...standingLines(standing), "It is trusted as it is."]) output.line(line);
  else output.line(yes ? "It is trusted as it is now." : NOT_TRUSTED);
  return yes ? EXIT.done : EXIT.invalid;
}

/** Of a file in the user's own configuration directory: nobody is asked about one (law 15). */
const COUNTS = "It lies in your own configuration directory, and only you may write to it: it counts as it is.";

const NOT_TRUSTED =
  "It is not trusted, and nothing of it is obeyed. On a terminal you are asked; in a script --accept HASH trusts that very hash.";

async function isAccepted(output: Output, given: Given, standing: Standing): Promise<boolean> {
  const { accept } = given;
  if (accept === undefined) {
    if (somebodyIsThere(given, output)) return await askToTrust(output, standing);
    if (!given.json) for (const line of standingLines(standing)) output.line(line);
    return false;
  }
  if (accept === standing.subject.sha256) return true;
  throw refuse("config-untrusted", "the hash that was accepted is not the one of what lies there now")
    .at(standing.subject.path)
    .advise(`It is ${standing.subject.sha256}: look again at what the file would do before you accept that.`);
}

function forget(output: Output, given: Given): number {
  const path = given.file === undefined ? fileOf(given).path : resolve(given.file);
  const was = trustStore(given).forget(realPath(path));
  if (given.json) output.json({ schema: "dingo-recover/trust@1", file: path, trusted: false, forgotten: was });
  else output.line(was ? `${path} is not trusted any more` : `${path} was not trusted`);
  return EXIT.done;
}

function fileOf(given: Given): FoundFile {
  const { file, ...places } = placesOf(given);
  const named = given.file ?? file;
  const found = findFile(named === undefined ? places : { ...places, file: named });
  if (found !== undefined) return found;
  throw refuse("usage", "there is no configuration to trust").advise("Name it: dingo-recover trust FILE.");
}

function documentOf({ subject, consequences, before, writers }: Standing, trusted: boolean) {
  return {
    ...{ schema: "dingo-recover/trust@1", file: subject.path, sha256: subject.sha256, trusted },
    trustedBefore: before?.sha256 ?? null,
    othersMayWrite: writers !== undefined,
    ...consequences,
    files: subject.files.map(({ path, sha256 }) => ({ path, sha256 })),
  };
}
