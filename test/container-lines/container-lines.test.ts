/**
 * The comparison itself: the parts that it takes out, those that it keeps, and that it sees a line that is missing, new
 * or out of place.
 */
import { describe, expect, test } from "vitest";
import { differences, unexplained } from "./captured.ts";
import { capturedPhase, masked, said } from "./container-lines.ts";
import { linesByContainer } from "../kit/log-patterns/captured.ts";
import { type Phase, PHASES, RELEASES } from "./phases.ts";

test("names and numbers are taken out, words are kept", () => {
  const line =
    "CRITICAL: system ID mismatch, node 6e101b27-9f1d-4b7e-8e83-5c0f3d1f0a01 belongs to a different cluster: 1 != 2";
  expect(masked(line)).toBe("CRITICAL: system ID mismatch, node GUID belongs to a different cluster: N != N");
  expect(masked("LOG:  redo done at 0/4000028")).toBe("LOG: redo done at LSN");
  expect(masked('LOG:  restored log file "00000002.history" from archive')).toBe(
    'LOG: restored log file "TIMELINE.history" from archive',
  );
});

test("a message over several lines is one, and lines that ran into each other are taken apart", () => {
  const log = [
    "78218d-patroni> waiting for server to start....LOG:  entering standby mode",
    "78218d-patroni> wal_e.main   INFO     MSG: starting WAL-E",
    "78218d-patroni> FATAL:  the database system is starting up",
    '78218d-patroni>         DETAIL: The subcommand is "backup-list".',
    "78218d-reinitialize> reinitialize scheduled78218d-reinitialize> Identified restart loop, reinitializing",
  ];
  expect([...said(log)]).toEqual([
    ["pg_ctl", ["waiting for server to start"]],
    ["postgres", ["LOG: entering standby mode"]],
    ["wal-e", ['wal_e.main INFO MSG: starting WAL-E DETAIL: The subcommand is "backup-list".']],
    ["refused", ["FATAL: the database system is starting up"]],
    ["reinitialize", ["reinitialize scheduled", "Identified restart loop, reinitializing"]],
  ]);
});

describe.each(RELEASES)("the captured container of %s", (release) => {
  const playing = (phase: Phase) => ({ release, phase, busy: false });

  test("differs from itself in no phase", () => {
    expect(PHASES.flatMap((phase) => differences(playing(phase), capturedPhase(release, phase)))).toEqual([]);
  });

  test("differs by each line of its scripts that is left out", () => {
    const log = capturedPhase(release, "sigterm");
    const without = log.filter((line) => !line.includes("Shutting down patroni"));
    expect(differences(playing("sigterm"), without)).toEqual([
      { phase: "sigterm", program: "shutdown", line: "Shutting down patroni", how: "missing" },
    ]);
  });

  test("differs by a line that nobody says, and by one that comes too early", () => {
    const log = capturedPhase(release, "restore");
    const early = log.find((line) => line.includes("archive recovery complete")) ?? "";
    const changed = [early, "6e101b-patroni> LOG:  all is well", ...log];
    expect(differences(playing("restore"), changed).map(({ line, how }) => [how, line])).toEqual([
      ["more", "LOG: all is well"],
      ["order", "LOG: archive recovery complete"],
    ]);
  });
});

describe("Patroni's traceback over a data directory that is just being restored", () => {
  const restore = capturedPhase("0.10.2", "restore");
  const withMore = (lines: readonly string[]) =>
    differences({ release: "0.10.2", phase: "restore", busy: false }, [...restore, ...lines]).map(({ line }) => line);

  test("is no difference, as it was captured", () => {
    const lines = [...linesByContainer("f-0.10.2-containers").values()].flat();
    const from = lines.findIndex((line) => line.endsWith("ERROR: Error when calling pg_controldata"));
    const to = lines.findIndex((line, at) => at > from && line.includes("> subprocess.CalledProcessError: "));
    expect(to - from).toBeGreaterThan(8);
    expect(withMore(lines.slice(from, to + 1))).toEqual([]);
  });

  test.each([" the archive is damaged", "   restore failed", '  File "/x.py", line 3, in restore'])(
    "lets no other indented line pass: %s",
    (line) => {
      expect(withMore([`6e101b-patroni> ${line}`])).toEqual([masked(line)]);
    },
  );
});

test("the images differ: one does not pass for another", () => {
  const lines = differences(
    { release: "0.9.1", phase: "first-start", busy: false },
    capturedPhase("0.9.3", "first-start"),
  ).map(({ line }) => line);
  expect(lines).toEqual(["Beginning restart-loop detection"]);
});

test("an exception that explains nothing is told", () => {
  const exceptions = [{ phases: "all", line: /nobody says this/, reason: "none" } as const];
  expect(unexplained([], exceptions).unused).toHaveLength(1);
});
