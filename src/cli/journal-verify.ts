import { EXIT, RecoverError } from "../errors.js";
import { checkApprovals, type CheckedApproval } from "../journal/approval-check.js";
import { EvidenceStore } from "../journal/evidence.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { verifyJournal } from "../journal/verification.js";
import { quoted } from "../printable.js";
import { createOutput } from "../ui/output.js";
import { configOf } from "./configuration.js";
import { secrets } from "./failure.js";
import { requireNotLost } from "./never-began.js";
import type { GlobalArguments } from "./options.js";
import { judging, openSignatures, signerName } from "./signing.js";
import { openStateDirectory } from "./state.js";

export async function journalVerify(
  given: GlobalArguments & { readonly run: string; readonly head?: string | undefined },
): Promise<number> {
  if (given.head !== undefined) requireHash(given.head);
  const output = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = directory.find(given.run);
  const { error, ...found } = verifyJournal(directory.directoryOf(run), given.head);
  if (error !== undefined) throw error;
  if (found.lines === 0) requireNotLost(directory, run, []);
  const approvals = await approvalsOf(given, directory, run);
  const bad = approvals.find(({ state }) => state === "broken");
  if (bad !== undefined) throw brokenApproval(bad, found.file);
  if (given.json)
    output.json({ schema: "dingo-recover/journal-verify@1", ...found, endProved: given.head !== undefined, approvals });
  else {
    output.line(`${found.file}: the chain holds, ${found.lines} lines`, "good");
    if (found.tornBytes > 0)
      output.line(`a torn last line of ${found.tornBytes} bytes is moved aside by the next resume`, "warn");
    output.line(`head: ${found.head}`);
    output.line(
      given.head === undefined
        ? "A tail that was cut off, or a chain that was written anew, is found only against the head that was printed at a stop: --head HASH."
        : "That is the head that was given: nothing was cut off, and nothing was written anew.",
    );
    for (const one of approvals) output.line(approvalLine(one), one.state === "holds" ? "good" : "warn");
  }
  return EXIT.done;
}

/** Whose signatures they are is asked of this machine's configuration. Where nobody has signed, a wrong one is no reason to stop. */
async function approvalsOf(
  given: GlobalArguments,
  state: StateDirectory,
  run: string,
): Promise<readonly CheckedApproval[]> {
  const { entries } = state.read(run);
  if (!entries.some(({ type }) => type === "approved")) return [];
  const isSigned = entries.some((entry) => entry.type === "approved" && entry.second !== undefined);
  const config = await configOf(given, ["approvals"]).catch((thrown: unknown) => {
    if (isSigned || !(thrown instanceof RecoverError)) throw thrown;
    return undefined;
  });
  const evidence = new EvidenceStore(state.directoryOf(run), secrets);
  const approvals = config?.approvals;
  return await checkApprovals(entries, {
    recall: (reference) => evidence.recall(reference),
    signer: (text, signature, at) => openSignatures().signer(text, signature, judging(approvals, at)),
    knowsPeople: approvals?.allowedSigners !== undefined,
    needsTwo: approvals?.needsTwo ?? [],
  });
}

function approvalLine({ line, steps, code, state, operator, other, why = "" }: CheckedApproval): string {
  const covered = `line ${line}: ${steps.join(", ")}`;
  switch (state) {
    case "holds":
      return `${covered}: request ${code} is signed by ${signerName(operator)} and ${signerName(other)}`;
    case "nameless":
      return `${covered}: request ${code} is signed by two keys; by whom nobody here can say: approvals.allowed_signers is not set`;
    case "alone":
    case "broken":
      return `${covered}: ${why}`;
  }
}

function brokenApproval(approval: CheckedApproval, file: string): RecoverError {
  const { steps, line, why = "" } = approval;
  return new RecoverError(
    "signature-refused",
    `the approval of two persons of ${steps.join(", ")} does not hold: ${why}`,
    {
      remedy: "Ask both persons whether they signed it, and take nothing of this run for approved before.",
      place: `${file}:${line}`,
      effect: "none",
    },
  );
}

/** A part of one would prove nothing, and what is no hash is nobody's damage. */
function requireHash(head: string): void {
  if (/^[0-9a-f]{64}$/iu.test(head)) return;
  throw new RecoverError("usage", `--head ${quoted(head)} is no hash of a journal line`, {
    remedy: "Give all 64 hexadecimal digits, as they were printed at the stop.",
    effect: "none",
  });
}
