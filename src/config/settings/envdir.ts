/**
 * WAL-E's settings as `envdir` reads them: a directory with one file for each variable, named by it (daemontools, envdir;
 * WAL-E README, "Primary Commands"). Secrets stay in their files until the store is logged in to.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { optional } from "../../kit/optional.ts";
import type { WalESettings } from "../../ports/settings.ts";
import { hasObeyed, quoted } from "../../kit/text/printable.ts";
import type { S3Config } from "./config.ts";

export interface Envdir {
  readonly s3: S3Config;
  readonly walE: WalESettings;
}

const SECRETS = ["AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"] as const;

/** Errors: `config-invalid` if the directory cannot be read, or names no archive and no keys. */
export function readEnvdir(given: string, cwd: string): Envdir {
  const directory = resolve(cwd, given);
  requireDirectory(directory);
  const value = (name: string): string | undefined => valueOf(join(directory, name));
  const prefix = value("WALE_S3_PREFIX") ?? value("WALG_S3_PREFIX");
  if (prefix === undefined)
    throw invalid(
      directory,
      "has no WALE_S3_PREFIX",
      "Name the directory that wal-e is run with, as in envdir /etc/wal-e wal-e ….",
    );
  const accessKeyId = value("AWS_ACCESS_KEY_ID");
  const token = (["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"] as const).find((name) => value(name) !== undefined);
  const file = (name: string) => ({ kind: "file", path: join(directory, name) }) as const;
  const credentials =
    accessKeyId === undefined || value("AWS_SECRET_ACCESS_KEY") === undefined
      ? undefined
      : {
          ...{ accessKeyId, secretAccessKey: file("AWS_SECRET_ACCESS_KEY") },
          ...optional("sessionToken", token === undefined ? undefined : file(token)),
        };
  return {
    s3: {
      ...optional("endpoint", endpointOf(value("WALE_S3_ENDPOINT") ?? value("AWS_ENDPOINT"))),
      ...optional("region", value("AWS_REGION")),
      ...optional("bucket", /^s3:\/\/([^/]+)/.exec(prefix)?.[1]),
      ...optional("credentials", credentials),
    },
    walE: { prefix, gpgKey: value("WALE_GPG_KEY_ID") ?? "", looseFiles: looseFiles(directory) },
  };
}

/** `https+path://HOST:PORT`, with `path`, `virtualhost` or `subdomain` behind the plus (WAL-E README, WALE_S3_ENDPOINT). */
function endpointOf(text: string | undefined): string | undefined {
  return text?.replace(/^(https?)\+[a-z]+:\/\//, "$1://");
}

/** A setting has some hundred bytes. */
const LARGEST = 64 * 1024;

/**
 * The file's first line without blanks at its end; undefined for an empty file, which unsets the variable. A pipe or a
 * device is refused: a read could wait for ever.
 */
function valueOf(path: string): string | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw invalid(path, "is no file", ONE_LINE);
    if (found.size > LARGEST) throw invalid(path, `has ${found.size} bytes`, ONE_LINE);
    const line = (readFileSync(path, "utf8").split("\n")[0] ?? "").trimEnd();
    if (hasObeyed(line)) throw invalid(path, "holds a control character", ONE_LINE);
    return line === "" ? undefined : line;
  } catch (cause) {
    if (cause instanceof RecoverError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    if (code === "ENOENT") return undefined;
    throw invalid(path, `cannot be read (${code})`, "Run this as a user who may read WAL-E's settings.");
  }
}

const looseFiles = (directory: string): readonly string[] =>
  SECRETS.flatMap((name) => looseFile(join(directory, name)) ?? []);

/** Path and mode of a file that every user may read; undefined if its directory is closed. */
export function looseFile(path: string): string | undefined {
  const isClosed = ((modeOf(dirname(path)) ?? 0) & 0o001) === 0;
  const mode = modeOf(path);
  if (isClosed || mode === undefined || (mode & 0o004) === 0) return undefined;
  return `${path} (mode ${(mode & 0o777).toString(8).padStart(4, "0")})`;
}

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}

function requireDirectory(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  throw invalid(
    directory,
    found === undefined ? "is not there" : "is no directory",
    "Name WAL-E's directory of settings with --input envdir=DIRECTORY.",
  );
}

const ONE_LINE = "WAL-E's settings are files of one line each.";

function invalid(path: string, what: string, remedy: string): RecoverError {
  return refuse("config-invalid", `${quoted(path)} ${what}`)
    .at(path)
    .advise(remedy);
}
