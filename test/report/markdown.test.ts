import { describe, expect, it } from "vitest";
import type { Entry, EntryBody } from "../../src/journal/entry.js";
import { unitsOf } from "../../src/report/digest.js";
import { text } from "../../src/report/escape.js";
import { reportMarkdown } from "../../src/report/markdown.js";

const CHAIN = { holds: true, head: "ab".repeat(32) };
const ZONE = { timeZone: "Europe/Berlin" };
const EVIDENCE = { name: "listing", sha256: "cd".repeat(32), bytes: 12 };

function journal(...bodies: EntryBody[]): Entry[] {
  return bodies.map((body, seq) => ({
    v: 1,
    seq,
    time: new Date(Date.UTC(2026, 10, 21, 2, 20, seq * 10)).toISOString(),
    run: "20261121-ab12",
    epoch: 1,
    prev: "0".repeat(64),
    ...body,
  }));
}

const STARTED: EntryBody = {
  type: "run-started",
  runbook: "recover-deleted-service",
  runbookVersion: "1",
  runbookSha256: "ef".repeat(32),
  runbookText: EVIDENCE,
  inputs: {},
  operator: "ann",
  host: "jump",
  toolVersion: "0.1.0",
  rehearsal: false,
};

function step(id: string, action: string, effect: string, output: Record<string, string | string[]>): EntryBody[] {
  return [
    { type: "step-started", step: id, attempt: 1, action, effect, input: { guid: `for-${id}` }, commandsSha256: "" },
    { type: "step-succeeded", step: id, attempt: 1, how: "ran", output, evidence: `${id} holds` },
  ];
}

const STOP_BEGAN: EntryBody = {
  type: "step-started",
  step: "stop",
  attempt: 1,
  action: "docker.stop-container",
  effect: "disrupt",
  input: { container: "cf-1" },
  commandsSha256: "",
};

const WHOLE = journal(
  STARTED,
  { type: "input-given", name: "service", value: "orders-db", by: "operator" },
  ...step("discover", "discovery.find-deleted-instance", "read", {
    guid: "g-old",
    name: "orders-db",
    deleted_at: "2026-11-21T02:14:00Z",
    deleted_by: "bob",
  }),
  ...step("source", "archive.verify-source", "read", {
    location: "s3://b/backups/g-old/wal",
    recovery_point: "2026-11-21T02:13:50Z",
    loss: "10 s",
    lost: "0",
  }),
  { type: "target-fixed", target: "acme/prod/orders-db", locks: [] },
  { type: "approved", steps: ["stop", "copy"], shownSha256: "", by: "operator" },
  STOP_BEGAN,
  { type: "step-recorded", step: "stop", attempt: 1, kind: "before", data: { restart: "always" } },
  { type: "step-in-doubt", step: "stop", attempt: 1, evidence: "no answer" },
  { type: "run-stopped", why: "stop is in doubt", exitCode: 14 },
  { type: "run-resumed", operator: "eve", host: "laptop", toolVersion: "0.1.0", takeOver: true },
  { type: "decided", step: "stop", decision: "by-hand", by: "operator", why: "no answer" },
  { type: "step-succeeded", step: "stop", attempt: 1, how: "by-hand", output: {}, evidence: "exited" },
  { type: "drift-found", step: "source", evidence: "2 objects new" },
  { type: "resource-opened", kind: "ssh-user", data: { user: "bosh_1" } },
  { type: "resource-opened", kind: "ssh-user", data: { user: "bosh_2" } },
  { type: "resource-closed", kind: "ssh-user", data: { user: "bosh_1" } },
  ...step("proof", "recovery.prove-restored", "read", { recovered_to: "2026-11-21 02:13:49+00" }),
  ...step("summary", "recovery.summarise", "read", {
    recovered: ["3 rows"],
    left_aside: ["the old data directory"],
    next: ["tell the owner"],
  }),
  { type: "run-ended", outcome: "succeeded" },
);

describe("the report of a run that was undone", () => {
  const undone = journal(
    STARTED,
    { type: "target-fixed", target: "acme/prod/orders-db", locks: [] },
    STOP_BEGAN,
    { type: "step-succeeded", step: "stop", attempt: 1, how: "ran", output: {}, evidence: "exited" },
    ...step("summary", "recovery.summarise", "read", { recovered: ["3 rows"], left_aside: [], next: [] }),
    { type: "run-ended", outcome: "succeeded" },
    { type: "run-resumed", operator: "eve", host: "laptop", toolVersion: "0.1.0", takeOver: false, back: true },
    {
      type: "step-started",
      step: "stop",
      attempt: 2,
      action: "docker.stop-container",
      effect: "disrupt",
      input: { container: "cf-1" },
      commandsSha256: "",
      back: true,
    },
    { type: "step-undone", step: "stop", attempt: 2, evidence: "cf-1 is running and leads" },
    { type: "run-ended", outcome: "undone" },
  );
  const report = reportMarkdown(undone, CHAIN, ZONE);

  it("says what was taken back, and not that it is back", () => {
    expect(report).toContain("| outcome | undone |");
    expect(report).toContain("## What was taken back\n\n- stop: cf-1 is running and leads");
    expect(report).not.toContain("## What is back");
    expect(report).toContain("eve went to undo the run on laptop");
    expect(report).toContain("stop began to be taken back");
  });
});

describe("the report of a finished run", () => {
  const report = reportMarkdown(WHOLE, CHAIN, ZONE);

  it("says first what everybody asks", () => {
    expect(report).toMatch(/^# Recovery of acme\/prod\/orders-db\n/);
    expect(report).toContain("| outcome | succeeded |");
    expect(report).toContain("| deleted instance | orders-db (g-old), deleted 2026-11-21T02:14:00Z by bob |");
    expect(report).toContain(
      "| recovery point | last transaction 2026-11-21 02:13:49+00; the archive promised no later than 2026-11-21T02:13:50Z |",
    );
    expect(report).toContain("| loss | 10 s; 0 segments |");
    expect(report).toContain(`head ${CHAIN.head}, hash chain holds |`);
    expect(report).not.toContain("not finished");
  });

  it("has each time in UTC and on the wall beside it", () => {
    expect(report).toContain("| UTC | Europe/Berlin | what happened |");
    expect(report).toContain("| 2026-11-21 02:20:00Z | 2026-11-21 03:20:00 | ann began the run on jump");
  });

  it("says a time once where the wall shows UTC", () => {
    const utc = reportMarkdown(WHOLE, CHAIN, { timeZone: "UTC" });
    expect(utc).toContain("| UTC | what happened |");
    expect(utc).toContain("| began | 2026-11-21 02:20:00Z |");
  });

  it("says who decided and approved what", () => {
    expect(report).toContain("| operator | stop, copy | approved |");
    expect(report).toContain("| operator | stop | by-hand (no answer) |");
    expect(report).toContain("| eve on laptop | the run | taken over |");
    expect(report).toContain("| operator | input service | orders-db |");
  });

  it("has what was changed, the way back, and what was left", () => {
    expect(report).toContain('"container": "cf-1"');
    expect(report).toContain('"restart": "always"');
    expect(report).not.toContain("for-source");
    expect(report).toContain("- the old data directory");
    expect(report).toContain("## Done by hand\n\n- stop: exited");
    expect(report).toContain("2 objects new");
    expect(report).toContain("bosh_2");
    expect(report.split("## Still open")[1]?.split("##")[0]).not.toContain("bosh_1");
  });

  it("breaks what a step said of its end where the step did, and tells the first line in the timeline", () => {
    const ended = { type: "step-succeeded", step: "stop", attempt: 1, how: "ran", output: {} } as const;
    const report = reportMarkdown(journal(STARTED, STOP_BEGAN, { ...ended, evidence: "it | is\nrows: 5" }), CHAIN);
    expect(report).toContain("it \\| is<br>rows: 5 |");
    expect(report).toContain("stop succeeded: it \\| is |");
  });

  it("counts the time that a person took to answer for no step", () => {
    const question = { step: "stop", question: "q" } as const;
    const entries = journal(
      STARTED,
      STOP_BEGAN,
      { type: "asked", ...question, prompt: "Which?" },
      { type: "answered", ...question, value: "this", by: "operator" },
      { type: "step-succeeded", step: "stop", attempt: 1, how: "ran", output: {}, evidence: "" },
    );
    // Ten seconds between any two entries.
    expect(unitsOf(entries)).toMatchObject([{ name: "stop", tookMs: 20_000 }]);
    expect(reportMarkdown(entries, CHAIN)).toContain("| ran | 1 | 20 s |");
  });

  it("names each file of evidence once", () => {
    expect(report.split(EVIDENCE.sha256)).toHaveLength(2);
  });

  it("is the same whenever it is made", () => {
    expect(reportMarkdown(WHOLE, CHAIN, ZONE)).toBe(report);
  });
});

describe("the report of an unfinished run", () => {
  it("says so at the top, and how to go on", () => {
    const killed = reportMarkdown(WHOLE.slice(0, 10), CHAIN, ZONE);
    expect(killed.split("\n")[2]).toMatch(
      /\*\*This run is not finished\.\*\* Nothing says that it stopped.*`dingo-recover resume 20261121-ab12`/,
    );
    const stopped = reportMarkdown(WHOLE.slice(0, 12), CHAIN, ZONE);
    expect(stopped).toContain("It stopped: stop is in doubt.");
    expect(stopped).toContain("no later than 2026-11-21T02:13:50Z (from the archive; not proved by a restore)");
  });

  it("does not advise to resume what would end in the same way", () => {
    const error = { code: "not-restorable", message: "no base backup", remedy: "Look." };
    const end: EntryBody = { type: "run-stopped", why: error.message, exitCode: 17, error };
    const report = reportMarkdown(journal(STARTED, ...step("source", "a.b", "read", {}), end), CHAIN, ZONE);
    expect(report).toContain("another run is begun");
    expect(report).not.toContain("dingo-recover resume");
    const touched = reportMarkdown(journal(STARTED, ...step("create", "a.b", "create", {}), end), CHAIN, ZONE);
    expect(touched).toContain("dingo-recover resume");
  });

  it("can be made of any beginning of a journal", () => {
    for (let length = 0; length <= WHOLE.length; length += 1)
      expect(reportMarkdown(WHOLE.slice(0, length), CHAIN, ZONE)).toMatch(/^# Recovery of /);
  });

  it("warns where the chain does not hold, and where it was a rehearsal", () => {
    const report = reportMarkdown(journal({ ...STARTED, rehearsal: true }), { holds: false, head: "x" }, ZONE);
    expect(report).toContain("**The journal's hash chain does not hold.**");
    expect(report).toContain("DOES NOT HOLD");
    expect(report).toContain("**This was a rehearsal.**");
  });

  it("names what was not protected on its way, before everything else", () => {
    const unprotected = ["the certificate of https://api.example.org is not checked (skip_ssl_validation)"];
    const entries = journal(STARTED, ...step("check", "platform.check", "read", { unprotected }));
    const report = reportMarkdown(entries, CHAIN, ZONE);
    expect(report).toMatch(/> \*\*Not protected on its way:\*\* the certificate of /);
    expect(report.indexOf("Not protected")).toBeLessThan(report.indexOf("## Summary"));
    expect(reportMarkdown(WHOLE, CHAIN, ZONE)).not.toContain("Not protected");
  });
});

describe("foreign text in a report", () => {
  const evil = "a\u001b[2Jb | <script>x</script> [click](https://evil.example) `$(rm)` \u202e**bold**\n# head\n- item";
  const report = reportMarkdown(
    journal(
      STARTED,
      { type: "target-fixed", target: evil, locks: [] },
      {
        type: "step-started",
        step: "s",
        attempt: 1,
        action: "x.y",
        effect: "create",
        input: { name: `\`\`\`\n${evil}` },
        commandsSha256: "",
      },
      { type: "step-succeeded", step: "s", attempt: 1, how: "ran", output: {}, evidence: evil },
    ),
    CHAIN,
    ZONE,
  );

  it("reaches no terminal as a control character", () => {
    expect(report).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]/);
    expect(report).toContain("a\\u001b\\[2Jb");
  });

  it("cannot become markup, a heading, a link or a column", () => {
    const outside = report.replace(/````json[\s\S]*?````/g, "");
    expect(outside).not.toContain("<script>");
    expect(outside).not.toContain("](https://");
    expect(outside).not.toContain("**bold**");
    expect(outside).not.toMatch(/^# head/m);
    for (const row of outside.split("\n").filter((line) => line.startsWith("| 2026")))
      expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
  });

  it.each([
    ["s3://b/backups/g_1/wal, bosh_2 (a-b) #3 {x} = 1.5! > c", undefined],
    ["*a* _b_ ~c~ `d` [e](f) ![g](h) | i", "\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\[e](f) !\\[g](h) \\| i"],
    ["a\\*b C:\\dir end\\", "a\\\\\\*b C:\\dir end\\\\"],
    ["<b> &amp; &#60; a & b", "&lt;b> &amp;amp; &amp;#60; a & b"],
    ["https://evil.example www.evil.example", "https\\://evil.example www\\.evil.example"],
    ["# head", "\\# head"],
    ["> quote", "\\> quote"],
    ["- item", "\\- item"],
    ["--- rule", "\\--- rule"],
    ["1. first", "1\\. first"],
  ])("is escaped where it would be obeyed, and nowhere else: %s", (foreign, escaped) => {
    expect(text(foreign)).toBe(escaped ?? foreign);
  });

  it("cannot close the block that it stands in", () => {
    expect(report).toContain("````json\n");
  });
});
