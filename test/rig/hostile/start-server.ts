/** A process that starts a server on a copy that is there, says so, and waits to be killed: KIND PLACE PROGRAMS. */
import { LocalScratch } from "../../../src/archive/adapters/scratch/scratch-databases.ts";
import { sandboxOfKind } from "./sandboxes.ts";

const [, , kind, place = "", programs = ""] = process.argv;
const path = "/usr/bin:/bin";
const { signal } = new AbortController();
const scratch = new LocalScratch({
  ...{ path, signal, root: "/var/tmp" },
  restore: () => Promise.reject(new Error("it is there")),
  sandbox: sandboxOfKind(kind === "container" ? "container" : "bubblewrap"),
});
await scratch.start({ place, programs });
process.stdout.write("started\n");
process.stdin.resume();
