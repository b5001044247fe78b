/**
 * The trust of this user: STATE_DIR/trust/SHA256-OF-PATH.json, one file for each configuration, readable by its owner
 * alone. It holds the trusted hash, and the text, so that a change can be shown.
 */
import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { discreetText } from "../settings/secret.ts";
import {
  errnoOf,
  inStateDirectory,
  makeDirectory,
  replaceDurably,
  syncDirectory,
} from "../../engine/journal/durable.ts";
import { readOwn, requireOwnPart, requireOwnRoot } from "../../engine/journal/own-file.ts";
import { realPath } from "../../kit/process/real-path.ts";
import { contentOf, type Document, namedFiles, type NamedFiles } from "./named-files.ts";

const FILE = z.object({ path: z.string(), sha256: z.string(), text: z.string() });
const RECORD = z.object({
  schema: z.literal("dingo-recover/trusted@1"),
  path: z.string(),
  sha256: z.string(),
  at: z.string(),
  files: z.array(FILE),
});
export type Trusted = z.infer<typeof RECORD>;
export type TrustedFile = z.infer<typeof FILE>;

/** A configuration with all that it makes the tool run, as it lies there now. */
export interface Subject {
  /** Of the configuration, without links. */
  readonly path: string;
  /** Hash of the paths and contents of all `files`. */
  readonly sha256: string;
  /** The configuration first. */
  readonly files: readonly TrustedFile[];
  readonly named: NamedFiles;
}

/** Longer texts are not kept: a change of one is told, and not shown. */
const MOST_TEXT = 256 * 1024;

/** Takes `document` as it was read, and reads the files that it names. */
export function subjectOf(document: Document): Subject {
  const path = realPath(document.path);
  const named = namedFiles(document);
  const others = [...named.modules, ...named.programs, ...named.authorities].toSorted();
  const files = [
    { ...fileOf(path, Buffer.from(document.text)), text: discreetText(document.text).slice(0, MOST_TEXT) },
    ...[...new Set(others)].map((each) => fileOf(each, contentOf(each))),
  ];
  return { path, sha256: hashOf(JSON.stringify(files.map((each) => [each.path, each.sha256]))), files, named };
}

function fileOf(path: string, content: Buffer | undefined): TrustedFile {
  if (content === undefined) return { path, sha256: "absent", text: "" };
  const text = content.length > MOST_TEXT ? "" : content.toString("utf8");
  return { path, sha256: hashOf(content), text };
}

const hashOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Keeps the trust of this user. Errors of all methods: `state-dir-unusable`. */
export class TrustStore {
  readonly #root: string;
  readonly #directory: string;

  /** `stateDirectory`: STATE_DIR */
  constructor(stateDirectory: string) {
    this.#root = stateDirectory;
    this.#directory = join(stateDirectory, "trust");
  }

  /** The trust in the configuration at that path; undefined if there is none, or if the file is none of ours. */
  of(path: string): Trusted | undefined {
    return inStateDirectory(this.#directory, () => {
      this.#requireOwn();
      const record = RECORD.safeParse(this.#read(path));
      return record.success && record.data.path === path ? record.data : undefined;
    });
  }

  /** Replaces the earlier trust in this configuration. */
  trust({ path, sha256, files }: Subject, now: Date): void {
    const record: Trusted = {
      schema: "dingo-recover/trusted@1",
      path,
      sha256,
      at: now.toISOString(),
      files: [...files],
    };
    inStateDirectory(this.#directory, () => {
      this.#requireOwn();
      makeDirectory(this.#directory);
      const temporary = join(this.#directory, `${randomBytes(8).toString("hex")}.part`);
      replaceDurably(this.#fileOf(path), temporary, `${JSON.stringify(record)}\n`);
    });
  }

  /** False if the configuration was not trusted. */
  forget(path: string): boolean {
    return inStateDirectory(this.#directory, () => {
      this.#requireOwn();
      if (this.#read(path) === undefined) return false;
      rmSync(this.#fileOf(path));
      syncDirectory(this.#directory);
      return true;
    });
  }

  #requireOwn(): void {
    requireOwnRoot(this.#root);
    requireOwnPart(this.#directory);
  }

  #read(path: string): unknown {
    try {
      return JSON.parse(readOwn(this.#fileOf(path)).toString("utf8"));
    } catch (thrown) {
      if (errnoOf(thrown) === "ENOENT") return undefined;
      // A text that is none of ours trusts nothing.
      if (thrown instanceof SyntaxError) return null;
      throw thrown;
    }
  }

  #fileOf(path: string): string {
    return join(this.#directory, `${hashOf(path)}.json`);
  }
}
