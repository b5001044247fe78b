import { describe, expect, it } from "vitest";
import { Pace } from "../../../src/adapters/s3/pace.js";

const throttle = new Error("slow down");
const isThrottle = (error: unknown): boolean => error === throttle;

/** Requests that end when the test says so. */
class Requests {
  readonly underWay: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  readonly results: Promise<unknown>[] = [];

  constructor(readonly pace: Pace) {}

  begin(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const work = () =>
        new Promise<void>((end, fail) => {
          this.underWay.push({ end, fail });
        });
      this.results.push(this.pace.run(work, isThrottle).catch((error: unknown) => error));
    }
  }

  /** Ends all that are under way. */
  async round(how: "end" | "throttle"): Promise<number> {
    await turn();
    const now = this.underWay.splice(0);
    for (const { end, fail } of now) {
      if (how === "end") end();
      else fail(throttle);
    }
    await turn();
    return now.length;
  }
}

/** Everything that can go on has gone on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the pace of requests", () => {
  it("doubles with every round that the store keeps up with, to a limit", async () => {
    const requests = new Requests(new Pace(2, 10));
    requests.begin(40);
    expect(await requests.round("end")).toBe(2);
    expect(await requests.round("end")).toBe(4);
    expect(await requests.round("end")).toBe(8);
    expect(await requests.round("end")).toBe(10);
    expect(await requests.round("end")).toBe(10);
  });

  it("is halved once for all that were under way when the store asked to slow down, then grows by one a round", async () => {
    const pace = new Pace(16, 64);
    const requests = new Requests(pace);
    requests.begin(200);
    expect(await requests.round("throttle")).toBe(16);
    expect(pace.limit).toBe(8);
    expect(await requests.round("end")).toBe(8);
    expect(await requests.round("end")).toBeLessThanOrEqual(9);
    expect(pace.limit).toBeGreaterThanOrEqual(9);
    expect(pace.limit).toBeLessThan(12);
  });

  it("never falls below one, and lets everything through in the end", async () => {
    const pace = new Pace(4, 8);
    const requests = new Requests(pace);
    requests.begin(30);
    let ended = 0;
    for (let index = 0; index < 5; index += 1) ended += await requests.round("throttle");
    expect(pace.limit).toBe(1);
    while (ended < 30) ended += await requests.round("end");
    expect(await Promise.all(requests.results)).toHaveLength(30);
  });

  it("takes an ordinary error for no wish to slow down", async () => {
    const pace = new Pace(4, 8);
    await expect(pace.run(() => Promise.reject(new Error("gone")), isThrottle)).rejects.toThrow("gone");
    expect(pace.limit).toBe(4);
  });
});
