/**
 * The box's containers print the lines of the originals (fixtures/container-logs): image by image and phase by phase,
 * the same lines in the same order, names and numbers taken out. How lines are compared, and what timing may change:
 * test/container-lines. Lines that the box leaves out stand below with their reason.
 */
import { describe, expect, test } from "vitest";
import { BY_TIMING, differences, type Exception, unexplained } from "../../container-lines/captured.ts";
import { said } from "../../container-lines/container-lines.ts";
import { PHASES, type Phase, RELEASES } from "../../container-lines/phases.ts";
import { liveAlone, liveRestored, liveTogether } from "../../container-lines/box-lives.ts";

const EXCEPTIONS: readonly Exception[] = [
  {
    phases: "all",
    line: /^\/data\/wal-e\/env\/(?:AWS_DEFAULT_REGION|AWS_ENDPOINT_URL)$/,
    reason: "the captured containers were told of an object store that is not AWS",
  },
  {
    phases: "all",
    line: /^\/data\/wal-e\/env\/WALE_LOG_DESTINATION$/,
    reason: "the captured containers have no /dev/log, which wal-e prefers",
  },
  {
    phases: "all",
    line: /^ unix_socket_directories: \/var\/run\/postgresql$/,
    reason: "the captured containers' PostgreSQL looks for its socket elsewhere than the distribution's",
  },
  {
    phases: "all",
    line: /^\/patroni\/__init__\.py:N: YAMLLoadWarning: |^ config = yaml\.load\(f\)$/,
    reason: "PyYAML of the time did not warn yet",
  },
];

/** Phases that the box has no way into. */
const NOT_PLAYED: readonly (readonly [phase: Phase, reason: string])[] = [
  ["restart-failed", "nobody can break a configuration file of PostgreSQL in the box"],
];

describe.each(RELEASES)("a container of %s", (release) => {
  const lives = { ...liveAlone(release), ...liveRestored(release), ...liveTogether(release) };

  test("says in each phase what the original said", () => {
    const found = PHASES.flatMap((phase) => {
      const log = lives[phase];
      return log === undefined ? [] : differences({ release, phase, busy: false }, log);
    });
    expect(unexplained(found, EXCEPTIONS)).toEqual({ differences: [], unused: [] });
  });

  test("says what timing alone brings, in one phase or another", () => {
    const lines = PHASES.flatMap((phase) => [...said(lives[phase] ?? []).values()].flat());
    expect(BY_TIMING.filter(([line]) => !lines.some((text) => line.test(text)))).toEqual([]);
  });

  test("is taken through every phase but those that the box has no way into", () => {
    const left = NOT_PLAYED.map(([phase]) => phase);
    expect(PHASES.filter((phase) => lives[phase] === undefined)).toEqual(left);
  });
});
