import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OwnHomes } from "../../src/kit/spawn/own-homes.ts";
import type { EntryBody } from "../../src/engine/journal/entry.ts";
import { unitsOf } from "../../src/report/digest.ts";
import { incidentReport } from "../../src/report/incident.ts";
import { markdownOf, text } from "../../src/report/markdown.ts";
import { ENDED, EVIDENCE, journal, STARTED, step } from "./journals.ts";

/** The things that the report of these entries lists as left open. */
function stillOpen(...entries: readonly EntryBody[]): unknown {
  const { sections } = incidentReport(journal(STARTED, ...entries), CHAIN);
  return sections.find(({ title }) => title === "Still open")?.blocks;
}

const reportMarkdown = (...given: Parameters<typeof incidentReport>): string => markdownOf(incidentReport(...given));

const CHAIN = { holds: true, head: "ab".repeat(32) };
const CF_HOME = "dingo-recover-cf-0123456789abcdef";
const ZONE = { timeZone: "Europe/Berlin" };
const STOP_BEGAN = {
  type: "step-started",
  step: "stop",
  attempt: 1,
  action: "docker.stop-container",
  effect: "disrupt",
  input: { container: "cf-1" },
  commandsSha256: "",
} as const;
const STOP_SUCCEEDED = { type: "step-succeeded", step: "stop", attempt: 1, how: "ran", output: {} } as const;

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
  { ...STOP_SUCCEEDED, how: "by-hand", evidence: "exited" },
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
  ENDED,
);

describe("the report of a run that was undone", () => {
  const undone = journal(
    STARTED,
    { type: "target-fixed", target: "acme/prod/orders-db", locks: [] },
    STOP_BEGAN,
    { ...STOP_SUCCEEDED, evidence: "exited" },
    ...step("summary", "recovery.summarise", "read", { recovered: ["3 rows"], left_aside: [], next: [] }),
    ENDED,
    { type: "run-resumed", operator: "eve", host: "laptop", toolVersion: "0.1.0", takeOver: false, back: true },
    { ...STOP_BEGAN, attempt: 2, back: true },
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
      "| last transaction | 2026-11-21 02:13:49+00 |\n| recovery point of the archive | no later than 2026-11-21T02:13:50Z |",
    );
    expect(report).toContain(
      "| What is lost | up to 11 s of writes may be lost (last transaction 2026-11-21 02:13:49+00, deleted 2026-11-21T02:14:00Z); no archived segment is missing |",
    );
    expect(report).not.toContain("| loss |");
    expect(report).toContain(`head ${CHAIN.head}, hash chain holds |`);
    expect(report).not.toContain("not finished");
  });

  it("has each time in UTC and on the wall beside it", () => {
    expect(report).toContain("| UTC | Europe/Berlin | what happened |");
    expect(report).toContain("| 2026-11-21 02:20:00Z | 2026-11-21 03:20:00 | ann began the run on jump");
  });

  it("says a time once if the wall shows UTC", () => {
    const utc = reportMarkdown(WHOLE, CHAIN, { timeZone: "UTC" });
    expect(utc).toContain("| UTC | what happened |");
    expect(utc).toContain("| began | 2026-11-21 02:20:00Z |");
  });

  it("says who decided and approved what", () => {
    expect(report).toContain("| ann | stop, copy | approved |");
    expect(report).toContain("| eve | stop | by-hand (no answer) |");
    expect(report).toContain("| eve on laptop | the run | taken over |");
    expect(report).toContain("| ann | input service | orders-db |");
  });

  it("has the inputs of the call that began it, and no default", () => {
    const inputs = { service: "orders-db", around: "02:14", pace: "max" };
    const [first, ...others] = WHOLE;
    const begun = [{ ...first, inputs, defaulted: ["pace"] } as (typeof WHOLE)[number], ...others];
    const told = reportMarkdown(begun, CHAIN, ZONE);
    expect(told).toContain("| ann | input service | orders-db |");
    expect(told).toContain("| ann | input around | 02:14 |");
    expect(told).not.toContain("input pace");
  });

  it("names in the timeline, too, whoever carried the run then, and how it was said if nobody was asked", () => {
    expect(report).toContain("approved by ann: stop, copy");
    expect(report).toContain("decided by eve for stop: by-hand");
    const flag: EntryBody = { type: "approved", steps: ["stop"], shownSha256: "", by: "flag" };
    expect(reportMarkdown(journal(STARTED, flag), CHAIN)).toContain("| ann (flag) | stop | approved |");
  });

  it("does not say that something was done by hand of which that was only claimed", () => {
    const claimed = { type: "answered", step: "stop", question: "consent", value: "by-hand", by: "operator" } as const;
    const claim = reportMarkdown(journal(STARTED, claimed, STOP_BEGAN), CHAIN);
    expect(claim).toContain("| ann | stop: consent | claimed to be done by hand |");
  });

  it("advises to resume only while there is something to resume", () => {
    const error = { code: "stopped-by-operator", message: "no", remedy: 'Continue with "dingo-recover resume R".' };
    const stopped: EntryBody[] = [STARTED, { type: "run-stopped", why: "no", exitCode: 13, error }];
    expect(reportMarkdown(journal(...stopped), CHAIN)).toContain("| Continue with");
    const ended = reportMarkdown(journal(...stopped, ENDED), CHAIN);
    expect(ended).toContain("| the run | stopped: no | it went on later |");
    expect(ended).not.toContain("dingo-recover resume");
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

  it("says of what was left open what it is, whether it goes by itself, and how it is removed by hand", () => {
    const place = { deployment: "dingo", group: "cell_z1", id: "c-1", index: 0, ips: ["10.0.0.1"], agentId: "a" };
    const left: EntryBody[] = [
      { type: "resource-opened", kind: "ssh-user", data: { user: "bosh_e4f6", ...place } },
      { type: "resource-opened", kind: "cf-home", data: { path: `/tmp/a b/${CF_HOME}`, host: "jump" } },
      { type: "resource-opened", kind: "strange", data: { a: 1 } },
    ];
    const items = [
      "the SSH user bosh_e4f6 on cell_z1/c-1 of the deployment dingo. It is removed when the run goes on, or by hand: bosh -d dingo ssh cell_z1/c-1 -c 'sudo userdel -r -- bosh_e4f6'",
      `the Cloud Foundry session in /tmp/a b/${CF_HOME} on jump. It is removed when the run goes on at jump, or by hand: rm -r -- '/tmp/a b/${CF_HOME}'`,
      'strange: {"a":1}',
    ];
    expect(stillOpen(...left)).toEqual([{ kind: "list", items }]);
    const ended = JSON.stringify(stillOpen(...left, ENDED));
    expect(ended).toContain("dingo. Remove it by hand: bosh -d dingo ssh");
    expect(ended).not.toContain("goes on");
  });

  it("gives no command to remove what bears no name of ours", () => {
    const place = { deployment: "dingo", group: "cell_z1", id: "c-1" };
    const things = [
      { kind: "cf-home", data: { path: "/", host: "jump" } },
      { kind: "cf-home", data: { path: "/home/ops", host: "jump" } },
      { kind: "cf-home", data: { path: `/tmp/${CF_HOME}/..`, host: "jump" } },
      { kind: "cf-home", data: { path: `/tmp/${CF_HOME}\n/`, host: "jump" } },
      { kind: "ssh-user", data: { user: "root", ...place } },
      { kind: "ssh-user", data: { user: "bosh_e4f6\nroot", ...place } },
      { kind: "ssh-user", data: { user: "bosh_e4f6", ...place, group: "--opts=-oProxyCommand=id" } },
      { kind: "ssh-user", data: { user: "bosh_e4f6", ...place, deployment: "--version" } },
    ];
    for (const { kind, data } of things) {
      const items = [`${kind}: ${JSON.stringify(data)}`];
      expect(stillOpen({ type: "resource-opened", kind, data })).toEqual([{ kind: "list", items }]);
    }
  });

  it("knows the names that the tool gives", () => {
    const path = join("/tmp", new OwnHomes("cf", "CF_HOME").newName());
    const left = stillOpen({ type: "resource-opened", kind: "cf-home", data: { path, host: "jump" } });
    expect(JSON.stringify(left)).toContain(`by hand: rm -r -- ${path}`);
  });

  it("breaks what a step said of its end where the step did, and tells the first line in the timeline", () => {
    const report = reportMarkdown(
      journal(STARTED, STOP_BEGAN, { ...STOP_SUCCEEDED, evidence: "it | is\nrows: 5" }),
      CHAIN,
    );
    expect(report).toContain("it \\| is<br>rows: 5 |");
    expect(report).toContain("stop succeeded: it \\| is |");
  });

  it("tells under what went wrong the error of a step that was found done after it", () => {
    const error = { code: "own-action-failed", message: "it broke", remedy: "Mend it." };
    const adopted = { ...STOP_SUCCEEDED, how: "adopted", evidence: "exited", error } as const;
    expect(reportMarkdown(journal(STARTED, STOP_BEGAN, adopted), CHAIN)).toContain(
      "| stop | found done after an error (own-action-failed): it broke | Mend it. |",
    );
  });

  it("counts the time that a person took to answer for no step", () => {
    const question = { step: "stop", question: "q" } as const;
    const entries = journal(
      STARTED,
      STOP_BEGAN,
      { type: "asked", ...question, prompt: "Which?" },
      { type: "answered", ...question, value: "this", by: "operator" },
      { ...STOP_SUCCEEDED, evidence: "" },
    );
    // Ten seconds between any two entries.
    expect(unitsOf(entries)).toMatchObject([{ name: "stop", tookMs: 20_000 }]);
    expect(reportMarkdown(entries, CHAIN)).toContain("| ran | 1 | 20 s |");
  });

  it("tells of a step of many attempts how the last came out, and how long all took", () => {
    const failed = { type: "step-failed", step: "stop", error: { code: "a", message: "m", remedy: "r" } } as const;
    const attempts: EntryBody[] = [
      STOP_BEGAN,
      { ...STOP_SUCCEEDED, output: { a: "first" }, evidence: "stopped" },
      { type: "step-in-doubt", step: "stop", attempt: 1, evidence: "who knows" },
    ];
    const [inDoubt] = unitsOf(journal(STARTED, ...attempts));
    expect(inDoubt).toMatchObject({ state: "in doubt", evidence: "who knows", output: { a: "first" }, tookMs: 20_000 });
    const again: EntryBody[] = [...attempts, { ...STOP_BEGAN, attempt: 2 }];
    const unknown = { output: undefined, endedAt: undefined, tookMs: undefined };
    const begun = { attempts: 2, state: "begun", evidence: "", ...unknown };
    expect(unitsOf(journal(STARTED, ...again))).toMatchObject([{ ...begun, startedAt: inDoubt?.startedAt }]);
    const [last] = unitsOf(journal(STARTED, ...again, { ...failed, attempt: 2, probed: "partly" }));
    expect(last).toMatchObject({ attempts: 2, state: "failed", evidence: "m", output: undefined, tookMs: 30_000 });
  });

  it("counts for a step what its attempts took, not what lies between them", () => {
    const asked = { type: "asked", step: "stop", question: "consent", prompt: "Stop it?" } as const;
    const error = { code: "proof-failed", message: "not done", remedy: "" };
    const resumed = { type: "run-resumed", operator: "ann", host: "jump", toolVersion: "", takeOver: false } as const;
    const succeeded = { ...STOP_SUCCEEDED, attempt: 2, evidence: "" };
    const tried: EntryBody[] = [
      STARTED,
      STOP_BEGAN,
      { type: "step-failed", step: "stop", attempt: 1, error, probed: "not-done" },
      asked,
      { type: "run-stopped", why: "no", exitCode: 13 },
      resumed,
      { ...STOP_BEGAN, attempt: 2 },
    ];
    const took = (...more: EntryBody[]): number | undefined => unitsOf(journal(...tried, ...more))[0]?.tookMs;
    // Ten seconds between any two entries.
    expect(took()).toBeUndefined();
    expect(took(succeeded)).toBe(20_000);
    expect(took({ type: "run-stopped", why: "killed", exitCode: 130 }, resumed, { ...succeeded, how: "adopted" })).toBe(
      10_000 + 20_000,
    );
    const undone: EntryBody = { type: "step-undone", step: "stop", attempt: 3, evidence: "" };
    expect(took(succeeded, resumed, undone)).toBe(20_000);
  });

  it("says at a resume that the process before it was killed, and nothing if that one had stopped", () => {
    const resumed = { type: "run-resumed", operator: "ann", host: "jump", toolVersion: "", takeOver: false } as const;
    const told = (...bodies: EntryBody[]): boolean =>
      reportMarkdown(journal(STARTED, STOP_BEGAN, ...bodies, resumed), CHAIN, ZONE).includes("it was killed, or its");
    expect(told()).toBe(true);
    expect(told({ type: "run-stopped", why: "no", exitCode: 13 })).toBe(false);
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
    expect(stopped).toContain(
      "| recovery point of the archive | no later than 2026-11-21T02:13:50Z (not proved by a restore) |",
    );
  });

  it("says that somebody is at work if that is known, and advises nobody to resume it", () => {
    const report = reportMarkdown(WHOLE.slice(0, 10), CHAIN, { ...ZONE, carried: true });
    expect(report.split("\n")[2]).toContain("**This run is at work.**");
    expect(report).not.toContain("dingo-recover resume");
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
      expect(reportMarkdown(WHOLE.slice(0, length), CHAIN, ZONE)).toMatch(
        length === 0 ? /^# A run that has not begun\n[^]*The run has not begun yet\./ : /^# Recovery of /,
      );
  });

  it("warns if the chain does not hold, and if it was a rehearsal", () => {
    const report = reportMarkdown(journal({ ...STARTED, rehearsal: true }), { holds: false, head: "x" }, ZONE);
    expect(report).toContain("**The journal's hash chain does not hold.**");
    expect(report).toContain("DOES NOT HOLD");
    expect(report).toContain("**This is a rehearsal.**");
    const ended = journal({ ...STARTED, rehearsal: true }, ENDED);
    expect(reportMarkdown(ended, CHAIN, ZONE)).toContain("**This was a rehearsal.**");
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
  ])("is escaped if it would be obeyed, and nowhere else: %s", (foreign, escaped) => {
    expect(text(foreign)).toBe(escaped ?? foreign);
  });

  it("is written at once however many blanks it holds", () => {
    const line = [
      { kind: "plain", text: `a${" ".repeat(60_000)}b ` },
      { kind: "strong", text: " c" },
    ] as const;
    expect(
      markdownOf({ title: "t", warnings: [], sections: [{ title: "s", blocks: [{ kind: "paragraph", line }] }] }),
    ).toContain("a b  **c**");
  });

  it("cannot close the block that it stands in", () => {
    expect(report).toContain("````json\n");
  });
});
