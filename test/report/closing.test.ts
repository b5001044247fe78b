/** The first words at the end of a run: on the screen, in the report, on the live page. */
import { describe, expect, it } from "vitest";
import type { Closing, Ways } from "../../src/kit/text/closing.ts";
import type { EntryBody } from "../../src/engine/journal/entry.ts";
import { closingOf } from "../../src/report/closing.ts";
import { htmlOf } from "../../src/report/html.ts";
import { incidentReport, incidentUpdate } from "../../src/report/incident.ts";
import { promptLeft } from "../../src/report/update.ts";
import { waysOf } from "../../src/cli/runs/ways.ts";
import { nameNow } from "../../src/report/called.ts";
import { markdownOf } from "../../src/report/markdown.ts";
import { closingLines } from "../../src/cli/screen/closing-lines.ts";
import { endingLines } from "../../src/cli/screen/ending-lines.ts";
import { rowsOf } from "../../src/cli/screen/text.ts";
import { ENDED, journal, STARTED, step } from "./journals.ts";

const RUN = "20261121-ab12";
const WAYS: Ways = { resumeWith: `dingo-recover resume ${RUN}`, undoWith: `dingo-recover undo ${RUN}` };
const TARGET: EntryBody = { type: "target-fixed", target: "acme/production/orders-db", locks: [] };
const FOUND = step("discover", "discovery.find-deleted-instance", "read", {
  guid: "6e101b27-60ed-4bac-8e21-d07b63c47a40",
  name: "orders-db",
  deleted_at: "2026-11-21T02:14:00.000Z",
});
const VERIFIED = step("source", "archive.verify-source", "read", { recovery_point: "2026-11-21T02:13:50.000Z" });
const CREATED = step("create", "cf.create-service", "create", { guid: "g-new" });
const PROVED = step("proof", "recovery.prove-restored", "disrupt", { recovered_to: "2026-11-21T02:12:57.000Z" });
const LOGIN = step("l", "postgres.prove-login", "read", { tables: [{ table: "public.orders", rows: 125 }] });
const KEY = `cf target -o acme -s production && cf delete-service-key orders-db dingo-recover-${RUN}`;
const SUMMARY = step("summary", "recovery.summarise", "read", {
  recovered: [
    "acme/production/orders-db holds the data of 6e101b27-60ed-4bac-8e21-d07b63c47a40; last transaction X; 18 segments restored",
    "public.orders: 125 rows",
    "public.items: 3 rows",
  ],
  left_aside: ["the archive of the empty instance: s3://bucket/backups/g-new/dingo-recover/replaced"],
  next: [
    `${KEY}  # when nobody needs it any more`,
    `dingo-recover undo ${RUN}  # takes the recovery back, while what is aside is there`,
    `dingo-recover cleanup ${RUN}  # deletes what is aside for good, when nobody will want it back`,
    "ask the owner to look at the newest rows, and give the new host and port to clients that know the old ones",
  ],
});
const RECOVERED = [TARGET, ...FOUND, ...VERIFIED, ...CREATED, ...PROVED, ...LOGIN, ...SUMMARY];

const stopped = (code: string, exitCode: number): EntryBody => ({
  ...{ type: "run-stopped", why: "it did not go on", exitCode },
  error: { code, message: "it did not go on", remedy: "See to it." },
});

function closing(bodies: readonly EntryBody[], ways: Ways = {}, rehearsal = false): Closing {
  const made = closingOf(journal({ ...STARTED, rehearsal }, ...bodies), ways);
  if (made === undefined) throw new Error("the run has not begun");
  return made;
}

const LOST =
  "up to 63 s of writes may be lost (last transaction 2026-11-21T02:12:57.000Z, deleted 2026-11-21T02:14:00.000Z); no archived segment is missing";

describe("the end of a recovery", () => {
  const back = closing([...RECOVERED, ENDED]);

  it("says what is back, what is lost as a range, and what to do next", () => {
    expect(back).toMatchObject({
      says: "acme/production/orders-db is back.",
      back: ["public.orders: 125 rows, public.items: 3 rows", "last transaction 2026-11-21T02:12:57.000Z"],
      lost: LOST,
      look: [`dingo-recover report ${RUN} --format html -o report.html`, `dingo-recover serve ${RUN}`],
    });
    expect(back.next).toContainEqual({ command: KEY, why: "when nobody needs it any more" });
    expect(back.world).toBeUndefined();
  });

  it.each([
    ["it has no table", []],
    ["no table that the application may read has one", [{ table: "public.orders", rows: 0 }]],
    ["the application may read none of its tables", [{ table: "public.orders", rows: null }]],
  ])("says that no row proves it, and what was proved instead: %s", (why, tables) => {
    const proof = step("proof", "recovery.prove-restored", "disrupt", { recovered_to: "", system_id: "7" });
    const bare = [...RECOVERED, ...proof, ...step("l", "postgres.prove-login", "read", { tables })];
    const text = `no row proves its data, for ${why}; it has the archive's system identifier, and a log-in through the router works`;
    expect(closing([...bare, ENDED]).back).toContain(text);
    expect(incidentUpdate(journal(STARTED, ...bare, ENDED))).toContain(`N${text.slice(1)}.`);
    expect(back.back.join("\n")).not.toContain("no row");
  });

  it("calls the service by the name that it was given at the end, and names the other one", () => {
    const created = "acme/production/orders-db-recovered";
    const [began, done] = step("names", "cf.exchange-names", "disrupt", {
      name: "orders-db",
      other_name: "orders-old",
    });
    const names = [
      { ...began, input: { name: "orders-db-recovered", wanted: "orders-db" } } as EntryBody,
      done as EntryBody,
    ];
    const bodies: EntryBody[] = [...RECOVERED, { type: "target-fixed", target: created, locks: [] }, ...names];
    const exchanged = closing([...bodies, ENDED]);
    expect(exchanged.says).toBe("acme/production/orders-db is back.");
    expect(exchanged.aside).toContain("the instance that was called orders-db, with its data and bindings: orders-old");
    const entries = journal(STARTED, ...bodies, ENDED);
    const report = markdownOf(incidentReport(entries, { holds: true, head: "ab" }));
    expect(report).toContain("# Recovery of acme/production/orders-db\n");
    expect(report).toContain("| its name now | acme/production/orders-db |");
    expect(nameNow(entries)).toBe("acme/production/orders-db");
    const undone: EntryBody = { type: "step-undone", step: "names", attempt: 1, evidence: "both as they were" };
    expect(nameNow(journal(STARTED, ...bodies, undone))).toBe(created);
  });

  it("fits on a screen of 24 lines, with what matters in bold and nothing faint", () => {
    const lines = closingLines(back, { width: 80, verbose: false });
    expect(lines.reduce((sum, { text }) => sum + rowsOf(text, 80), 0)).toBeLessThanOrEqual(23);
    const bold = lines
      .filter(({ style }) => style === "strong")
      .map(({ text }) => text.trim())
      .join(" ");
    expect(bold).toContain("orders-db is back.");
    expect(bold).toContain("public.orders: 125 rows");
    expect(bold).toContain("last transaction 2026-11-21T02:12:57.000Z");
    expect(bold).toContain(LOST);
    expect(lines.filter(({ style }) => style !== undefined && style !== "strong")).toEqual([]);
    const told = lines.map(({ text }) => text);
    expect(told[told.indexOf(`  ${KEY}`) - 1]).toBe("  # when nobody needs it any more");
  });

  it("leaves GUIDs and paths to --verbose", () => {
    const told = (verbose: boolean): string =>
      closingLines(back, { width: 80, verbose })
        .map(({ text }) => text)
        .join("\n");
    expect(told(false)).not.toMatch(/6e101b27|s3:/u);
    expect(told(true)).toContain("s3://bucket/backups/g-new/dingo-recover/replaced");
  });

  it("counts the tables that it does not name", () => {
    const many = step("summary", "recovery.summarise", "read", {
      ...{ recovered: Array.from({ length: 8 }, (_, at) => `public.t${at}: 1 rows`), left_aside: [], next: [] },
    });
    expect(closing([...RECOVERED, ...many, ENDED]).back[0]).toMatch(/public\.t4: 1 rows, and 3 more in the report$/u);
  });

  it("names no command of a rehearsal whose foundation is gone", () => {
    const { next } = closing([...RECOVERED, ENDED], {}, true);
    expect(next).toEqual([{ text: expect.stringMatching(/^ask the owner/u) as string }]);
    const played = journal({ ...STARTED, rehearsal: true }, ...RECOVERED, ENDED);
    expect(markdownOf(incidentReport(played, { holds: true, head: "x" }))).not.toContain("delete-service-key");
  });

  it("opens the report in every form", () => {
    const document = incidentReport(
      journal(STARTED, ...RECOVERED, ENDED),
      { holds: true, head: "x" },
      { timeZone: "UTC" },
    );
    expect(document.sections[0]?.title).toBe("In short");
    for (const text of [markdownOf(document), htmlOf(document)]) {
      const says = text.indexOf("orders-db is back");
      const lost = text.indexOf("up to 63 s of writes may be lost");
      expect([says > 0, lost > says, text.lastIndexOf("Summary") > lost]).toEqual([true, true, true]);
    }
  });
});

describe("the end of a run that is no success", () => {
  it("says of an undo that was refused that nothing was changed, and not that it is done", () => {
    const entries = journal(STARTED, TARGET, ...step("make", "team.flag", "create", {}), ENDED);
    expect(closingOf(entries)?.says).toBe("acme/production/orders-db: done.");
    const refused = closingOf(entries, { error: { code: "guard-refused" } });
    expect(refused).toMatchObject({ says: "Nothing was changed for acme/production/orders-db.", done: [], next: [] });
  });

  it("says of a dry run that it changed nothing, not that it is unfinished", () => {
    const entries = journal(STARTED, TARGET, ...FOUND, ...VERIFIED);
    const says = "This was a dry run for acme/production/orders-db: nothing was changed.";
    const next = [{ text: "in earnest: the same command without --dry-run" }];
    expect(closingOf(entries, { dryRun: true })).toMatchObject({ says, next });
    expect(closingOf(entries, { dryRun: true, error: { code: "does-not-fit" } })).toMatchObject({ says, next: [] });
  });

  it("does not deny that the database is back before a log-in is proved", () => {
    const made = closing([TARGET, ...FOUND, ...VERIFIED, ...PROVED, stopped("command-failed", 12)], WAYS);
    expect(made.says).toBe("acme/production/orders-db is restored, but no log-in to it is proved yet.");
    expect(made.world).toBe("Done so far: its database is back.");
  });

  it("says of a consent that was not given what stands, and how it goes on", () => {
    const made = closing([TARGET, ...FOUND, ...VERIFIED, ...CREATED, stopped("stopped-by-operator", 13)], WAYS);
    expect(made).toMatchObject({
      says: "acme/production/orders-db is not back yet.",
      back: [],
      world: "Done so far: the service instance was made for it.",
      next: [
        { command: `dingo-recover resume ${RUN}`, why: "goes on" },
        { command: `dingo-recover undo ${RUN}`, why: "takes it back" },
      ],
    });
    expect(made.lost).toBeUndefined();
  });

  it("offers both ways if a loss was not accepted, each with its meaning", () => {
    const error = { code: "loss-not-accepted", message: "lost", remedy: "Look, or resume with --accept-loss 12." };
    const entries = journal(STARTED, TARGET, ...FOUND, { type: "run-stopped", why: "lost", exitCode: 16, error });
    expect(closingOf(entries, waysOf(RUN, entries))?.next).toEqual([
      { command: `dingo-recover resume ${RUN}`, why: "looks again, once the missing segments are back" },
      { command: `dingo-recover resume ${RUN} --accept-loss 12`, why: "goes on without them: they are lost" },
    ]);
  });

  it("names the question at which a run stopped, whatever was closed since", () => {
    const asked: EntryBody = { type: "asked", step: "source", question: "accept-loss", prompt: "Without these?" };
    expect(promptLeft(journal(STARTED, ...FOUND, asked, stopped("stopped-by-operator", 13)))).toBe("Without these?");
    expect(promptLeft(journal(STARTED, ...FOUND, stopped("stopped-by-operator", 13)))).toBeUndefined();
  });

  it("says that the database is back if the work behind it stopped", () => {
    const made = closing(
      [TARGET, ...FOUND, ...VERIFIED, ...PROVED, ...LOGIN, stopped("stopped-by-operator", 13)],
      WAYS,
    );
    expect(made.says).toBe(
      "acme/production/orders-db is back and can be logged in to; the work on it is not finished.",
    );
    expect(made.back).toEqual(["public.orders: 125 rows", "last transaction 2026-11-21T02:12:57.000Z"]);
    expect(made.lost).toBe(LOST);
    expect(made.world).toBe("Done so far: its database is back.");
  });

  it("says of a guard's stop that nothing was changed, if nothing was", () => {
    expect(closing([...FOUND, stopped("guard-refused", 16)], WAYS)).toMatchObject({
      says: "orders-db is not back yet.",
      world: "Nothing was changed so far.",
    });
  });

  it("does not say of a typed name that it is not back before anything of that name was found", () => {
    const made = closing([TARGET, stopped("guard-refused", 16)], WAYS);
    expect(made.says).toBe("The work on acme/production/orders-db is not finished.");
  });

  const begun: EntryBody = {
    ...{ type: "step-started", step: "stop", attempt: 1, action: "docker.stop-container", effect: "disrupt" },
    ...{ input: {}, commandsSha256: "" },
  };

  it("says of a step in doubt that its end is not known", () => {
    const doubt: EntryBody = { type: "step-in-doubt", step: "stop", attempt: 1, evidence: "no answer" };
    const made = closing([TARGET, ...FOUND, ...CREATED, begun, doubt, stopped("in-doubt", 14)], WAYS);
    expect(made.world).toBe(
      "Done so far: the service instance was made for it. Begun, and perhaps done: its container is stopped.",
    );
  });

  it("says no more of a run that was killed", () => {
    const made = closing([TARGET, ...FOUND, begun], WAYS);
    expect(made.says).toBe("acme/production/orders-db is not back yet.");
    expect(made.world).toBe("Begun, and perhaps done: its container is stopped.");
    expect(made.look).toEqual([]);
  });

  it("says of one that was taken back that the renamed instance goes on running", () => {
    const renamed: EntryBody = {
      ...{ type: "step-recorded", step: "create", attempt: 2, kind: "instance-renamed" },
      data: { guid: "g-new", from: "orders-db", to: "orders-db-aside" },
    };
    const back: EntryBody = { type: "step-undone", step: "create", attempt: 2, evidence: "renamed" };
    const resumed: EntryBody = {
      ...{ type: "run-resumed", operator: "ann", host: "jump", toolVersion: "0.2.0", takeOver: false, back: true },
    };
    const ended: EntryBody = { type: "run-ended", outcome: "undone" };
    const bodies = [TARGET, ...FOUND, ...CREATED, resumed, renamed, back, ended];
    const made = closing(bodies);
    expect(made.says).toBe("What was done for acme/production/orders-db was taken back.");
    expect(made.world).toBe('Taken back, and left behind: the service instance "orders-db-aside" goes on running.');
    expect([made.back, made.aside]).toEqual([[], ['the service instance "orders-db-aside" goes on running: g-new']]);
    const report = incidentReport(journal(STARTED, ...bodies), { holds: true, head: "x" }, { timeZone: "UTC" });
    expect(markdownOf(report)).toMatch(/## What was left aside\s+- the service instance .orders-db-aside/u);
  });

  it("names the command that begins anew if resuming is in vain", () => {
    const made = closing([stopped("nothing-found", 17)], {
      beginAnewWith: "dingo-recover run x",
      closeWith: `dingo-recover undo ${RUN}`,
    });
    expect(made.next).toEqual([
      { text: "Nothing was created, and resuming would end in the same way: begin anew." },
      { command: "dingo-recover run x", why: "once that is put right" },
      { command: `dingo-recover undo ${RUN}`, why: "closes this run, which is open until then" },
    ]);
  });
});

describe("the end of another runbook", () => {
  it("says what came back, or was found, or was done", () => {
    const started = (runbook: string, ...bodies: EntryBody[]): Closing | undefined =>
      closingOf(journal({ ...STARTED, runbook }, TARGET, ...bodies, ENDED));
    const proved = "acme/production/orders-db: public.coupons: 12 rows as of 02:10";
    const tables = step("s", "scratch.summarise", "read", { proved, next: ["tell the owner"] });
    expect(started("recover-to-time", ...tables)).toMatchObject({ next: [{ text: "tell the owner" }] });
    expect(started("recover-to-time", ...tables)?.back).toEqual(["public.coupons: 12 rows as of 02:10"]);
    const lines = step("s", "salvage.summarise", "read", { lines: ["shop: 3 tables", "  $ docker exec x"] });
    expect(started("salvage-docker-volumes", ...lines)?.done).toEqual(["shop: 3 tables", "  $ docker exec x"]);
    const aside = step("s", "archive.delete-aside", "destroy", {});
    expect(started("clean-up", ...aside)?.done).toEqual(["the archive that lay aside is deleted"]);
  });

  it("says first that something serious was found, and how many findings it does not name", () => {
    const found = (...severities: readonly string[]) => ({
      findings: severities.map((severity, n) => ({ severity, code: "c", message: `finding ${n}` })),
    });
    const said = (runbook: string, ...severities: readonly string[]): Closing | undefined =>
      closingOf(journal({ ...STARTED, runbook }, TARGET, ...step("j", "j.judge", "read", found(...severities)), ENDED));
    expect(said("test-backup", "serious", "warning")?.says).toBe("acme/production/orders-db: the backup is bad.");
    expect(said("audit-docker-storage", "serious")?.says).toBe(
      "acme/production/orders-db: something serious was found.",
    );
    expect(said("audit-docker-storage", "warning")?.says).toBe("acme/production/orders-db: done.");
    expect(said("audit-docker-storage", "serious", "serious", "serious", "serious", "note")?.found).toEqual([
      "4 serious, 1 note",
      ...["finding 0", "finding 1", "finding 2", "1 more in the report"],
    ]);
  });

  it.each([
    [0, "succeeded"],
    [20, "ended with a warning"],
    [21, "ended with something serious found"],
  ])("is called by what was found: exit code %i", (exitCode, said) => {
    const ended = {
      schema: "dingo-recover/event@1",
      time: "",
      run: RUN,
      type: "run-ended",
      outcome: "succeeded",
    } as const;
    const lines = endingLines({ ...ended, exitCode, head: "" }, { width: 80, verbose: true });
    expect(lines.map(({ text }) => text)).toContain(`${said}, exit code ${exitCode}`);
  });

  it("is nothing before the run has begun", () => {
    expect(closingOf([])).toBeUndefined();
  });
});
