/** A store that is not reached: nothing was begun, and there is no run to resume. */
import { beforeAll, describe, expect, it } from "vitest";
import { archiveCopy } from "../../../../src/cli/commands/archive/archive-copy-core.ts";
import { archiveRestore } from "../../../../src/cli/commands/archive/archive-restore-core.ts";
import { archiveVerify } from "../../../../src/cli/commands/archive/archive-verify-core.ts";
import type { ArchiveStore } from "../../../../src/ports/object-store.ts";
import { FaultyServer } from "../../../archive/adapters/s3/faulty-server.ts";

const source = "s3://bucket/backups/old";
const AGAIN = "then run the same command again.";

let server: FaultyServer;
let store: ArchiveStore;
/** Its port is closed. */
beforeAll(async () => {
  server = await FaultyServer.start();
  store = server.store();
  await server.stop();
});

describe("a store that is not reached", () => {
  it("is named by archive verify with the remedy of a command", async () => {
    const { document, lines, exitCode } = await archiveVerify({ store, location: source });
    expect(exitCode).toBe(15);
    expect(document.problems[0]?.message).toContain(AGAIN);
    const text = lines.join(" ").replace(/\s+/g, " ");
    expect(text).toContain(AGAIN);
    expect(text).toContain("Lifecycle rules of the bucket: not known, the store did not answer.");
  });

  it("is named by archive copy and archive restore with the remedy of a command", async () => {
    const { clock } = server;
    const again = { code: "unreachable", remedy: expect.stringContaining(AGAIN) as string };
    await expect(archiveCopy({ store, clock, source, destination: "s3://bucket/copy" })).rejects.toMatchObject(again);
    const directory = "/nowhere/of/a/test";
    await expect(archiveRestore({ store, clock, source, directory })).rejects.toMatchObject(again);
  });
});
