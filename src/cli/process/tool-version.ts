/** The version of this program, the hash of its build, the Node that runs it, and the runbooks inside. */
import { createHash } from "node:crypto";
import { EXIT } from "../../errors.ts";
import { type Form, hasOwn, OWN_FORM, ownPath, readOwn } from "../../kit/process/own-files.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "./failure.ts";
import { keptRunbook } from "./checked-runbook.ts";
import { shippedFile, shippedNames } from "./runbook-files.ts";

const PACKAGE = ownPath("package.json");
/** Written by the build (build/package.mjs). */
const STAMP = ownPath("bundle/build.json");

interface Stamp {
  readonly commit?: string;
  readonly committedAt?: string;
  /** Something had been changed since the commit. */
  readonly changed?: boolean;
}

export interface VersionDocument {
  readonly schema: "dingo-recover/version@1";
  readonly version: string;
  readonly build: Stamp & { readonly form: Form };
  readonly node: { readonly version: string; readonly platform: string; readonly arch: string };
  /** `sha256`: of the whole text with all that it includes, as a journal and a report have it. */
  readonly runbooks: readonly RunbookInside[];
}

interface RunbookInside {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

export function toolVersion(): string {
  return (JSON.parse(readOwn(PACKAGE).toString("utf8")) as { version: string }).version;
}

async function versionDocument(): Promise<VersionDocument> {
  const stamp = OWN_FORM !== "clone" && hasOwn(STAMP) ? (JSON.parse(readOwn(STAMP).toString("utf8")) as Stamp) : {};
  return {
    schema: "dingo-recover/version@1",
    version: toolVersion(),
    build: { form: OWN_FORM, ...stamp },
    node: { version: process.versions.node, platform: process.platform, arch: process.arch },
    runbooks: await Promise.all(shippedNames().map(runbookInside)),
  };
}

async function runbookInside(name: string): Promise<RunbookInside> {
  const { version, sha256 } = keptRunbook(name) ?? (await readInside(name));
  return { name, version, sha256 };
}

/** Of a clone, or if a file was changed. */
async function readInside(name: string): Promise<Omit<RunbookInside, "name">> {
  const { composeFile } = await import("./compose-file.ts");
  const composed = composeFile(shippedFile(name));
  if ("diagnostics" in composed) throw new Error(`the shipped runbook ${name} cannot be read`);
  const [, version = ""] = /^version: "?([^"\n]*)"?$/mu.exec(composed.text) ?? [];
  return { version, sha256: createHash("sha256").update(composed.text).digest("hex") };
}

/** `--version`: its first line is for scripts. */
export async function tellVersion(words: readonly string[]): Promise<number> {
  const output = createOutput({ secrets, color: false });
  const document = await versionDocument();
  if (words.includes("--json")) output.json(document);
  else for (const line of versionLines(document)) output.line(line);
  return EXIT.done;
}

const FORMS: Readonly<Record<Form, string>> = {
  clone: "runs from its source",
  package: "built as a package",
  executable: "built as a single executable",
};

function versionLines({ version, build, node, runbooks }: VersionDocument): readonly string[] {
  const { form, commit, committedAt, changed } = build;
  const of = commit === undefined ? "" : `, of commit ${commit.slice(0, 12)} (${committedAt ?? ""})`;
  const width = Math.max(...runbooks.map(({ name }) => name.length));
  return [
    `dingo-recover ${version}`,
    `${FORMS[form]}${of}${changed === true ? ", with changes" : ""}`,
    `Node ${node.version}${form === "executable" ? ", inside" : ""}, ${node.platform} ${node.arch}`,
    "runbooks, each with its version and the beginning of its SHA-256:",
    ...runbooks.map((each) => `  ${each.name.padEnd(width)}  ${each.version}  ${each.sha256.slice(0, 16)}`),
  ];
}
