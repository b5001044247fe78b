import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventBody } from "../../src/engine/event.js";
import { interactiveRenderer } from "../../src/ui/interactive.js";
import type { Output } from "../../src/ui/output.js";
import { COLORLESS, type Paint } from "../../src/ui/paint.js";

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

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
  terminal.begin();
});
afterEach(() => terminal.end());

async function show(...events: readonly EventBody[]): Promise<string> {
  const renderer = interactiveRenderer(terminal.output, { verbose: false });
  for (const event of events)
    renderer.sink({ schema: "dingo-recover/event@1", time: "2026-11-21T02:00:00.000Z", run: "r", ...event });
  await renderer.close();
  return terminal.lines.join("\n");
}

const began = {
  type: "step-began",
  step: "make",
  title: "Take back: Make it",
  effect: "create",
  attempt: 1,
  commands: [],
} as const;
const undone = { type: "step-ended", step: "make", state: "undone", evidence: "it is gone", durationMs: 0 } as const;

describe("a step that was taken back, on a terminal", () => {
  it("is no failure; what its probe saw stands under it", async () => {
    const probed = { type: "step-probed", step: "make", state: "done", evidence: "nothing is there" } as const;
    const shown = await show(began, probed, undone);
    expect(shown).not.toMatch(/\u2716|FAILED/);
    expect(shown.match(/(\u2714|COMPLETED).*Take back: Make it/)).not.toBeNull();
    expect(shown.indexOf("    probe: done: nothing is there")).toBeGreaterThan(shown.search(/\u2714|COMPLETED/));
  });

  it("is not shown as bad where nothing had to be done", async () => {
    await show(undone);
    expect([...terminal.styles.values()]).not.toContain("bad");
  });

  it("is shown as a failure where it failed", async () => {
    const failed = { ...undone, state: "failed", evidence: "" } as const;
    expect(await show(began, failed)).toMatch(/\u2716|FAILED/);
  });
});
