import { describe, expect, it } from "vitest";
import type { EventBody } from "../../../src/engine/state/event.ts";
import { eventLines, manualLines } from "../../../src/cli/screen/event-lines.ts";
import { laidOut } from "../../../src/cli/screen/line-reading.ts";
import { pagesOf } from "../../../src/cli/screen/prompts.ts";
import { row, rowsOf, remarkedLines, wrap, wrapUnder } from "../../../src/cli/screen/text.ts";

const lines = (count: number, name: string): string[] => Array.from({ length: count }, (_, at) => `${name} ${at}`);
const STAMP = { schema: "dingo-recover/event@1", time: "2026-11-21T02:00:00.000Z", run: "r" } as const;
/** An event on a terminal of 80 columns. */
const told = (event: EventBody): readonly string[] => eventLines({ ...STAMP, ...event }, { width: 80, verbose: false });
const BEGAN = { type: "run-began", runbook: "it", title: "It", steps: [], dryRun: false, rehearsal: false } as const;
const SCREEN = { rows: 24, height: (line: string) => rowsOf(line, 80) };

describe("what is shown before a question", () => {
  it("is one page if it fits, the prompt included", () => {
    expect(pagesOf(SCREEN, lines(4, "step"), lines(16, "row"))).toEqual([[...lines(4, "step"), ...lines(16, "row")]]);
  });

  it("is turned over if it does not: what is decided upon is whole on the last page", () => {
    const pages = pagesOf(SCREEN, lines(12, "step"), lines(19, "row"));
    expect(pages).toEqual([lines(12, "step"), lines(19, "row")]);
  });

  it("never exceeds a screen, and loses no line, however long it is", () => {
    const pages = pagesOf(SCREEN, lines(60, "step"), lines(50, "row"));
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(22);
    expect(pages.flat()).toEqual([...lines(60, "step"), ...lines(50, "row")]);
  });
});

describe("a page", () => {
  it("counts a line that the terminal breaks as what it takes, so that none scrolls away", () => {
    const long = lines(12, "x".repeat(150));
    const pages = pagesOf(SCREEN, [...long, "y".repeat(80 * 30), "end"], []);
    expect(pages.map((page) => page.length)).toEqual([11, 1, 1, 1]);
    expect(pages.flat()).toEqual([...long, "y".repeat(80 * 30), "end"]);
  });

  it.each([
    ["", 1],
    ["x".repeat(80), 1],
    ["x".repeat(81), 2],
    ["\u8a9e".repeat(41), 2],
    ["e\u0301".repeat(80), 1],
    [`\t${"x".repeat(73)}`, 2],
    ["a\nb", 2],
  ])("takes %j for what it is on 80 columns: %i rows", (text, rows) => {
    expect(rowsOf(text, 80)).toBe(rows);
  });
});

describe("the line of a prompt", () => {
  const screen = { columns: 80, room: 17 };

  it("is left alone if it fits with the answer behind it", () => {
    expect(laidOut("Name of the service", screen)).toBe("Name of the service");
  });

  it.each([70, 77, 78, 90, 150, 165])("of %i letters is broken at words, and its answer stays whole", (length) => {
    const message = "word ".repeat(length / 5).trim();
    const broken = laidOut(message, screen).split("\n");
    expect(broken.map((line) => line.trim()).join(" ")).toBe(message);
    for (const line of broken) expect(`? ${line.trim()}`.length).toBeLessThan(80);
    expect(`? ${broken.at(-1)?.trim() ?? ""} `.length + screen.room).toBeLessThanOrEqual(80);
  });
});

describe("a text of several paragraphs", () => {
  it("is wrapped under the blanks that each begins with, but for a command, whose remark stands above it", () => {
    const command = `  cf delete-service-key ${"name ".repeat(20)} # when nobody needs it`;
    const shown = wrap(`next:\n    ${"word ".repeat(20).trim()}\n${command}`, 60, "  ");
    expect(shown).toEqual([
      "  next:",
      `      ${"word ".repeat(11).trim()}`,
      `      ${"word ".repeat(9).trim()}`,
      "    # when nobody needs it",
      `    cf delete-service-key ${"name ".repeat(20).trim()}`,
    ]);
  });

  it("has a remark behind its command if both fit, else above it, each of its lines as a remark", () => {
    const fits = "  dingo-recover undo RUN  # takes it back";
    expect(remarkedLines(fits, 80)).toEqual([fits]);
    expect(remarkedLines(fits, 30)).toEqual(["  # takes it back", "  dingo-recover undo RUN"]);
    expect(remarkedLines("  undo RUN  # one two three four five", 14)).toEqual([
      ...["  # one two", "  # three four", "  # five"],
      "  undo RUN",
    ]);
    const quoted = "  sh -c 'true  # of the script itself";
    expect(remarkedLines(quoted, 20)).toEqual([quoted]);
  });

  it("is left as it is if it has a remark and no command, and is read in one pass", () => {
    const alone = `      # ${"word ".repeat(20).trim()}`;
    expect(remarkedLines(alone, 40)).toEqual([alone]);
    const costly = [
      " ".repeat(2e5) + "x".repeat(2e5),
      `ls${"  # \u2028".repeat(1e5)}`,
      " ".repeat(1e5) + "x ".repeat(1e5),
    ];
    for (const line of costly) expect(wrap(remarkedLines(line, 80).join("\n"), 80)).not.toEqual([]);
  });

  it("leaves the lines as they are that a command's quotes go on over, and wraps what stands below it", () => {
    const word = "word ".repeat(20).trim();
    const script = `    cell's$ sh -c 'it="${word}'\\'' ${word}"\n  ${word}\n' sh ${word}`;
    expect(wrap(`${script}\n${word}`, 60)).toEqual([...script.split("\n"), ...wrap(word, 60)]);
  });
});

describe("the head of a rehearsal", () => {
  it("is wrapped at words, each line of the ticket under its indent", () => {
    const ticket = `  ${"somebody deleted a service ".repeat(5).trim()}`;
    const shown = wrapUnder(ticket, 80);
    expect(shown).toHaveLength(2);
    for (const line of shown) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).toMatch(/^ {2}\S/);
    }
    expect(shown.map((line) => line.trim()).join(" ")).toBe(ticket.trim());
  });

  it("is wrapped at words if the title is long", () => {
    const title = "Bring back a deleted Dingo PostgreSQL service from its write-ahead log";
    const shown = told({ ...BEGAN, title, rehearsal: true, resumed: false });
    const head = shown.slice(0, shown.indexOf("run r, 0 steps"));
    expect(Math.max(...head.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(head.join(" ")).toBe(`${title}  (rehearsal: nothing real is touched)`);
  });
});

describe("the head of a run that goes on", () => {
  it("says what it was begun with, a long text by its beginning", () => {
    const given = [
      { name: "service", text: "important-db" },
      { name: "needles", text: "x".repeat(500) },
    ];
    const shown = told({ ...BEGAN, resumed: true, given });
    expect(shown.slice(0, 3)).toEqual(["It", "run r, 0 steps, resumed", "with service=important-db,"]);
    expect(shown[3]).toBe(`needles=${"x".repeat(80)}…`);
  });
});

describe("a step that has nothing to take back", () => {
  it.each([
    ["left", "restart[web]  left as it is: it runs on"],
    ["found", "restart[web]  taken back already: it runs on"],
    ["by-hand", "restart[web]  it runs on"],
  ])("is named, with how that was seen (%s)", (how, line) => {
    const ended = { type: "step-ended", step: "restart", item: "web", state: "undone", durationMs: 0 } as const;
    expect(told({ ...ended, how, evidence: "it runs on" })).toEqual([line]);
  });
});

describe("a row of the review", () => {
  it("puts a value below a label that fills its column", () => {
    expect(row("public.coupons", "12 rows", 80)).toEqual(["  public.coupons", "               12 rows"]);
  });

  it("moves a word that is too long for its column to the left, so that a terminal need not break it", () => {
    const place = `s3://our-postgresql-backups/backups/6e101b27-60ed-4bac-8e21-d07b63c47a40/wal`;
    const shown = row("  archive", `24 objects: ${place}`, 80);
    expect(shown).toEqual(["    archive    24 objects:", `    ${place}`]);
  });
});

describe("the commands for doing a step by hand", () => {
  it("stand whole on their lines, each variable set before it is used", () => {
    const line = `curl ${"x".repeat(200)} $TOKEN`;
    const variables = [{ name: "TOKEN", setWith: "TOKEN=$(cf oauth-token)" }];
    const shown = manualLines({
      kind: "confirm",
      id: "consent",
      prompt: "Go?",
      why: "Because.",
      details: [],
      byHand: true,
      commands: [{ step: "create", title: "Create it", commands: [{ on: "here", line, variables }] }],
    });
    const set = shown.indexOf("    here$ TOKEN=$(cf oauth-token)");
    expect(shown.slice(set, set + 2)).toEqual(["    here$ TOKEN=$(cf oauth-token)", `    here$ ${line}`]);
    expect(shown.join("\n")).toContain('Type "done"');
  });
});

describe("the head of a step", () => {
  it("is broken at words, and what follows stands under it", () => {
    const title = `Undo "${"give the recovered database its name ".repeat(3).trim()}"`;
    const shown = told({ type: "step-would-run", step: "names", title, effect: "disrupt", commands: [] });
    expect(shown.length).toBeGreaterThan(1);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(shown.map((line) => line.trim()).join(" ")).toBe(`names  ${title}  [disrupt]`);
    expect(shown.slice(1).every((line) => line.startsWith("    "))).toBe(true);
  });
});

describe("a run that resuming cannot help", () => {
  it("ends with the command that closes it, on a line of its own", () => {
    const ways = { beginAnewWith: "dingo-recover run book", closeWith: "dingo-recover undo r" };
    const shown = told({ type: "run-ended", outcome: "failed", exitCode: 2, head: "0".repeat(64), ...ways });
    expect(shown.slice(-2)).toEqual([
      "  dingo-recover run book  # once that is put right",
      "  dingo-recover undo r  # closes this run, which is open until then",
    ]);
  });
});

describe("a system that does not answer", () => {
  it("is waited for in sight of how to stop, and of what sets how long", () => {
    const error = { code: "unreachable", message: "no answer", remedy: "Look." } as const;
    const shown = told({ type: "waiting", step: "s", error, safe: "This only reads.", patienceLeftMs: 600_000 });
    expect(shown.map((line) => line.trim()).join(" ")).toBe(
      "waiting: no answer This only reads. Trying again for 10 min 0 s (--patience sets how long); Ctrl-C stops safely, resume goes on.",
    );
  });
});
