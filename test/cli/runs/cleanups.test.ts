/** Whose cleanup a run is whose journal cannot be read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cleanupsOf, mayCleanUp, refuseSuspects } from "../../../src/cli/runs/cleanups.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

const RUN = "20261121-120000-aaaa";
const LATER = "20261121-130000-bbbb";
const EARLIER = "20261121-110000-cccc";
const began = (runbook: string, run = RUN): string => JSON.stringify({ type: "run-started", runbook, inputs: { run } });
const TORN = '{"type":"run-sta\u0000\u0000';

const path = mkdtempSync(join(tmpdir(), "dingo-recover-cleanups-"));
afterEach(() => rmSync(path, { recursive: true, force: true }));

/** A state directory with a run of these journal texts each. */
function stateOf(texts: Readonly<Record<string, string>>): StateDirectory {
  for (const [run, text] of Object.entries(texts)) {
    mkdirSync(join(path, "runs", run), { recursive: true, mode: 0o700 });
    writeFileSync(join(path, "runs", run, "journal.jsonl"), text, { mode: 0o600 });
  }
  return new StateDirectory({ path, secrets: new Secrets(), now: () => new Date() });
}

describe("a journal that cannot be read", () => {
  it.each([
    ["of another runbook", `${began("recover-deleted-service")}\nnonsense\n`, false],
    ["of a cleanup after this run", `${began("clean-up")}\nnonsense\n`, true],
    ["of a cleanup after another run", `${began("clean-up", "20261121-090000-dddd")}\nnonsense\n`, false],
    ["whose first line is lost, and which names this run", `${TORN}\n{"input":{"run":"${RUN}"}}\n`, true],
    ["whose first line is lost, and which never names this run", `${TORN}\n{"type":"decided"}\n`, false],
    ["of which no line is left", "\u0000\u0000\n", true],
    ["that nobody can look into", undefined, true],
  ])("%s", (_what, text, suspect) => {
    expect(mayCleanUp(text, { run: RUN, other: LATER })).toBe(suspect);
  });

  it("of a run that began before is no cleanup after this one", () => {
    expect(mayCleanUp("nonsense\n", { run: RUN, other: EARLIER })).toBe(false);
  });

  it("is left out by name if it cannot be a cleanup after the run", () => {
    const state = stateOf({ [RUN]: "", [LATER]: `${began("recover-deleted-service")}\nnonsense\n` });
    const cleanups = cleanupsOf(state, RUN);
    expect(cleanups).toEqual({ read: [], leftOut: [LATER], suspects: [] });
    expect(() => refuseSuspects(state, RUN, cleanups)).not.toThrow();
  });

  it("refuses by name if it may be one, and says how to go on", () => {
    const state = stateOf({ [RUN]: "", [LATER]: `${began("clean-up")}\nnonsense\n` });
    const refuse = (): void => refuseSuspects(state, RUN, cleanupsOf(state, RUN));
    expect(refuse).toThrow(new RegExp(`the journal of ${LATER} cannot be read`));
    expect(refuse).toThrow(expect.objectContaining({ remedy: expect.stringContaining(`journal verify ${LATER}`) }));
    expect(refuse).toThrow(expect.objectContaining({ remedy: expect.stringContaining(join(path, "runs", LATER)) }));
  });
});
