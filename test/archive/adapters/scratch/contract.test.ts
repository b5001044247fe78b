/** The fake of the action tests, and the adapter with the rehearsal's programs, held to one contract; contract.deep.test.ts has a real PostgreSQL. */
import { rmSync } from "node:fs";
import { Unsandboxed } from "../../../../src/archive/adapters/sandbox/unsandboxed.ts";
import type { WorldHost } from "../../../../src/rehearsal/box/world-host.ts";
import { openLaptop, removeLaptop } from "../../../../src/rehearsal/supervisor/laptop.ts";
import { scratchDatabaseContract } from "../../../contract/scratch-database.ts";
import { newRoot, withPrograms, world } from "../../../contract/scratch-on-archive.ts";
import { FakeScratch } from "../../../fakes/fake-scratch.ts";

/** The archive is our own. */
const bare = () => Promise.resolve(new Unsandboxed("the archive is our own"));

scratchDatabaseContract("the fake of the action tests", () => {
  const fake = new FakeScratch();
  return Promise.resolve({
    open: () => fake,
    place: "/var/tmp/dingo-recover-fake",
    programs: "/usr/lib/postgresql/9.6/bin",
    copy: { archive: "s3://bucket/backups/x/wal", time: "2026-11-21T11:04:30.000Z", base: "base_1" },
    table: { schema: "public", table: "visits", rows: 60 },
    close: () => Promise.resolve(),
  });
});

/** A world in which no time passes, and nothing happens. */
const host: WorldHost = {
  world: () => world,
  now: () => world.now,
  apply: (event) => {
    throw new Error(`nothing should happen, and ${event.is} does`);
  },
  until: () => Promise.reject(new Error("nobody waits")),
};

scratchDatabaseContract("this machine, with the rehearsal's PostgreSQL", async () => {
  const root = newRoot();
  const laptop = await openLaptop({ directory: "contract", host, parent: root });
  return withPrograms(laptop.programs, {
    ...{ root, sandbox: bare },
    close: async () => {
      await laptop.close();
      removeLaptop("contract", root);
      rmSync(root, { recursive: true, force: true });
    },
  });
});
