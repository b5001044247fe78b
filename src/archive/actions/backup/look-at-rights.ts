import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { parseSource } from "../../names/location.ts";
import { known } from "../../../kit/commands/placeholder.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { whereEmpty } from "../../../kit/commands/printed-cases.ts";
import { finding, found } from "./finding.ts";
import { simulationLines } from "./simulation-lines.ts";
import type { Protection } from "../../../ports/object-store.ts";

const input = z.strictObject({
  archive: z.string(),
  /** ARN of the user or role that pushes the backups; "" for the keys of the test. */
  pushed_by: z.string().default(""),
});
const output = z.object({
  why: z.string(),
  /** How the bucket treats a deleted object, as far as it tells. */
  kept: z.string(),
  findings: z.array(finding),
});

/** Asks the bucket only how it keeps objects: a right is never tried, neither here nor anywhere. */
export const lookAtRights = defineAction({
  id: "backup.look-at-rights",
  title: "See what the bucket keeps of a deleted archive, and how to ask who could delete it",
  effect: "read",
  input,
  output,
  tell: ({ why, kept }) => `${why}; ${kept}`,
  describe: ({ archive, pushed_by: who }) => [
    ...["get-bucket-versioning", "get-object-lock-configuration"].map((question) => ({
      on: "here",
      line: quote(["aws", "s3api", question, "--bucket", parseSource(known(archive)).bucket]),
    })),
    ...whereEmpty(who, {
      empty: [{ on: "here", line: quote(["aws", "sts", "get-caller-identity"]) }],
      given: simulationLines(parseSource(archive), who).map((line) => ({ on: "here", line })),
    }),
  ],
  async run({ ports: { store } }, { archive, pushed_by: who }) {
    const location = parseSource(archive);
    const kept = keptText(await store.protection(location.bucket));
    const subject = who === "" ? "these keys" : `the keys of ${who}`;
    const why = `whether the archive can be deleted or written over with ${subject} is not known, and is not tried`;
    const asked = simulationLines(location, who).map((line) => `\n  $ ${line}`);
    const cause = `${CAUSE}; AWS tells it by these lines:${asked.join("")}`;
    const message = `${why}; ${kept}`;
    return { why, kept, findings: [found({ severity: "note", code: "deletion-not-known", message, cause })] };
  },
});

const CAUSE = "an attacker on the database host could delete the backups with the data";

/** A part of a sentence. */
export function keptText({ versioning, mfaDelete, lock }: Protection): string {
  const locked = lockText(lock);
  if (versioning === "on") {
    const device = mfaDelete
      ? "only a code of a second device takes them away"
      : "who may delete versions takes them away too";
    return `the bucket keeps what is deleted as old versions, and ${locked ?? device}`;
  }
  if (versioning === "not-known") return "whether the bucket keeps old versions is not known (s3:GetBucketVersioning)";
  return versioning === "suspended"
    ? "the bucket has stopped to keep what is deleted"
    : "what is deleted is gone: the bucket keeps no old versions";
}

function lockText(lock: Protection["lock"]): string | undefined {
  if (typeof lock !== "object") return undefined;
  const who = lock.mode === "COMPLIANCE" ? "nobody" : "only who may pass by the lock";
  return `${who} takes a version away within ${lock.days} days of its writing (Object Lock, ${lock.mode})`;
}
