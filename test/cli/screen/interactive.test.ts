import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventBody, RunEvent } from "../../../src/engine/state/event.ts";
import { eventLines } from "../../../src/cli/screen/event-lines.ts";
import { interactiveRenderer } from "../../../src/cli/screen/interactive.ts";
import type { Output } from "../../../src/cli/screen/output.ts";
import type { Renderer } from "../../../src/cli/screen/renderer.ts";
import { COLORLESS, type Paint } from "../../../src/cli/screen/paint.ts";

/** All that reaches the terminal, the library's lines and ours, in their order. */
class Terminal {
  readonly lines: string[] = [];
  readonly styles = new Map<string, keyof Paint | undefined>();
  readonly #streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));

  readonly output: Output = {
    line: (text = "", style) => {
      this.lines.push(text);
      this.styles.set(text, style);
    },
    marked: (mark, text, style) => {
      this.lines.push(`${mark} ${text}`);
      this.styles.set(text, style);
    },
    error: (text) => void this.lines.push(text),
    json: () => undefined,
    columns: 80,
    rows: 24,
    isTerminal: true,
    safe: (text) => text,
    paint: COLORLESS,
  };

  begin(): void {
    for (const { stream } of this.#streams)
      stream.write = (text: string | Uint8Array): boolean => {
        this.lines.push(...String(text).split("\n"));
        return true;
      };
  }

  end(): void {
    for (const { stream, write } of this.#streams) stream.write = write;
  }
}

const CLOCK = { now: () => new Date("2026-11-21T02:00:00.000Z") };

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
  terminal.begin();
});
afterEach(() => terminal.end());

function tell(renderer: Renderer, ...events: readonly EventBody[]): void {
  for (const event of events)
    renderer.sink({ schema: "dingo-recover/event@1", time: "2026-11-21T02:00:00.000Z", run: "r", ...event });
}

async function show(...events: readonly EventBody[]): Promise<string> {
  const renderer = interactiveRenderer(terminal.output, { verbose: false, clock: CLOCK });
  tell(renderer, ...events);
  await renderer.close();
  return terminal.lines.join("\n");
}

const began = {
  type: "step-began",
  step: "make",
  title: 'Undo "Make it"',
  effect: "create",
  attempt: 1,
  commands: [],
} as const;
const undone = { type: "step-ended", step: "make", state: "undone", evidence: "it is gone", durationMs: 0 } as const;

describe("the line of a step that has ended", () => {
  it("has its time whole in one row, however long the title is", async () => {
    for (let letters = 60; letters < 80; letters += 1) {
      terminal.lines.length = 0;
      const title = "x".repeat(letters);
      const lines = (await show({ ...began, title }, { ...undone, state: "succeeded", durationMs: 125_000 })).split(
        "\n",
      );
      expect(
        lines.filter((line) => line.trim().endsWith("2 min 5 s")),
        `${letters} letters`,
      ).toHaveLength(1);
      expect(lines.join("\n")).not.toContain("\u00a0");
    }
  });
});

describe("a step that was found done after an error of its call", () => {
  const error = { code: "own-action-failed", message: "it broke", remedy: "Mend it." };
  const adopted = { ...undone, state: "succeeded", how: "adopted", evidence: "it is there", error } as const;

  it("tells the error below its line, on a terminal and in a log", async () => {
    const told = ["    it is there", "    Found done after an error: it broke. Mend it."];
    expect((await show(began, adopted)).split("\n").slice(-2)).toEqual(told);
    expect(eventLines(adopted as RunEvent, { width: 80, verbose: false })).toEqual([
      "    ok, adopted: it is there",
      told[1],
    ]);
  });
});

describe("a step that asks, on a terminal", () => {
  const found = { type: "step-ended", step: "make", state: "succeeded", evidence: "found", durationMs: 0 } as const;
  const ask = (renderer: Renderer, answer: () => void): Promise<unknown> =>
    renderer.operator.ask({
      kind: "text",
      id: "q",
      prompt: "Which?",
      why: "",
      get default(): string {
        answer();
        // The asking ends here: the test needs only the screen before it.
        throw new Error("no terminal in a test");
      },
    });

  it("is marked once, and not before it has ended", async () => {
    const renderer = interactiveRenderer(terminal.output, { verbose: false, clock: CLOCK });
    tell(renderer, began);
    let atQuestion = "";
    await expect(ask(renderer, () => (atQuestion = terminal.lines.join("\n")))).rejects.toThrow();
    tell(renderer, found);
    await renderer.close();
    expect(atQuestion).not.toMatch(/\u2714|\u2716/);
    const marks = terminal.lines.filter((line) => /\u2714|\u2716/.test(line));
    expect(marks).toEqual(['\u2714 Undo "Make it"']);
    expect(terminal.lines.filter((line) => line.includes("found"))).toEqual(["    found"]);
  });

  it("shows what a flag was given for if nobody is asked, and not at a later question", async () => {
    const rows = [{ label: "source", value: "the old one" }];
    const shown = await show(
      { type: "review", step: "make", rows, covers: [] },
      { type: "answered", question: "consent", by: "flag" },
    );
    expect(shown).toMatch(/source +the old one[^]*answered by an option of the command line/);
  });
});

describe("a step that is not needed", () => {
  const skipped = { type: "step-ended", step: "halt", state: "skipped", durationMs: 0 } as const;

  it("is told with --verbose alone, with the runbook's expression", async () => {
    const event = { ...skipped, title: "Stop it", evidence: "size(steps.x.y) > 0 is false" };
    expect(await show(event)).toBe("");
    const stamped = { schema: "dingo-recover/event@1", time: "", run: "r", ...event } as const;
    expect(eventLines(stamped, { width: 80, verbose: false })).toEqual([]);
    expect(eventLines(stamped, { width: 80, verbose: true }).join(" ")).toContain("size(steps.x.y) > 0 is false");
  });
});

describe("a step that was taken back, on a terminal", () => {
  it("is no failure; what its probe saw stands under it", async () => {
    const probed = { type: "step-probed", step: "make", state: "done", evidence: "nothing is there" } as const;
    const shown = await show(began, probed, undone);
    expect(shown).not.toMatch(/\u2716|FAILED/);
    expect(shown.match(/(\u2714|COMPLETED).*Undo "Make it"/)).not.toBeNull();
    expect(shown.indexOf("    probe of make: done: nothing is there")).toBeGreaterThan(
      shown.search(/\u2714|COMPLETED/),
    );
  });

  it.each([
    ["done", "it is taken back", false],
    ["not-done", "it is not taken back yet", false],
    ["partly", "it is taken back in part", true],
    ["unknown", "whether it is taken back cannot be told", true],
  ])("tells in words how far the way back is: %s", (state, says, always) => {
    const stamped = { schema: "dingo-recover/event@1", time: "", run: "r", step: "make" } as const;
    const event = { ...stamped, type: "step-probed", state, evidence: "seen", back: true } as const;
    const told = [`    make: ${says}: seen`];
    expect(eventLines(event, { width: 80, verbose: true })).toEqual(told);
    expect(eventLines(event, { width: 80, verbose: false })).toEqual(always ? told : []);
  });

  it("is not shown as bad if nothing had to be done", async () => {
    await show(undone);
    expect([...terminal.styles.values()]).not.toContain("bad");
  });

  it("is shown as a failure if it failed", async () => {
    const failed = { ...undone, state: "failed", evidence: "" } as const;
    expect(await show(began, failed)).toMatch(/\u2716|FAILED/);
  });

  it("has its item in its line", async () => {
    const shown = await show({ ...began, item: "db" }, { ...undone, item: "db" });
    expect(shown).toMatch(/(?:\u2714|COMPLETED).*Undo "Make it" \[db\]/u);
  });
});
