import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { isEncrypted } from "../../judgement/strangers.ts";
import type { ArchiveVerdict } from "../../judgement/verdict.ts";
import { verifyArchive } from "../../judgement/verify.ts";
import { type ArchiveLocation, formatLocation, parseSource } from "../../names/location.ts";
import { type ArchiveFacts, readArchive, startsLikeLzop } from "../../reading/facts.ts";
import { inClear } from "../../reading/in-clear.ts";
import { askedCold } from "../../asked-cold.ts";
import { planRestore } from "../../restore/plan.ts";
import { expandedSize } from "../../restore/restore.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { agesOf, ageText, archiveAges, type Limits } from "./ages.ts";
import { type Finding, finding, findingText, found, type Severity } from "./finding.ts";
import { untested } from "./untested.ts";
import type { ProblemCode } from "../../judgement/problem.ts";

const input = z.strictObject({ archive: z.string(), max_age: z.string(), max_recovery_point_age: z.string() });
type Input = z.infer<typeof input>;
const output = z
  .object({
    /** True when a restore can be tried: a base backup is whole, and so is the WAL that it needs. */
    restorable: z.boolean(),
    base: z.string(),
    /** `9.6` */
    postgres_version: z.string(),
    system_id: z.string(),
    timeline: z.number(),
    segments: z.number(),
    expanded_bytes: z.number(),
    fetched_bytes: z.number(),
    recovery_point: z.string(),
    encrypted: z.boolean(),
    findings: z.array(finding),
  })
  .extend(archiveAges.shape);
type Output = z.infer<typeof output>;

/**
 * Reads the listing and the small objects. A fault of the backup is a finding; the action throws only when it cannot
 * judge.
 */
export const judgeBackup = defineAction({
  id: "backup.judge",
  title: "See how old the backup is, and whether it looks whole",
  effect: "read",
  input,
  output,
  tell: (seen) =>
    [
      seen.restorable
        ? `${seen.base} is ${ageText(seen.base_age_seconds)} old, with ${counted(seen.segments, "segment")} of WAL up to ${seen.recovery_point}, ${ageText(seen.recovery_point_age_seconds)} ago`
        : "nothing can be restored",
      ...seen.findings.map(findingText),
    ].join("\n"),
  describe: ({ archive }) => [{ on: "here", line: quote(["dingo-recover", "archive", "verify", archive]) }],
  async run(context, request) {
    const location = parseSource(request.archive);
    const facts = await factsOf(context, location);
    if (isEncrypted(facts) && facts.opened === undefined) throw encrypted(context, facts);
    const verdict = verifyArchive(facts, { restorer: "person" });
    if (verdict.verdict === "unknown") throw unclear(verdict, request);
    const now = await context.ports.store.time(location.bucket);
    if (now === undefined) throw timeless(location);
    const limits = { now, ...request };
    if (!verdict.restorable) return hopeless(verdict, limits);
    const wanted = (context.ports.settings.walE?.gpgKey ?? "") !== "" || context.ports.decryption !== undefined;
    return judged(facts, verdict, { limits, findings: openness(facts, wanted) });
  },
  /** The archive of a living database grows, so only the tested part has to be the same. */
  async verify(context, { archive }, { base, restorable }) {
    if (!restorable) return { holds: "unknown", evidence: "it may be another archive by now" };
    const facts = await factsOf(context, parseSource(archive));
    const there = verifyArchive(facts).baseBackups.find(({ name }) => name === base);
    return { holds: there?.usable === true, evidence: `${base}: ${there?.why ?? "it is not there"}` };
  },
});

async function factsOf({ ports }: Context, location: ArchiveLocation): Promise<ArchiveFacts> {
  const reader = inClear(ports.store.reader(), ports.decryption);
  return askedCold(reader, await readArchive(reader, location, { times: true }), { restorer: "person" });
}

function judged(
  facts: ArchiveFacts,
  verdict: ArchiveVerdict,
  { limits, findings }: { readonly limits: Limits; readonly findings: readonly Finding[] },
): Output {
  const plan = planRestore(facts);
  const ages = agesOf(verdict, plan.base, limits);
  return {
    restorable: true,
    base: plan.base,
    postgres_version: plan.major ?? "",
    system_id: plan.systemId ?? "",
    timeline: plan.timeline,
    segments: plan.segments.length,
    expanded_bytes: expandedSize(plan),
    fetched_bytes: [...plan.tars, ...plan.segments].reduce((sum, { info }) => sum + info.size, 0),
    recovery_point: verdict.recoveryPoint?.time ?? "",
    encrypted: isEncrypted(facts),
    ...ages.known,
    findings: [...ages.findings, ...problemFindings(verdict), ...findings],
  };
}

function hopeless(verdict: ArchiveVerdict, limits: Limits): Output {
  const reasons = verdict.problems.filter(({ code }) => code !== "unknown-object").slice(0, 5);
  const message = `nothing can be restored: ${reasons.map((each) => each.message).join("; ")}`;
  const serious = found({ severity: "serious", code: reasons[0]?.code ?? "not-restorable", message });
  return {
    ...{ restorable: false, base: "", postgres_version: "", system_id: "", timeline: 0, segments: 0 },
    ...{ expanded_bytes: 0, fetched_bytes: 0, recovery_point: "", encrypted: false },
    ...agesOf(verdict, "", limits).known,
    findings: [serious],
  };
}

function unclear({ problems }: ArchiveVerdict, { archive }: Input): Error {
  const reasons = problems.slice(0, 3).map(({ message }) => message);
  return untested(`it cannot be told whether the archive can be restored: ${reasons.join("; ")}`, {
    remedy: `See ${quote(["dingo-recover", "archive", "verify", archive])}.`,
    place: archive,
  });
}

/** The clock of this machine is not asked: if it is wrong, an old backup would look young, and a young one old. */
function timeless(location: ArchiveLocation): Error {
  return untested("the object store does not say what time it is, so that nobody knows how old the backup is", {
    remedy: "Look at what stands between here and the store: its answers have no Date.",
    place: formatLocation(location),
  });
}

function encrypted({ ports: { settings } }: Context, { location }: ArchiveFacts): Error {
  const key = settings.walE?.gpgKey ?? "";
  const whose = key === "" ? "" : ` (WALE_GPG_KEY_ID is ${key})`;
  return untested(`the archive is encrypted with OpenPGP${whose}, and the test has no key of it`, {
    remedy:
      "Give the file with its private key, as gpg --export-secret-keys writes it: --input gpg_key=FILE; docs/test-backup.md tells how to keep it.",
    place: formatLocation(location),
  });
}

/**
 * Turns the problems that `archive verify` finds in a restorable archive into findings about a living backup. That must
 * give back the newest writes, so a gap and a broken newest base backup are serious. A code that is absent here is
 * ordinary: a failover, a push that was cut off or a delta leaves it.
 */
const SEVERITIES: Readonly<Partial<Record<ProblemCode, Severity>>> = {
  "wal-gap": "serious",
  "newest-base-broken": "serious",
  "segment-damaged": "serious",
  "part-damaged": "serious",
  "several-clusters": "serious",
  "sysid-differs": "warning",
  "other-cluster": "warning",
  "wal-aside": "warning",
  "partial-segment": "warning",
  "latest-not-newest": "warning",
  "older-base-broken": "warning",
  "wrong-branch": "warning",
  expires: "note",
};

function problemFindings({ problems }: Pick<ArchiveVerdict, "problems">): readonly Finding[] {
  return problems.flatMap(({ code, message }) => {
    const severity = (SEVERITIES as Readonly<Record<string, Severity | undefined>>)[code];
    return severity === undefined ? [] : [found({ severity, code, message })];
  });
}

const CAUSE =
  "WAL-E encrypts with WALE_GPG_KEY_ID; what the store encrypts by itself protects its disks, not its readers";

/** `wanted`: somebody means it to be encrypted, and gave a key or names one in WAL-E's settings. */
function openness({ heads, opened }: ArchiveFacts, wanted: boolean): readonly Finding[] {
  const clear = [...heads].filter(([key, head]) => opened?.has(key) !== true && startsLikeLzop(head));
  if (opened === undefined)
    return [
      found({
        severity: wanted ? "warning" : "note",
        code: "in-clear",
        message: "the backup is not encrypted: everybody who can read the bucket reads the data",
        cause: wanted ? `it is meant to be encrypted; ${CAUSE}` : CAUSE,
      }),
    ];
  const [first] = clear;
  if (first === undefined) return [];
  const message = `a part of the backup is not encrypted, such as "${first[0]}": everybody who can read the bucket reads the data in it`;
  return [found({ severity: "warning", code: "partly-in-clear", message, cause: CAUSE })];
}
