/** The adapter with a real PostgreSQL, held to the contract of contract.test.ts. */
import { Unsandboxed } from "../../../src/adapters/sandbox/unsandboxed.js";
import { scratchDatabaseContract } from "../../contract/scratch-database.js";
import { withRealPostgres } from "../../contract/scratch-on-archive.js";

scratchDatabaseContract("this machine, with a real PostgreSQL", () =>
  withRealPostgres(() => Promise.resolve(new Unsandboxed("the archive is our own"))),
);
