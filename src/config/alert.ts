/** `alert:`: who hears of a backup that is bad, or could not be tested, and of other runs where that is wanted. */
import { Fields } from "../yaml/fields.js";
import type { Located } from "../yaml/located.js";
import { optional } from "../optional.js";
import { type AlertConfig, RUN_ALERTS, type RunAlert } from "./config.js";
import type { Reading } from "./reading.js";
import { readSecret } from "./secret.js";

const WEBHOOK = {
  message: '"webhook" is no address of HTTP',
  remedy:
    "Write `https://HOST/PATH`; one that is a secret by itself as `{env: NAME}`, `{file: PATH}` or `{command: [PROGRAM]}`.",
};

export function readAlert(reading: Reading, node: Located | undefined): AlertConfig | undefined {
  const what = { what: '"alert"', keys: ["webhook", "metrics", "runs"] } as const;
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, what);
  if (fields === undefined) return undefined;
  const webhook = fields.get("webhook");
  const metrics = fields.text("metrics");
  const runs = fields.get("runs");
  return {
    ...optional("webhook", webhook === undefined ? undefined : readWebhook(reading, webhook)),
    ...optional("metrics", metrics === undefined ? undefined : reading.path(metrics.value)),
    ...optional("runs", runs === undefined ? undefined : readRuns(reading, runs)),
  };
}

function readRuns(reading: Reading, node: Located): readonly RunAlert[] | undefined {
  const items = node.kind === "list" ? node.items : [];
  const read = items.flatMap((item) => RUN_ALERTS.find((each) => item.kind === "scalar" && item.value === each) ?? []);
  if (node.kind === "list" && read.length === items.length && items.length > 0) return read;
  reading.findings.add(node.at, {
    message: '"runs" is no list of what others hear of a run',
    remedy: `Write \`runs: [${RUN_ALERTS.join(", ")}]\`, or some of these.`,
  });
  return undefined;
}

function readWebhook(reading: Reading, node: Located): AlertConfig["webhook"] {
  if (node.kind !== "scalar") return readSecret(reading, node, "webhook");
  const { value } = node;
  if (typeof value === "string" && isAddress(value)) return value;
  reading.findings.add(node.at, WEBHOOK);
  return undefined;
}

/** A user name or a password in an address would be shown with it. */
export function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}
