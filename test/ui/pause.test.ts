import { afterEach, describe, expect, it, vi } from "vitest";
import { forgetTyped, type KeyInput, Keyboard } from "../../src/ui/keyboard.js";
import { pausable } from "../../src/ui/pausable.js";
import { Pause } from "../../src/ui/pause.js";
import { StillClock } from "../fakes/still-clock.js";

/** A terminal: what is typed is handed on as long as somebody reads. */
class Desk implements KeyInput {
  isRaw = false;
  isInForeground = true;
  presses = 0;
  /** Signals, with the terminal's mode when they were sent. */
  readonly sent: string[] = [];
  readonly #readers = new Set<(typed: Buffer) => void>();
  #flows = false;
  readonly keyboard = new Keyboard({
    input: this,
    kill: (pid, signal) =>
      void this.sent.push(`${signal} to ${pid === 0 ? "all" : "itself"}${this.isRaw ? ", raw" : ""}`),
    isInForeground: () => this.isInForeground,
  });

  setRawMode(mode: boolean): void {
    this.isRaw = mode;
  }
  on(_event: string, reader: (typed: Buffer) => void): void {
    this.#readers.add(reader);
  }
  off(_event: string, reader: (typed: Buffer) => void): void {
    this.#readers.delete(reader);
  }
  resume(): void {
    this.#flows = true;
  }
  pause(): void {
    this.#flows = false;
  }

  get isRead(): boolean {
    return this.#flows && this.#readers.size > 0;
  }

  open(): void {
    this.keyboard.open(() => {
      this.presses += 1;
    });
  }

  type(keys: string): void {
    if (this.isRead) for (const reader of this.#readers) reader(Buffer.from(keys));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what was typed before a question", () => {
  it("is read and thrown away where no key is read otherwise, and the terminal is as it was", async () => {
    const at = new Desk();
    const forgotten = forgetTyped({ input: at, isInForeground: () => true });
    expect([at.isRead, at.isRaw]).toEqual([true, true]);
    at.type("y\r");
    await forgotten;
    expect([at.isRead, at.isRaw]).toEqual([false, false]);
  });

  it("is left to the program that has the terminal", async () => {
    const at = new Desk();
    const forgotten = forgetTyped({ input: at, isInForeground: () => false });
    expect([at.isRead, at.isRaw]).toEqual([false, false]);
    await forgotten;
  });
});

describe("the keyboard while no question is asked", () => {
  const desks: Desk[] = [];
  const desk = (): Desk => {
    const made = new Desk();
    desks.push(made);
    return made;
  };
  afterEach(async () => {
    for (const each of desks.splice(0)) await each.keyboard.close();
  });

  it.each([
    ["p", 1],
    ["P", 1],
    ["pp", 2],
    ["p\r", 1],
    ["\r", 0],
    ["yes\r", 0],
    ["stop please", 0],
    ["\u001bOP", 0],
  ])("hears of %j %i times the key that pauses", (typed, presses) => {
    const at = desk();
    at.open();
    at.type(typed);
    expect(at.presses).toBe(presses);
    expect(at.sent).toEqual([]);
  });

  it("hands Ctrl-C on to all that run on the terminal, as the terminal would", () => {
    const at = desk();
    at.open();
    at.type("\u0003");
    expect(at.sent).toEqual(["SIGINT to all, raw"]);
    at.type("p");
    expect(at.presses).toBe(1);
  });

  it("gives the terminal back before Ctrl-Z and Ctrl-\\, and takes it again behind the first", async () => {
    const at = desk();
    at.open();
    at.type("\u001a");
    expect(at.sent).toEqual(["SIGTSTP to all"]);
    expect([at.isRaw, at.isRead]).toEqual([false, false]);
    await turn();
    expect([at.isRaw, at.isRead]).toEqual([true, true]);
    at.type("\u001c");
    expect(at.sent[1]).toBe("SIGQUIT to all");
  });

  it("leaves the terminal alone in the background, and has it again when the shell gives it back", async () => {
    const at = desk();
    at.open();
    at.type("\u001a");
    at.isInForeground = false;
    await turn();
    process.emit("SIGCONT");
    expect([at.isRaw, at.isRead]).toEqual([false, false]);
    at.isInForeground = true;
    process.emit("SIGCONT");
    expect([at.isRaw, at.isRead]).toEqual([true, true]);
  });

  it("has it again where a shell gives it back without a word, as to a job that it had not stopped", async () => {
    const at = desk();
    at.isInForeground = false;
    at.open();
    expect([at.isRaw, at.isRead]).toEqual([false, false]);
    at.isInForeground = true;
    await vi.waitFor(() => expect([at.isRaw, at.isRead]).toEqual([true, true]), { timeout: 60_000 });
    at.type("p");
    expect(at.presses).toBe(1);
  });

  it("gives the terminal back before a stop that somebody else sends", () => {
    const at = desk();
    at.open();
    process.emit("SIGTSTP");
    expect(at.sent).toEqual(["SIGTSTP to itself"]);
  });

  it("throws away what is typed up to a question, and leaves nothing behind", async () => {
    const listening = (): number => process.listenerCount("SIGTSTP") + process.listenerCount("SIGCONT");
    const before = listening();
    const at = desk();
    at.open();
    const closed = at.keyboard.close();
    expect(at.isRead).toBe(true);
    at.type("p\r");
    await closed;
    expect([at.presses, at.isRaw, at.isRead]).toEqual([0, false, false]);
    expect(listening()).toBe(before);
    await at.keyboard.close();
  });
});

describe("a pause", () => {
  it("holds whoever comes while it lasts, and tells them that the world may be another one", async () => {
    const pause = new Pause(new StillClock());
    expect(await pause.pass()).toBe(false);
    pause.toggle();
    const passed: boolean[] = [];
    const all = Array.from({ length: 300 }, async () => void passed.push(await pause.pass()));
    await turn();
    expect(passed).toEqual([]);
    pause.toggle();
    await Promise.all(all);
    expect(passed).toEqual(Array.from({ length: 300 }, () => true));
  });

  it("that begins anew before anybody has gone on holds them all the same", async () => {
    const pause = new Pause(new StillClock());
    let isThrough = false;
    pause.toggle();
    const through = pause.pass().then(() => (isThrough = true));
    pause.toggle();
    pause.toggle();
    await turn();
    expect(isThrough).toBe(false);
    pause.toggle();
    await through;
  });

  it("ends for whoever is to stop", async () => {
    const pause = new Pause(new StillClock());
    const stop = new AbortController();
    pause.toggle();
    const waiting = pause.pass(stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await expect(pause.pass(stop.signal)).rejects.toThrow("stopped");
  });

  it("keeps the process alive for whoever waits, also where nobody reads the keyboard, and for nobody else", async () => {
    const awake = (): number => process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;
    const pause = new Pause(new StillClock());
    const stop = new AbortController();
    pause.toggle();
    const before = awake();
    const waiting = [pause.pass(), pause.pass(stop.signal)];
    expect(awake()).toBe(before + 2);
    stop.abort(new Error("stopped"));
    await expect(waiting[1]).rejects.toThrow("stopped");
    expect(awake()).toBe(before + 1);
    pause.toggle();
    await waiting[0];
    expect(awake()).toBe(before);
  });

  it("is in no time of the work's own clock, and in that of the wall", async () => {
    const clock = new StillClock();
    const pause = new Pause(clock);
    const [began, wall] = [pause.clock.monotonicMs(), pause.clock.now().getTime()];
    await clock.sleep(1000);
    pause.toggle();
    await clock.sleep(60_000);
    expect(pause.clock.monotonicMs() - began).toBe(1000);
    pause.toggle();
    await clock.sleep(500);
    expect(pause.clock.monotonicMs() - began).toBe(1500);
    expect(pause.clock.now().getTime() - wall).toBe(61_500);
    expect(pause.stoodMs()).toBe(60_000);
  });
});

describe("a command that tells lines", () => {
  it("names the key with its first line of progress, and says since when it stands still and how it goes on", async () => {
    const at = new Desk();
    const clock = new StillClock(Date.UTC(2026, 10, 21, 2, 30, 5));
    const said: string[] = [];
    const { tell, open, close } = pausable(clock, (line) => said.push(line), { keyboard: at.keyboard });
    open();
    tell("copied 1 of 9");
    tell("copied 2 of 9");
    at.type("p");
    await clock.sleep(90_000);
    at.type("p");
    await close();
    expect(said).toEqual([
      "p pauses; Ctrl-C stops, and the same command goes on",
      "copied 1 of 9",
      "copied 2 of 9",
      "paused since 02:30:05Z: nothing new is begun, what is under way ends; p goes on, Ctrl-C stops",
      "goes on after 1 min 30 s",
    ]);
  });
});
