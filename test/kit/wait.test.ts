import { describe, expect, it } from "vitest";
import type { Progress } from "../../src/action.ts";
import { waitAtMost, waitFor, type Waiter } from "../../src/kit/wait.ts";
import { RecoverError } from "../../src/errors.ts";
import { StillClock } from "../fakes/still-clock.ts";

/** Something that is there at the how many-eth look. */
class Scene implements Waiter {
  readonly clock = new StillClock();
  readonly ports = { clock: this.clock };
  readonly signal: AbortSignal;
  readonly shown: Progress[] = [];
  looks = 0;

  readonly thereAt: number;

  constructor(thereAt: number, signal = new AbortController().signal) {
    this.thereAt = thereAt;
    this.signal = signal;
  }

  progress(progress: Progress): void {
    this.shown.push(progress);
  }

  readonly look = async (): Promise<{ found: string } | { instead: number }> => {
    this.looks += 1;
    return this.looks >= this.thereAt ? { found: "key" } : { instead: this.looks };
  };
}

const late = (looks: number): RecoverError =>
  new RecoverError("deadline-passed", `not there after ${looks} looks`, { remedy: "Look at it." });
const TIMES = { deadlineMs: 2_000, pollMs: 500 };

describe("a wait for the world", () => {
  it("ends with what a look finds, and neither sleeps nor shows anything if it is there at once", async () => {
    const scene = new Scene(1);
    expect(await waitFor(scene, { ...TIMES, look: scene.look, tell: () => "waiting", late })).toBe("key");
    expect([scene.clock.sleeps, scene.shown]).toEqual([[], []]);
  });

  it("shows after each look what there is instead, and looks again after the interval", async () => {
    const scene = new Scene(3);
    const tell = (looks: number) => ({ message: "waiting", done: looks, total: 3 });
    expect(await waitFor(scene, { ...TIMES, look: scene.look, tell, late })).toBe("key");
    expect(scene.clock.sleeps).toEqual([500, 500]);
    expect(scene.shown).toEqual([tell(1), tell(2)]);
  });

  it("looks once more when the time is over, and then fails with what it saw last", async () => {
    const scene = new Scene(100);
    const ended = waitFor(scene, { ...TIMES, look: scene.look, late });
    await expect(ended).rejects.toMatchObject({ code: "deadline-passed", message: "not there after 5 looks" });
    expect(scene.clock.sleeps).toHaveLength(4);
  });

  it("gives the last look if it was to wait so long and no longer; without any time it is the only one", async () => {
    const scene = new Scene(100);
    expect(await waitAtMost(scene, { ...TIMES, look: scene.look })).toEqual({ instead: 5 });
    expect(await waitAtMost(scene, { ...TIMES, deadlineMs: 0, look: scene.look })).toEqual({ instead: 6 });
    expect(scene.shown).toEqual([]);
  });

  it("ends with the reason of the signal, after the look that was under way", async () => {
    const controller = new AbortController();
    const scene = new Scene(100, controller.signal);
    const look = (): ReturnType<typeof scene.look> => {
      controller.abort(new Error("stopped"));
      return scene.look();
    };
    await expect(waitFor(scene, { ...TIMES, look, late })).rejects.toThrow("stopped");
    expect(scene.looks).toBe(1);
  });

  it("ends with what a look throws", async () => {
    const look = (): Promise<never> => Promise.reject(new Error("the broker has failed"));
    await expect(waitFor(new Scene(1), { ...TIMES, look, late })).rejects.toThrow("the broker has failed");
  });
});
