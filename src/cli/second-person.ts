/** How the second of two persons is asked from this machine: by a file, by paste, or in the lease's place. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ApprovalsConfig } from "../config/config.js";
import { RecoverError } from "../errors.js";
import { errnoOf, makeDirectory } from "../journal/durable.js";
import type { SecondPerson } from "../ports/second-person.js";
import type { SharedPlace } from "../ports/shared-place.js";
import type { Signatures } from "../ports/signatures.js";
import { quoted } from "../printable.js";
import { quote } from "../shell-quote.js";
import { NewFile } from "./new-file.js";
import { armored } from "./pasted-signature.js";
import { judging, openSignatures } from "./signing.js";

/** Long enough for a colleague who is woken up, and no longer than a shift. */
const VALID_MS = 4 * 60 * 60_000;
const LONGEST_FILE = 64 * 1024;

export interface Asked {
  readonly approvals: ApprovalsConfig | undefined;
  /** Where requests are laid out as files: STATE_DIR/requests. */
  readonly directory: string;
  /** The lease's place, where the run has one. */
  readonly shared?: SharedPlace | undefined;
  readonly signatures?: Signatures;
}

/** Undefined where the configuration lets one person approve everything. */
export function secondPerson(asked: Asked): SecondPerson | undefined {
  const { approvals, directory, shared, signatures = openSignatures() } = asked;
  const effects = approvals?.needsTwo;
  if (approvals === undefined || effects === undefined) return undefined;
  const key = (): string => approvals.key ?? noKey();
  return {
    effects,
    validMs: VALID_MS,
    knownBy: approvals.allowedSigners ?? "",
    ownKey: async () => await signatures.fingerprint(key()),
    sign: async (text) => await signatures.sign(text, key()),
    signer: async (text, signature, at) => await signatures.signer(text, signature, judging(approvals, at)),
    publish: async ({ code, text }) => {
      const file = layOut(directory, { code, text });
      await shared?.write(requestName(code), text, "any");
      return [
        `the other person runs, with a copy of that file: dingo-recover approve ${quote([file])}`,
        ...(shared === undefined
          ? []
          : [`or, where they have the same lease: dingo-recover approve ${code}; then Enter here looks for it`]),
      ];
    },
    arrived: async (code) => {
      const found = await shared?.read(approvalName(code));
      return found === undefined ? [] : [found.content];
    },
    typed: (text) => Promise.resolve(armored(text) ?? fromFile(text.trim())),
  };
}

export const requestName = (code: string): string => `approvals/${code}.json`;
export const approvalName = (code: string): string => `approvals/${code}.json.sig`;

/** The same again where it is there already. */
function layOut(directory: string, { code, text }: { readonly code: string; readonly text: string }): string {
  const path = join(directory, `${code}.json`);
  try {
    makeDirectory(directory);
    NewFile.write(path, text, "replace");
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    throw new RecoverError("state-dir-unusable", `the request cannot be written to ${quoted(path)}`, {
      remedy: "Free the place or the right to write there, then go on with the run.",
      place: path,
      effect: "none",
      cause: thrown,
    });
  }
  return path;
}

/** Undefined where there is no such file, or it holds no signature. */
function fromFile(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const found = statSync(path);
  return found.isFile() && found.size <= LONGEST_FILE ? armored(readFileSync(path, "utf8")) : undefined;
}

/** Of `--approval`. Errors: `usage`. */
export function givenApproval(text: string): string {
  const signature = armored(text) ?? fromFile(text);
  if (signature !== undefined) return signature;
  throw new RecoverError("usage", `--approval ${quoted(text)} is no signature, and no file that holds one`, {
    remedy: "Name the file that dingo-recover approve wrote, or give the line that it printed.",
    effect: "none",
  });
}

function noKey(): never {
  throw new RecoverError("config-invalid", "two persons have to approve this, and nothing says which key is yours", {
    remedy: "Add `key: FILE` to `approvals` of the configuration: your SSH key, or its public half for an agent.",
    place: "approvals.key",
    effect: "none",
  });
}
