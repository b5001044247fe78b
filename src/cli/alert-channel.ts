/** The two ways to somebody who does not look at the screen: a webhook, and files for Prometheus. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deliver } from "../adapters/alert/webhook.js";
import { directDialer, loopbackDialer } from "../adapters/network/dialer.js";
import { dialedAgents, straight } from "../adapters/network/http-agents.js";
import { isAddress } from "../config/alert.js";
import type { AlertConfig } from "../config/config.js";
import { RecoverError } from "../errors.js";
import { reasonOf } from "../journal/durable.js";
import { REHEARSAL_VARIABLE } from "../rehearsal/variable.js";
import { resolveSecret } from "../store-wiring.js";
import { secrets } from "./own-secrets.js";

/** Nothing where no webhook is configured. Errors: as `deliver`, `config-invalid`. */
export async function raise(alert: AlertConfig, document: object): Promise<void> {
  const url = await webhookAddress(alert);
  if (url === undefined) return;
  const isRehearsal = process.env[REHEARSAL_VARIABLE] !== undefined;
  const agents = dialedAgents(straight(isRehearsal ? loopbackDialer() : directDialer()), {}, { keepAlive: false });
  try {
    await deliver({ url, document: secrets.maskJson(document), agents });
  } finally {
    agents.destroy();
  }
}

/** It may be a secret by itself. Errors: `not-logged-in`, `config-invalid`. */
export async function webhookAddress({ webhook }: AlertConfig): Promise<string | undefined> {
  if (webhook === undefined) return undefined;
  const { signal } = new AbortController();
  const url =
    typeof webhook === "string" ? webhook : await resolveSecret({ secrets, env: process.env, signal }, webhook);
  if (isAddress(url)) return url;
  throw new RecoverError("config-invalid", "what alert.webhook names holds no address of HTTP", {
    remedy: "Put https://HOST/PATH there.",
    place: "alert.webhook",
    effect: "none",
  });
}

/** Whole or not at all: the collector reads whatever ends in ".prom". Errors: `state-dir-unusable`. */
export function writeMetrics(directory: string, name: string, text: string): void {
  const path = join(directory, name);
  // The collector's directory may be everybody's: a link that waits under a name that could be guessed is not written through.
  const own = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    mkdirSync(directory, { recursive: true });
    // Another user collects it, whatever this one's umask is.
    writeFileSync(own, text, { flag: "wx", mode: 0o600, flush: true });
    chmodSync(own, 0o644);
    renameSync(own, path);
  } catch (cause) {
    removeQuietly(own);
    throw new RecoverError("state-dir-unusable", `the metrics cannot be written to ${path}: ${reasonOf(cause)}`, {
      remedy: "Name a directory that this user may write to as alert.metrics.",
      place: path,
      cause,
    });
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // There is no such place: why is told already.
  }
}
