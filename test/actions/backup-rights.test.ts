/** Who can delete a backup, as a test of it tells: the bucket's policy, IAM's simulation, and what both come to. */
import { fc } from "../properties.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bucketAnswer } from "../../src/actions/backup/bucket-rights.js";
import { finding } from "../../src/actions/backup/finding.js";
import { keyRights, ON_OBJECTS, ON_THE_BUCKET } from "../../src/actions/backup/key-rights.js";
import { lookAtRights } from "../../src/actions/backup/look-at-rights.js";
import type { Protection, SimulatedRight, SimulatedRights } from "../../src/ports/object-store.js";
import { Scene } from "../traps/scene.js";

const USER = "arn:aws:iam::123456789012:user/wal-e";
const SESSION = "arn:aws:sts::123456789012:assumed-role/pusher/i-1";
const AT = { bucket: "our-backups", prefix: "backups/guid/wal" };
const ALL = "arn:aws:s3:::our-backups/*";
const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const deny = { Effect: "Deny", Principal: "*", Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"], Resource: ALL };
const allow = { Effect: "Allow", Principal: { AWS: ["*"] }, Action: "s3:*", Resource: ALL };
const says = (text: string | undefined, who = "", action = "s3:DeleteObject") =>
  bucketAnswer(text, { ...AT, action, who }).says;

describe("a bucket's policy", () => {
  it.each([
    ["for everybody, all below the prefix", policy(deny)],
    [
      "by patterns",
      policy({
        ...deny,
        Action: "s3:Delete*",
        Resource: ["arn:aws:s3:::other/*", "arn:aws:s3:::our-backups/backups/*"],
      }),
    ],
    ["beside an allow", policy(allow, deny)],
    ["for all resources", policy({ ...deny, Resource: "*" })],
  ])("denies where a deny holds %s", (_how, text) => {
    expect(says(text)).toBe("denied");
  });

  it("allows where everybody may, and nothing denies it", () => {
    expect(bucketAnswer(policy({ ...allow, Sid: "open" }), { ...AT, action: "s3:DeleteObject", who: "" })).toEqual({
      says: "allowed",
      why: `the bucket's policy allows it ("open")`,
    });
  });

  it.each([
    ["the deny is for others", policy({ ...deny, Principal: { AWS: "arn:aws:iam::1:user/x" } })],
    ["the deny has a condition", policy({ ...deny, Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } })],
    [
      "a part of it alone is denied",
      policy({ ...deny, Resource: "arn:aws:s3:::our-backups/backups/guid/wal/wal_005/*" }),
    ],
    [
      "one object alone is denied",
      policy({ ...deny, Resource: "arn:aws:s3:::our-backups/backups/guid/wal/wal_005/1" }),
    ],
    ["an allow stands beside a deny that holds for some", policy(allow, { ...deny, Condition: {} })],
    ["it is no policy", "<Error/>"],
    ["nobody may read it", undefined],
    ["it denies everything but", policy({ Effect: "Deny", NotPrincipal: { AWS: "x" }, Action: "s3:*", Resource: ALL })],
    ["it denies other actions but", policy({ ...deny, Action: undefined, NotAction: "s3:GetObject" })],
    ["it denies other objects but", policy({ ...deny, Resource: undefined, NotResource: `${ALL}x` })],
  ])("does not tell where %s", (_why, text) => {
    expect(says(text)).toBe("not-known");
  });

  it.each([
    ["there is none", ""],
    ["another bucket is meant", policy({ ...deny, Resource: "arn:aws:s3:::our-backups-2/*" })],
    ["another prefix is meant", policy({ ...deny, Resource: "arn:aws:s3:::our-backups/backups/other/*" })],
    ["another action is meant", policy({ ...deny, Action: "s3:GetObject" })],
  ])("says nothing where %s", (_why, text) => {
    expect(says(text)).toBe("silent");
  });

  it.each<readonly [string, string, object, string]>([
    ["its user", USER, { AWS: USER }, "denied"],
    ["its account", USER, { AWS: "arn:aws:iam::123456789012:root" }, "denied"],
    ["its account's number", USER, { AWS: ["1", "123456789012"] }, "denied"],
    ["its session", SESSION, { AWS: SESSION }, "denied"],
    ["its session's role", SESSION, { AWS: "arn:aws:iam::123456789012:role/with/path/pusher" }, "denied"],
    ["another role", SESSION, { AWS: "arn:aws:iam::123456789012:role/pusher2" }, "silent"],
    ["another account", USER, { AWS: "210987654321" }, "silent"],
    ["a service", USER, { Service: "logging.s3.amazonaws.com" }, "silent"],
    ["an account by its canonical id", USER, { CanonicalUser: "79a5" }, "not-known"],
  ])("that denies %s is about whose keys they are", (_what, who, principal, expected) => {
    expect(says(policy({ ...deny, Principal: principal }), who)).toBe(expected);
  });

  it("that allows an account leaves it to the account's own policies", () => {
    expect(says(policy({ ...allow, Principal: { AWS: "123456789012" } }), USER)).toBe("silent");
    expect(says(policy({ ...allow, Principal: { AWS: USER } }), USER)).toBe("allowed");
  });

  it.each([
    ["*", "denied"],
    ["our-backups/*", "denied"],
    ["our-back??s/back*/g*d/wal/*", "denied"],
    ["*guid*", "denied"],
    ["our-backups/backups/guid/wal?*", "denied"],
    ["our-backups", "silent"],
    [`${"*p".repeat(40)}*`, "not-known"],
    [`${"*".repeat(5_000)}x*`, "not-known"],
  ])("reads %s as IAM does", (pattern, expected) => {
    expect(says(policy({ ...deny, Resource: `arn:aws:s3:::${pattern}` }))).toBe(expected);
  });

  it("never throws, whatever it holds", () => {
    fc.assert(fc.property(fc.json(), (text) => void says(`{"Statement":${text}}`, USER)));
  });
});

const simulatedAs = (
  decision: SimulatedRight["decision"],
  more: Partial<SimulatedRights> & { readonly missing?: readonly string[] } = {},
): SimulatedRights => ({
  who: USER,
  ownBucket: more.ownBucket === undefined && !("ownBucket" in more) ? true : more.ownBucket,
  rights: [...ON_OBJECTS, ...ON_THE_BUCKET].map((action) => ({ action, decision, missing: more.missing ?? [] })),
});
const OPEN = policy({ ...allow, Principal: { AWS: USER } });
const SHUT = policy(deny);
const UNSURE = policy({ ...deny, Condition: { Bool: {} } });

describe("what IAM and the bucket say together", () => {
  const together = (simulated: SimulatedRights | { readonly why: string }, text: string | undefined) =>
    keyRights({ ...AT, policy: text, simulated }).get("s3:DeleteObject")?.says;

  it.each<readonly [SimulatedRight["decision"], Readonly<Record<string, string>>]>([
    ["allowed", { none: "allowed", open: "allowed", shut: "denied", unsure: "not-known", unread: "not-known" }],
    ["implicit-deny", { none: "denied", open: "allowed", shut: "denied", unsure: "not-known", unread: "not-known" }],
    ["explicit-deny", { none: "denied", open: "denied", shut: "denied", unsure: "denied", unread: "denied" }],
  ])("is where IAM says %s: %j", (decision, expected) => {
    const texts = { none: "", open: OPEN, shut: SHUT, unsure: UNSURE, unread: undefined };
    const found = Object.entries(texts).map(([name, text]) => [name, together(simulatedAs(decision), text)]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it("is not known where a condition decides it that nobody told, but for a deny of the bucket's", () => {
    const open = simulatedAs("allowed", { missing: ["aws:sourceip"] });
    expect(together(open, "")).toBe("not-known");
    expect(together(open, OPEN)).toBe("not-known");
    expect(together(open, SHUT)).toBe("denied");
  });

  it.each([false, undefined])("needs both where the bucket may be of another account (own: %s)", (ownBucket) => {
    expect(together(simulatedAs("allowed", { ownBucket }), "")).toBe("not-known");
    expect(together(simulatedAs("allowed", { ownBucket }), OPEN)).toBe("allowed");
    expect(together(simulatedAs("implicit-deny", { ownBucket }), "")).toBe("denied");
  });

  it("is the bucket's policy alone where nothing can be simulated", () => {
    const none = { why: "no IAM" };
    expect(together(none, "")).toBe("not-known");
    expect(together(none, SHUT)).toBe("denied");
    expect(together(none, policy(allow))).toBe("allowed");
  });
});

const ON: Protection = { versioning: "on", mfaDelete: false, lock: "none" };

async function looked(simulation: SimulatedRights | { readonly why: string }, protection?: Protection, text = "") {
  const scene = new Scene();
  scene.store.simulation = simulation;
  const location = { bucket: "our-backups", prefix: "shop" };
  scene.store.seed(location.bucket, `${location.prefix}/wal_005/1`, "x");
  if (protection !== undefined) scene.store.protections.set(location.bucket, protection);
  if (text !== "") scene.store.policies.set(location.bucket, text);
  const output = await lookAtRights.run(
    scene.context,
    lookAtRights.input.parse({ archive: "s3://our-backups/shop", pushed_by: "" }),
  );
  expect(scene.store.changes).toEqual([]);
  const { findings } = z.object({ findings: z.array(finding) }).parse(output);
  const told = lookAtRights.effect === "read" ? (lookAtRights.tell?.(output) ?? "") : "";
  return { ...output, told, findings, codes: findings.map(({ code, severity }) => `${severity} ${code}`) };
}

describe("what a test of a backup finds of rights", () => {
  it("is nothing where all is denied", async () => {
    const seen = await looked(simulatedAs("implicit-deny"));
    expect(seen).toMatchObject({ deletion: "denied", findings: [] });
    expect(seen.told).toContain("the archive cannot be deleted with these keys");
  });

  it("is that the archive can be deleted, written over, and what protects it be changed", async () => {
    expect((await looked(simulatedAs("allowed"))).codes).toEqual([
      "warning deletable",
      "warning overwritable",
      "warning protection-changeable",
    ]);
  });

  it("is less where the bucket keeps versions, and these cannot be deleted", async () => {
    const rights = simulatedAs("allowed").rights.map((right) =>
      right.action === "s3:DeleteObject" || right.action === "s3:PutObject"
        ? right
        : { ...right, decision: "implicit-deny" as const },
    );
    const seen = { ...simulatedAs("allowed"), rights };
    expect((await looked(seen, ON)).codes).toEqual(["note deletable"]);
    expect((await looked(seen)).codes).toEqual(["warning deletable", "warning overwritable"]);
    expect((await looked(simulatedAs("allowed"), ON)).codes).toEqual([
      "warning deletable",
      "warning protection-changeable",
    ]);
    const locked: Protection = { ...ON, lock: { mode: "COMPLIANCE", days: 30 } };
    expect((await looked(simulatedAs("allowed"), locked)).codes).toEqual([
      "note deletable",
      "note protection-changeable",
    ]);
  });

  it("is that it is not known, with the reason of the simulation", async () => {
    const seen = await looked({ why: "AccessDenied: not authorized" });
    expect(seen.codes).toEqual(["note deletion-not-known"]);
    expect(seen.findings[0]?.message).toContain("AccessDenied: not authorized");
  });
});
