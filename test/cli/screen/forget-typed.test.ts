import { describe, expect, it } from "vitest";
import { forgetTyped, type KeyInput } from "../../../src/cli/screen/forget-typed.ts";

/** A terminal: typed text is handed on as long as somebody reads. */
class Desk implements KeyInput {
  isRaw = false;
  readonly #readers = new Set<(typed: Buffer) => void>();
  #flows = false;

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

  type(keys: string): void {
    if (this.isRead) for (const reader of this.#readers) reader(Buffer.from(keys));
  }
}

describe("what was typed before a question", () => {
  it("is read and thrown away, and the terminal is as it was", async () => {
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
