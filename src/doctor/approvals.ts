/** What `approvals:` needs: whose signatures count, and the program that tells. Nothing is signed: a key may want a touch. */
import { readFileSync } from "node:fs";
import { counted } from "../counted.js";
import { printable, quoted } from "../printable.js";
import type { Signatures } from "../ports/signatures.js";
import { type AllowedSigner, allowedSigners } from "./allowed-signers.js";
import { type Check, note, ok, refusal, type Verdict } from "./check.js";
import { missingProgram } from "./programs.js";

/** As the configuration has it. */
export interface Approvals {
  readonly allowedSigners?: string;
  readonly key?: string;
  /** Effects whose steps want a second person. */
  readonly needsTwo?: readonly string[];
}

export interface ApprovalsOptions {
  readonly approvals: Approvals;
  readonly signatures: Pick<Signatures, "fingerprint">;
  /** Why a file may be another's by the time that it is read; throws where it is not there. */
  readonly othersMayReplace: (file: string) => string | undefined;
  readonly path: string;
}

const PERSONS = 2;
const MEANS = "No signature counts: a step that wants a second person's stops.";
const says = (id: string, verdict: Verdict): Check => ({ id: `approvals.${id}`, ...verdict });

export async function examineApprovals({ approvals, path, ...given }: ApprovalsOptions): Promise<readonly Check[]> {
  const { allowedSigners: file, key, needsTwo } = approvals;
  const missing = await missingProgram("ssh-keygen", path, MEANS);
  const known = file === undefined ? undefined : readSigners(file, given.othersMayReplace);
  return [
    ...(missing === undefined ? [] : [says("program", missing)]),
    ...(file === undefined || known === undefined ? [] : [says("signers", aboutSigners(file, known, needsTwo))]),
    ...(key === undefined || missing !== undefined ? [] : [says("key", await aboutKey(key, known, given.signatures))]),
  ];
}

type Known = readonly AllowedSigner[] | { readonly wrong: string };

function readSigners(file: string, othersMayReplace: ApprovalsOptions["othersMayReplace"]): Known {
  try {
    const wrong = othersMayReplace(file);
    return wrong === undefined ? allowedSigners(readFileSync(file, "utf8")) : { wrong };
  } catch {
    return { wrong: "cannot be read" };
  }
}

function aboutSigners(file: string, known: Known, needsTwo: Approvals["needsTwo"]): Verdict {
  if ("wrong" in known)
    return {
      state: "failed",
      code: "config-untrusted",
      text: `${quoted(file)} says whose signatures count, and ${known.wrong}`,
      means: MEANS,
      mend: "Let `approvals.allowed_signers` name a file that you or root own, and that nobody else may write to.",
    };
  const names = [...new Set(known.flatMap((signer) => signer.names))];
  // One key may have several names, and one name several keys.
  const count = Math.min(names.length, new Set(known.map(({ fingerprint }) => fingerprint)).size);
  const persons = `${quoted(file)} knows ${counted(count, "person")}${names.length === 0 ? "" : `: ${printable(names.join(", "))}`}`;
  if (needsTwo === undefined || count >= PERSONS || known.some(({ isAuthority }) => isAuthority)) return ok(persons);
  return {
    state: "failed",
    text: `${persons}, and ${needsTwo.join(", ")} steps want ${PERSONS}`,
    means: "Such a step stops, since nobody else can sign it.",
    mend: "Add a line for each person: NAME and the public key (ssh-keygen(1), ALLOWED SIGNERS).",
  };
}

async function aboutKey(
  key: string,
  known: Known | undefined,
  signatures: Pick<Signatures, "fingerprint">,
): Promise<Verdict> {
  let fingerprint: string;
  try {
    fingerprint = await signatures.fingerprint(key);
  } catch (thrown) {
    return refusal(thrown, "You cannot sign here, neither an approval nor a hand-over.");
  }
  const own = known === undefined || "wrong" in known ? [] : known.filter((each) => each.fingerprint === fingerprint);
  const names = own.flatMap((each) => each.names);
  const text = `the key ${quoted(key)} is ${fingerprint}`;
  if (names.length > 0) return ok(`${text}, known as ${printable(names.join(", "))}`);
  return note(
    `${text}; allowed_signers has no name for it, so your signature counts for nobody here`,
    "Have your public key added to allowed_signers.",
  );
}
