import { z } from "zod";
import { defineAction } from "../../action.js";
import { keyIn, parseLocation } from "../../archive/names/location.js";
import { isUnknown, known } from "../../placeholder.js";
import type { Protection } from "../../ports/object-store.js";
import { quote } from "../../shell-quote.js";
import { whereEmpty } from "../printed-cases.js";
import { type Finding, finding, found } from "./finding.js";
import { keyRights, ON_OBJECTS, ON_THE_BUCKET, type Right } from "./key-rights.js";
import { keptText, outlastsDeletes } from "./protection.js";

const input = z.strictObject({
  archive: z.string(),
  /** ARN of the user or role that pushes the backups; "" for the keys of the test. */
  pushed_by: z.string().default(""),
});
const output = z.object({
  deletion: z.enum(["denied", "allowed", "not-known"]),
  why: z.string(),
  /** What becomes of a deleted object, as far as the bucket says. */
  kept: z.string(),
  findings: z.array(finding),
});

/** Asks for policies and what they come to, and nothing else: a right is never tried, neither here nor anywhere. */
export const lookAtRights = defineAction({
  id: "backup.look-at-rights",
  title: "See whether these keys could delete the archive, by policies alone",
  effect: "read",
  input,
  output,
  tell: ({ why, kept }) => `${why}; ${kept}`,
  describe: ({ archive, pushed_by: who }) => [
    ...["get-bucket-policy", "get-bucket-versioning", "get-object-lock-configuration"].map((question) => ({
      on: "here",
      line: quote(["aws", "s3api", question, "--bucket", parseLocation(known(archive)).bucket]),
    })),
    ...whereEmpty(who, {
      empty: [{ on: "here", line: quote(["aws", "sts", "get-caller-identity"]) }],
      given: simulationOf(archive, who),
    }),
  ],
  async run({ ports: { store } }, { archive, pushed_by: who }) {
    const location = parseLocation(archive);
    const policy = await store.policy(location.bucket);
    const protection = await store.protection(location.bucket);
    const simulated = await store.simulate({
      ...{ who, bucket: location.bucket, key: keyIn(location, SOME_KEY) },
      ...{ objectActions: ON_OBJECTS, bucketActions: ON_THE_BUCKET },
    });
    const rights = keyRights({ ...location, policy, simulated });
    const subject = who === "" ? "these keys" : `the keys of ${who}`;
    const { deletion, why: reason } = deletionOf(rights);
    const why = `${TEXTS[deletion](subject)}: ${reason}`;
    return {
      ...{ deletion, why, kept: keptText(protection) },
      findings: [
        ...deletionFindings({ deletion, why }, rights, protection),
        ...otherFindings(subject, rights, protection),
      ],
    };
  },
});

/** Any name: rights are given for what lies below a prefix. */
const SOME_KEY = "wal_005/000000010000000000000001.lzo";

function simulationOf(archive: string, who: string) {
  const location = parseLocation(archive);
  return [
    { actions: ON_OBJECTS, resource: `${location.bucket}/${keyIn(location, SOME_KEY)}` },
    { actions: ON_THE_BUCKET, resource: location.bucket },
  ].map(({ actions, resource }) => {
    const simulate = ["aws", "iam", "simulate-principal-policy", "--policy-source-arn", who];
    const asked = quote([...simulate, "--action-names", ...actions, "--resource-arns"]);
    return { on: "here", line: `${asked} ${resourceName(who, resource)}` };
  });
}

/** In the partition of the user or role, as a word of a command. */
const resourceName = (who: string, resource: string): string =>
  isUnknown(who)
    ? `"arn:$(printf '%s\\n' ${quote([who])} | cut -d: -f2):s3:::"${quote([resource])}`
    : quote([`arn:${who.split(":")[1] ?? "aws"}:s3:::${resource}`]);

type Deletion = Right["says"];

const TEXTS: Readonly<Record<Deletion, (subject: string) => string>> = {
  denied: (subject) => `the archive cannot be deleted with ${subject}`,
  allowed: (subject) => `the archive can be deleted with ${subject}`,
  "not-known": (subject) => `it is not known whether the archive can be deleted with ${subject}`,
};

type Rights = ReadonlyMap<string, Right>;

const saysOf = (rights: Rights, action: string): Deletion => rights.get(action)?.says ?? "not-known";

/** Denied is what both ways are; one that is allowed is enough. */
function deletionOf(rights: Rights): { readonly deletion: Deletion; readonly why: string } {
  const deletes = ["s3:DeleteObject", "s3:DeleteObjectVersion"].flatMap((action) => rights.get(action) ?? []);
  const grave = ["allowed", "not-known", "denied"] as const;
  const deletion = grave.find((each) => deletes.some(({ says }) => says === each)) ?? "not-known";
  return { deletion, why: deletes.find(({ says }) => says === deletion)?.why ?? "" };
}

const CAUSE = "whoever takes over the database host could delete the backups with the data";

function deletionFindings(
  { deletion, why }: { readonly deletion: Deletion; readonly why: string },
  rights: Rights,
  protection: Protection,
): readonly Finding[] {
  if (deletion === "denied") return [];
  const message = `${why}; ${keptText(protection)}`;
  if (deletion === "not-known") return [found({ severity: "note", code: "deletion-not-known", message, cause: CAUSE })];
  const onlyMarked = protection.versioning === "on" && saysOf(rights, "s3:DeleteObjectVersion") === "denied";
  const severity = outlastsDeletes(protection) || onlyMarked ? "note" : "warning";
  return [found({ severity, code: "deletable", message, cause: CAUSE })];
}

/** To write over an archive, or to take away what protects it, is to delete it by a detour. */
function otherFindings(subject: string, rights: Rights, protection: Protection): readonly Finding[] {
  const findings: Finding[] = [];
  const put = rights.get("s3:PutObject");
  if (put?.says === "allowed" && protection.versioning !== "on")
    findings.push(
      found({
        severity: protection.versioning === "not-known" ? "note" : "warning",
        code: "overwritable",
        message: `every object of the archive can be written over with ${subject}: ${put.why}; ${keptText(protection)}`,
        cause: "who pushes backups has to write; a bucket that keeps versions keeps what was written over (versioning)",
      }),
    );
  const changes = ON_THE_BUCKET.filter((action) => saysOf(rights, action) === "allowed");
  if (changes.length > 0)
    findings.push(
      found({
        severity: outlastsDeletes(protection) ? "note" : "warning",
        code: "protection-changeable",
        message: `what protects the archive can be changed with ${subject}: ${changes.join(", ")}`,
        cause: "a lifecycle rule deletes a whole archive, a policy gives rights that were missing",
      }),
    );
  return findings;
}
