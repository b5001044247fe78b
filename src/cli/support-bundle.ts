/**
 * What somebody needs who helps: what `doctor` found, versions, which variables are set, and how runs stand. It holds no
 * secret: every value that may be one is masked wherever it stands, and of variables only the names are told.
 */
import { closeSync, constants, fsyncSync, openSync } from "node:fs";
import { hostname, release, type as kernel } from "node:os";
import { withoutLogins } from "../config/shown-value.js";
import type { DoctorDocument } from "../doctor/outcome.js";
import { asRecoverError, RecoverError } from "../errors.js";
import { errnoOf, OWNER_ONLY_FILE, reasonOf, writeWhole } from "../journal/durable.js";
import { printable, quoted } from "../printable.js";
import type { Runbook } from "../runbook/runbook.js";
import { configDocument } from "./config-show.js";
import { allRuns } from "./open-runs.js";
import type { GlobalArguments } from "./options.js";
import { secrets } from "./own-secrets.js";
import { readOnce } from "./read-once.js";
import { openStateDirectory } from "./state.js";
import { toolVersion } from "./tool-version.js";

export interface BundleOptions {
  readonly file: string;
  readonly document: DoctorDocument;
  readonly runbook: Runbook;
}

/** Errors: `usage` where the file is there already, or cannot be made. */
export function writeBundle(given: GlobalArguments, { file, document, runbook }: BundleOptions): void {
  registerTellingVariables(process.env);
  const bundle = {
    schema: "dingo-recover/support@1",
    tool: { version: toolVersion(), node: process.versions.node, platform: process.platform, arch: process.arch },
    machine: { name: hostname(), kernel: `${kernel()} ${release()}` },
    runbook: { name: runbook.name, version: runbook.version, sha256: runbook.sha256 },
    variables: tellingVariables(process.env),
    configuration: orWhyNot(() => configDocument(given)),
    doctor: document,
    runs: orWhyNot(() => allRuns(readOnce(openStateDirectory({ stateDir: given["state-dir"] })))),
  };
  const masked: unknown = secrets.maskJson(bundle);
  write(file, `${printable(JSON.stringify(masked, discreet, 2))}\n`);
}

/** Variables that the tool, or a program that it starts, goes by. */
const TELLING =
  /^(?:CF_|BOSH_|AWS_|ES_|OPENSEARCH_|BROKER_|DOCKER_|DINGO_RECOVER|SSH_AUTH_SOCK$|XDG_|NODE_|https?_proxy$|HTTPS?_PROXY$|no_proxy$|NO_PROXY$)/u;
const SECRET = /PASS|SECRET|TOKEN|KEY|CREDENTIAL|PROXY|proxy/u;

const tellingVariables = (env: NodeJS.ProcessEnv): readonly string[] =>
  Object.keys(env)
    .filter((name) => TELLING.test(name))
    .sort();

/** Also those that nothing of this invocation has asked for. */
function registerTellingVariables(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env))
    if (SECRET.test(name) && value !== undefined) secrets.register(value);
}

/** `https://user:password@host`, wherever it comes from. */
const discreet = (_key: string, value: unknown): unknown => (typeof value === "string" ? withoutLogins(value) : value);

function orWhyNot(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return { unreadable: asRecoverError(thrown).message };
  }
}

function write(file: string, text: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OWNER_ONLY_FILE);
  } catch (cause) {
    const there = errnoOf(cause) === "EEXIST";
    throw new RecoverError(
      "usage",
      `${quoted(file)} ${there ? "is there already" : `cannot be made: ${reasonOf(cause)}`}`,
      {
        remedy: "Name a file that is not there with --bundle.",
        place: file,
        cause,
        effect: "none",
      },
    );
  }
  try {
    writeWhole(descriptor, Buffer.from(text), null);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
