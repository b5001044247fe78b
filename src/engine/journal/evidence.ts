/** Evidence of a run: content-addressed files, durable before any journal line names them (J3). */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { EvidenceRef } from "../../action.ts";
import { giveUp, type RecoverError } from "../../errors.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { eachDigest } from "./digests.ts";
import { createDurably, makeDirectory, syncDirectory } from "./durable.ts";
import { sha256 } from "./line.ts";
import { readOwn } from "./own-file.ts";

export class EvidenceStore {
  readonly #directory: string;
  readonly #secrets: Secrets;
  #temporaries = 0;

  constructor(runDirectory: string, secrets: Secrets) {
    this.#directory = join(runDirectory, "evidence");
    this.#secrets = secrets;
  }

  keep(name: string, content: string): EvidenceRef {
    const masked = this.#secrets.mask(content);
    const digest = sha256(masked);
    const path = join(this.#directory, digest);
    if (!existsSync(path)) this.#write(path, masked);
    return { name, sha256: digest, bytes: Buffer.byteLength(masked) };
  }

  recall(evidence: EvidenceRef): string {
    const path = join(this.#directory, evidence.sha256);
    if (!existsSync(path)) throw broken(evidence, path, "is missing");
    const other = (): RecoverError => broken(evidence, path, "is not what was stored");
    const content = readOwn(path, { largest: { bytes: evidence.bytes, refusal: other } }).toString("utf8");
    if (sha256(content) !== evidence.sha256) throw other();
    return content;
  }

  #write(path: string, content: string): void {
    makeDirectory(this.#directory);
    this.#temporaries += 1;
    const temporary = `${path}.${process.pid}-${this.#temporaries}.tmp`;
    createDurably(temporary, content);
    renameSync(temporary, path);
    syncDirectory(this.#directory);
  }
}

const broken = ({ name }: EvidenceRef, place: string, what: string): RecoverError =>
  giveUp("journal-broken", `the evidence "${name}" ${what}`)
    .at(place)
    .advise("Put the file back from a copy of the state directory.");

/** Every evidence that a line names, or all lines together. */
export function referencesIn(value: object): readonly EvidenceRef[] {
  const found: EvidenceRef[] = [];
  eachDigest(value, (holder) => {
    if (isReference(holder)) found.push(holder);
  });
  return found;
}

/** With any other field it is something else that has a name, a digest and a size: a dump, say. */
function isReference(value: object): value is EvidenceRef {
  const { name, sha256, bytes } = value as Partial<EvidenceRef>;
  if (typeof name !== "string" || typeof bytes !== "number") return false;
  return /^[0-9a-f]{64}$/.test(sha256 ?? "") && Object.keys(value).length === FIELDS;
}

/** `name`, `sha256` and `bytes`. */
const FIELDS = 3;
