/** The box's `docker`: it hands over what the real one reads, and prints what the engine says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, describe, expect, it, vi } from "vitest";
import { keepRoom } from "../../../src/kit/commands/kept-room-command.ts";
import type { Ended } from "../../../src/rehearsal/ended.ts";
import { DockerEngine } from "../../../src/rehearsal/docker-engine/engine.ts";
import { composeLabels, withContainer, withImage, withVolume } from "../../../src/rehearsal/docker-engine/seed.ts";
import { emptyEngine } from "../../../src/rehearsal/docker-engine/state.ts";
import { serveDockerProgram } from "../../../src/rehearsal/docker-program/service.ts";

const VOLUME = { name: "déjà vu 'x'", files: {}, createdAt: 0, labels: composeLabels("blog", "db", "/x.yml") };
const IMAGE = { tag: "postgres:13" };
const CONTAINER = { name: "copy", image: IMAGE.tag, createdAt: 0 };
const ENDPOINT = "tcp://127.0.0.1:1";

describe("the box's docker", () => {
  const directory = mkdtempSync(join(tmpdir(), "docker-program-"));
  const closing: (() => Promise<void>)[] = [() => Promise.resolve(rmSync(directory, { recursive: true, force: true }))];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it("says what the engine says, with its code, and reads if it is told to alone", async () => {
    const engine = new DockerEngine(withVolume(emptyEngine(), VOLUME), () => 0);
    const served = await serveDockerProgram(directory, (call) =>
      call.words.includes("-i")
        ? { code: 3, stdout: `${call.program} ${JSON.stringify(call.words)} ${call.stdin}`, stderr: "a\nb" }
        : engine.call({ ...call, endpoint: ENDPOINT }),
    );
    closing.push(() => served.close());
    const docker = (words: readonly string[], more: { readonly input?: string } = {}) =>
      execa(join(directory, "docker"), words, {
        reject: false,
        // Left open, as a person's terminal is: a reader of it waits for ever.
        ...(more.input === undefined ? { stdin: "pipe" } : more),
      });
    const seen = await docker(["volume", "inspect", VOLUME.name]);
    expect([seen.exitCode, seen.stderr]).toEqual([0, ""]);
    expect(JSON.parse(seen.stdout)).toMatchObject([{ Name: VOLUME.name }]);
    // The machine's own would forget where the box is.
    const asRoot = await execa("sudo", ["-n", "docker", "volume", "inspect", VOLUME.name], {
      env: { PATH: `${directory}:/usr/bin:/bin` },
      extendEnv: false,
      reject: false,
    });
    expect([asRoot.exitCode, asRoot.stdout, asRoot.stderr]).toEqual([0, seen.stdout, ""]);
    const gone = await docker(["volume", "inspect", "gone", "", "a b"]);
    expect([gone.exitCode, gone.stderr.split("\n")[0]]).toEqual([
      1,
      "Error response from daemon: get gone: no such volume",
    ]);
    const told = await docker(["exec", "-i", "a b", ""], { input: "x\ny\n" });
    expect([told.exitCode, told.stdout, told.stderr]).toEqual([3, 'docker ["exec","-i","a b",""] x\ny', "a\nb"]);
  });

  it("lets a look for room last as long as its container runs, and knows the call", async () => {
    const seeded = withContainer(withImage(emptyEngine(), IMAGE), CONTAINER);
    const engine = new DockerEngine(seeded, () => 0);
    const looks: Promise<Ended>[] = [];
    const served = await serveDockerProgram(directory, (call, signal) => {
      const answer = engine.callToItsEnd({ ...call, endpoint: ENDPOINT }, signal);
      if (call.words[1] === "--user") looks.push(answer);
      return answer;
    });
    closing.push(() => served.close());
    const [shell, ...words] = keepRoom([join(directory, "docker")], CONTAINER.name, "ended");
    await execa(shell, words);
    await vi.waitFor(() => expect(looks).toHaveLength(1), { timeout: 60_000 });
    const call = { stdin: "", endpoint: ENDPOINT };
    engine.call({ ...call, words: ["stop", "-t", "1", CONTAINER.name] });
    await vi.waitFor(() => expect(looks).toHaveLength(2), { timeout: 60_000 });
    expect(await Promise.all(looks)).toMatchObject([{ code: 137 }, { code: 1 }]);
    expect(engine.state.strays).toEqual([]);
  });
});
