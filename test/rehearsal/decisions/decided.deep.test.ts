/** Every question that has a recommended answer, in the box, with nobody there to choose. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Unchosen } from "./unchosen.ts";

let unchosen: Unchosen;
beforeEach(() => {
  unchosen = new Unchosen();
});
afterEach(() => unchosen.remove());

describe("a question without anybody to answer it", () => {
  it.each([
    { name: "restarted-unseen", given: "stop=again", about: /^drift-/u },
    { name: "old-instance-goes-on", given: "remains=archive", about: /^old-instance$/u },
  ])("is answered by --decide $given on resume: $name", async ({ name, given, about }) => {
    const stopped = await unchosen.play(name);
    expect([stopped.exitCode, unchosen.stop?.code]).toEqual([13, "question-unanswered"]);
    expect(unchosen.stop?.remedy).toContain(`"dingo-recover resume ${unchosen.run} --decide '${given}'"`);
    const done = await unchosen.decide(given);
    expect([done.exitCode, done.complaints]).toEqual([0, []]);
    const [, value = ""] = given.split("=");
    expect(unchosen.answers).toContainEqual([expect.stringMatching(about), value, "flag"]);
  });

  it("is answered for the way of the archive; the broker's own way is chosen at a terminal alone", async () => {
    const stopped = await unchosen.play("clone-from");
    expect(stopped.exitCode).toBe(13);
    expect(unchosen.stop?.remedy).toContain("--decide 'way=archive'\". ");
    expect((await unchosen.decide("way=clone")).exitCode).toBe(13);
    const done = await unchosen.decide("way=archive");
    expect(done.exitCode).toBe(0);
    expect(done.counts["docker stop"]).toBe(1);
    expect(unchosen.answers).toContainEqual(["clone-from", "archive", "flag"]);
  });
});

describe("a run that a guard stopped because the container was started meanwhile", () => {
  it("names the decision, is left as it is by any other, and goes on to its end with it", async () => {
    const stopped = await unchosen.play("started-again");
    // The guard of the move, the copy and its proof see it; which of them looks first is a matter of moments.
    expect([
      [16, "guard-refused"],
      [16, "target-not-fresh"],
      [12, "proof-failed"],
    ]).toContainEqual([stopped.exitCode, unchosen.stop?.code]);
    expect(unchosen.stop?.remedy).toContain(`"dingo-recover resume ${unchosen.run} --decide 'stop=again'"`);
    const before = unchosen.entries;
    for (const given of ["stop=go-on", "stop=redo", "data=again", "halt=again"])
      expect([given, (await unchosen.decide(given)).exitCode]).toEqual([given, 2]);
    expect(unchosen.entries).toEqual(before);
    const done = await unchosen.decide("stop=again");
    expect([done.exitCode, done.complaints]).toEqual([0, []]);
    expect(unchosen.answers).toContainEqual([expect.stringMatching(/^drift-/u), "again", "flag"]);
  });
});

describe("a name that is taken", () => {
  it("is recovered beside by a decision, and the names are exchanged at the end", async () => {
    const stopped = await unchosen.play("created-again-in-use");
    expect([stopped.exitCode, unchosen.stop?.code]).toEqual([16, "name-taken"]);
    expect(unchosen.stop?.remedy).toContain("--decide 'space=exchange'\" (or other)");
    const done = await unchosen.decide("space=exchange");
    expect([done.exitCode, done.complaints]).toEqual([0, []]);
    expect(unchosen.answers).toContainEqual(["taken-name", "exchange", "flag"]);
  });
});

describe("what a person alone may choose of the deleted instance's remains", () => {
  it.each([
    ["old-instance-stopped", "remains=stop"],
    ["old-instance-stopped", "remains=directory"],
    ["old-directory-left", "remains=directory"],
  ])("is not decided by a flag: in %s, %s is 13", async (name, given) => {
    const stopped = await unchosen.play(name);
    expect(stopped.exitCode).toBe(13);
    const before = unchosen.entries;
    const refused = await unchosen.decide(given);
    expect(refused.exitCode).toBe(13);
    expect(unchosen.entries).toEqual(before);
    expect(Object.keys(refused.counts).filter((what) => /create|docker stop/u.test(what))).toEqual([]);
  });
});
