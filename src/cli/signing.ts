/** Signatures on the command line: with which key one signs here, who is known, and what is said of a signature. */
import { SshKeygen } from "../adapters/openssh/ssh-keygen.js";
import type { ApprovalsConfig, Config } from "../config/config.js";
import { RecoverError } from "../errors.js";
import { optional } from "../optional.js";
import type { Judging, Signatures, Signer } from "../ports/signatures.js";
import { printable, quoted } from "../printable.js";
import { othersMayReplace } from "../trust/ownership.js";
import { secrets } from "./failure.js";

export const openSignatures = (): Signatures => new SshKeygen({ env: process.env });

/** Names and keys as they stand in a sentence. */
export const signerName = (principals: readonly string[]): string => quoted(secrets.mask(principals.join(", ")));

/** Who may write there says who is known. Errors: `config-untrusted`, `config-invalid` where it is not there. */
export function judging({ allowedSigners }: ApprovalsConfig = {}, at: Date = new Date()): Judging {
  if (allowedSigners !== undefined) requireOwn(allowedSigners);
  return { at, ...optional("allowedSigners", allowedSigners) };
}

function requireOwn(file: string): void {
  const wrong = wrongWith(file);
  if (wrong === undefined) return;
  throw new RecoverError("config-untrusted", `${quoted(file)} says whose signatures count, and ${wrong}`, {
    remedy: "Let `approvals.allowed_signers` name a file that you or root own, and that nobody else may write to.",
    place: file,
    effect: "none",
  });
}

function wrongWith(file: string): string | undefined {
  try {
    return othersMayReplace(file);
  } catch {
    return "cannot be read";
  }
}

/** What is said of a file that came with this signature; undefined where there is none. Errors: `signature-refused`. */
export function signerLine(signer: Signer | undefined, config: Config, file: string): string {
  const signers = config.approvals?.allowedSigners;
  switch (signer?.kind) {
    case undefined:
      return "it is not signed";
    case "known":
      return `it is signed by ${signerName(signer.principals)}, as ${printable(signers ?? "")} knows them (key ${signer.key})`;
    case "stranger":
      return signers === undefined
        ? `it is signed, and nobody here can say by whom: approvals.allowed_signers is not set (key ${signer.key})`
        : `it is signed by somebody whom ${printable(signers)} does not know (key ${signer.key})`;
    case "unfit":
      throw unfit(file);
  }
}

function unfit(file: string): RecoverError {
  return new RecoverError("signature-refused", `the signature beside ${quoted(file)} does not fit it`, {
    remedy: "Have both sent again by the person who made them; whoever changed one of them may want you to believe it.",
    place: `${file}.sig`,
    effect: "none",
  });
}
