/** The note of a server in a sandbox: only a process that is shown to be it is signalled. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteServer, notedServer } from "../../../../src/archive/adapters/sandbox/note.ts";
import { processOf } from "../../../../src/kit/process/process-identity.ts";

let place = "";
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "dingo-recover-note-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe("a noted server", () => {
  it("is alive while its process is, begun by a tool that is", () => {
    noteServer(place, process.pid);
    expect(notedServer(place)).toMatchObject({ isAlive: true, isOrphan: false });
  });

  it("is down when it ended before its start could be read: its number may be a stranger's by now", () => {
    const server = { ...processOf(process.pid), started: null };
    writeFileSync(join(place, "sandbox.json"), JSON.stringify({ server, keeper: processOf(process.pid) }));
    expect(notedServer(place)).toMatchObject({ isAlive: false });
  });

  it("is known when the tool was process 1 of a container", () => {
    const keeper = { host: hostname(), pid: 1, started: "0" };
    writeFileSync(join(place, "sandbox.json"), JSON.stringify({ server: processOf(process.pid), keeper }));
    expect(notedServer(place)).toMatchObject({ isAlive: true, isOrphan: true });
  });
});
