/** The adapter with a real PostgreSQL, held to the contract of contract.test.ts. */
import { Unsandboxed } from "../../../../src/archive/adapters/sandbox/unsandboxed.ts";
import { scratchDatabaseContract } from "../../../contract/scratch-database.ts";
import { withRealPostgres } from "../../../contract/scratch-on-archive.ts";

scratchDatabaseContract("this machine, with a real PostgreSQL", () =>
  withRealPostgres(() => Promise.resolve(new Unsandboxed("the archive is our own"))),
);
