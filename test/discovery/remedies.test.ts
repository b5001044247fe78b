/** A gap in the coverage stands with a remedy, for each source its own. */
import { describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../src/discovery/adapters/logs/local-log-files.ts";
import { inventoryFiles } from "../../src/cli/commands/discover/discovery-sources.ts";
import { discover } from "../../src/discovery/answer/discover.ts";
import type { DiscoverySources } from "../../src/discovery/answer/find.ts";
import { RecoverError } from "../../src/errors.ts";
import { MemoryLogSearch } from "../fakes/memory-log-search.ts";
import { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";

const now = new Date("2016-03-18T00:00:00Z");
const INSTALL = 'Install "cf" or put its directory into PATH';

async function holes(sources: Partial<DiscoverySources>): Promise<string> {
  const { table, exitCode } = await discover({ sources: { ...sources, now }, query: {} });
  expect(exitCode).toBe(15);
  return table.slice(table.indexOf("Not looked at in full:"));
}

const refusal = (remedy: string): RecoverError =>
  new RecoverError("program-missing", 'the program "cf" is not installed', { remedy, effect: "none" });

describe("what could not be looked at", () => {
  it("stands with the remedy of its failure, once, and without a run to resume", async () => {
    const cf = new RecordedCloudFoundry();
    const missing = () => Promise.reject(refusal(`${INSTALL}, then try again.`));
    Object.assign(cf, { identity: missing, usageEvents: missing, auditEvents: missing });
    const store = new MemoryLogSearch();
    store.failure = new RecoverError("unreachable", "no answer", { remedy: "Look at the store, then resume." });
    const text = await holes({ cf, stores: [store] });
    expect(text.split(`      ${INSTALL}.\n`)).toHaveLength(2);
    expect(text).toMatch(/cf-audit-events: the program "cf" is not installed.*\n {6}Install "cf"/);
    expect(text).toMatch(/no answer\n {6}Look at the store\.\n/);
  });

  it("of a bucket stands with what its store says", async () => {
    const store = new MemoryObjectStore();
    store.bucket("ours");
    const reader = store.reader();
    const list = () => Promise.reject(refusal("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."));
    const text = await holes({ clusterdata: { reader: { ...reader, list }, bucket: "ours" } });
    expect(text).toMatch(/\n {6}Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\.\n/);
  });

  it("of files that are not there asks for files, and for no further survey", async () => {
    const logs = { files: new LocalLogFiles(), patterns: ["/nowhere/broker.log"] };
    const inventory = await inventoryFiles(["/nowhere/inventory.jsonl"]);
    const text = await holes({ logs, inventory });
    expect(text).toMatch(/broker\.log: there is no such file\n {6}Name log files that are there .*--logs FILE/);
    expect(text).toMatch(/inventory\.jsonl: there is no such file\n {6}Name files that `inventory` has written/);
    expect(text).not.toContain("once more");
  });

  it("of an inventory of one survey asks for another", async () => {
    const text = await holes({ inventory: { files: [{ path: "one.jsonl", text: "" }], unreadable: [] } });
    expect(text).toMatch(/saw every instance\n {6}Run dingo-recover inventory once more\.\n/);
  });
});
