/**
 * The rig's containers print the lines of the originals (fixtures/container-logs): image by image and phase by phase,
 * the same lines in the same order, names and numbers taken out. Each program is compared by itself: the order between
 * programs, how often a loop's line comes, and lines that came in one capture of three only are a matter of the
 * machine's load (test/container-lines). Lines that our containers leave out or add stand in the table below with their
 * reason.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differences, type Exception, unexplained } from "../container-lines/captured.ts";
import { PHASES, RELEASES } from "../container-lines/phases.ts";
import { liveThrough, type Through } from "../container-lines/rig-lives.ts";
import { type Rig, startRig } from "../rig/rig.ts";

const EXCEPTIONS: readonly Exception[] = [];

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

afterAll(async () => {
  await rig.stop();
});

describe.each(RELEASES)("a container of %s", (release) => {
  let through: Through;

  beforeAll(async () => {
    through = await liveThrough(rig, release);
  });

  test("has the first process of its image, and ends a stop as a program that SIGTERM ended", () => {
    // dumb-init came with 0.9.2; before, sudo took the place of run.sh.
    expect(through).toMatchObject({ init: release === "0.9.1" ? "sudo" : "dumb-init", stopped: 143 });
  });

  test.each(PHASES)("says in its phase %s what the original said", (phase) => {
    const log = through.lives[phase] ?? [];
    expect(unexplained(differences({ release, phase, busy: true }, log), EXCEPTIONS)).toEqual({
      differences: [],
      unused: [],
    });
  });
});
