/** On real parts: the told loss of a database that was stopped, and of one that was killed, against its rows. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { DiscoverDocument } from "../../src/discovery/answer/document.ts";
import type { Deletion } from "../rig/foundation/broker.ts";
import { type Foundation, SERVICE, startFoundation } from "../rig/foundation.ts";
import { logIn } from "../rig/postgres-node.ts";
import { callTool, recover, type Recovery } from "../rig/recovery.ts";
import { onlyNode } from "../rig/scene.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import { brokerDeletion, followLog } from "../rig/syslog.ts";

interface Told {
  readonly foundation: Foundation;
  readonly recovery: Recovery;
  readonly discovered: DiscoverDocument;
  readonly rows: number;
  /** By `report`. */
  readonly update: string;
  readonly report: string;
}

/** Deletes OLD like this, with its logs beside it, and brings it back. */
async function lived(how: Deletion): Promise<Told> {
  let log: Promise<readonly string[]> | undefined;
  let began = new Date();
  const live = (old: Parameters<typeof onlyNode>[0]): Promise<void> => {
    log = followLog(onlyNode(old).container);
    began = new Date();
    return Promise.resolve();
  };
  const foundation = await startFoundation({ scene: { how, live } });
  const node = onlyNode(foundation.scene.old).container.replace("cf-", "");
  const files = {
    "broker.stdout.log": brokerDeletion({ guid: foundation.scene.guid, node, began, ended: new Date() }),
  };
  const logs = Object.entries({ ...files, "cells.log": (await log) ?? [] }).map(([name, lines]) => {
    const path = join(foundation.directory, name);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    return path;
  });
  const config = join(foundation.directory, "with-logs.yml");
  writeFileSync(config, stringify({ ...foundation.configuration, logs }));
  const found = await callTool(foundation, ["discover", "--json", "--name", SERVICE], { config });
  const recovery = await recover(foundation, { config });
  const report = async (format: string): Promise<string> =>
    (await callTool(foundation, ["report", recovery.run, "--format", format])).stdout;
  const counted = await logIn(await freshServiceKey(foundation, SERVICE, "count"), "select count(*) from visits");
  return {
    foundation,
    recovery,
    discovered: JSON.parse(found.stdout) as DiscoverDocument,
    rows: counted.ok ? Number(counted.rows[0]) : Number.NaN,
    update: await report("update"),
    report: await report("markdown"),
  };
}

/** Everything in which the run told the loss: the proof of the archive, the consent, the last screen. */
function said({ recovery }: Told): readonly string[] {
  const clause = /nothing is lost: [^"\\]+|(?:up to|all writes) [^"\\]+? may be lost \([^)]*\)/gu;
  return [...JSON.stringify(recovery.events).matchAll(clause)].map(([text]) => text.replace(/\s+/gu, " "));
}

describe.each(["clean", "kill"] as const)("a database whose container was ended like this: %s", (how) => {
  let told: Told;
  beforeAll(async () => {
    told = await lived(how);
  });
  afterAll(async () => {
    await told.foundation.stop();
  });

  const isClean = how === "clean";

  test("comes back, with the rows that the archive holds", () => {
    expect(told.recovery.stderr).toBe("");
    expect(told.recovery.exitCode).toBe(0);
    expect(told.rows).toBe(told.foundation.scene.rows);
    // The five rows of the open segment.
    expect(told.rows).toBe(isClean ? 65 : 60);
  });

  test("shows an orderly end in its log, and only if there was one", () => {
    const { cleanStop } = told.discovered.candidates[0] ?? {};
    expect(told.discovered.candidates).toHaveLength(1);
    if (isClean)
      expect(told.foundation.scene.listing.some(({ key }) => key.includes(cleanStop?.segment ?? "?"))).toBe(true);
    else expect(cleanStop).toBeNull();
  });

  test("is said to have lost the same on every screen, and nothing only if nothing is lost", () => {
    const clauses = said(told);
    expect(clauses.length).toBeGreaterThanOrEqual(3);
    const all = [...clauses, told.update, told.report].join("\n");
    if (isClean) {
      for (const clause of clauses) expect(clause).toMatch(/^nothing is lost: .* orderly way, and its last segment/u);
      expect(told.update).toContain("Nothing is lost.");
      expect(told.report).toContain("| What is lost | nothing is lost: ");
      expect(all).not.toMatch(/may be lost/u);
    } else {
      expect(new Set(clauses).size).toBe(1);
      expect(clauses[0]).toMatch(/^up to \d+ (?:s|min) of writes may be lost \(last transaction/u);
      expect(told.update).toMatch(/Up to \d+ (?:s|min) of writes may be lost\./u);
      expect(told.report).toContain(`| What is lost | ${clauses[0] ?? "?"}`);
      expect(all).not.toMatch(/nothing is lost/iu);
    }
  });
});
