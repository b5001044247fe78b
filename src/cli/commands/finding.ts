/** The commands that find a deleted instance, and those that look at archives. */
import { copyOptions, verifyOptions } from "../options/archive-options.ts";
import { archiveRestoreOptions, discoverOptions, inventoryOptions } from "../options/options.ts";
import { command } from "./command.ts";

const DISCOVER_HELP = `Exit code:
  0   the first candidate is known to be the one that was asked for
  20  there are candidates, but the first is not known to be the one; its line
      says what to confirm
  17  none fits, and everything was looked at
  15  none does, but something was not looked at: a deletion may exist that was
      not seen`;

const COPY_HELP = `What is there and equal is kept; anything else at the destination stops the
copy. At the end every object is compared. The original times of all objects,
which no copy keeps, are written beside the destination, below
dingo-recover/manifests/. A terminal is asked before it begins, a script is
not.

A copy whose answer is lost is looked for, and sent again only if it is not
there. After --patience without one that ends well the command ends with 15;
the same command goes on.`;

const RESTORE_HELP = `Exit code:
  0   the directory is complete
  17  the archive cannot be restored, or not to that moment
  16  the directory is not empty, or has no room
  11  another restore works on it
  15  the store refuses, or is not reached, or the prefix is no archive
After a break the same command goes on from what is whole in DIRECTORY.partial.`;

const VERDICT_HELP = `Verdicts, and the exit code:
  restorable            0  a base backup is whole, and so is all WAL behind it
  restorable with loss  0  it can be restored; what the archive holds behind a
                           gap or on another branch does not come back
  not restorable       17  no base backup can be restored, or none to the
                           moment of --target-time
  it could not be told 15  the store refused, or something in the archive is
                           not understood; the findings say what

The data end no later than the recovery point. PostgreSQL stops at the first
gap without a word and starts all the same: believe the verdict, not a server
that has started. The verdict holds for the program and for the
recovery_target_timeline that are named with it. What is missing behind the
last segment leaves no trace. --deleted-at tells the most that it can be, and
whether archiving had stopped before.`;

const SOURCE = { type: "string", demandOption: true, describe: "s3://BUCKET/PREFIX, only read" } as const;

export const FIND = [
  command({
    words: "discover",
    what: "Find deleted instances in Cloud Foundry's records and in logs, with the evidence",
    positionals: {},
    options: discoverOptions,
    examples: [
      ["$0 discover --logs 'logs/*.gz' --name important-db", "in files"],
      ["$0 discover --cf-events --around '40m ago'", "in Cloud Foundry's own records"],
      ["$0 discover --elasticsearch https://logs.example.com:9200", "in a log store"],
      ["$0 discover --inventory inventory.jsonl --name important-db", "what went between two surveys"],
    ],
    epilogue: DISCOVER_HELP,
    run: async (given) => await (await import("./discover/discover.ts")).discover(given),
  }),
  command({
    words: "archive verify <location>",
    what: "Whether an archive can be restored, up to when, and what is missing",
    positionals: { location: { type: "string", demandOption: true, describe: "s3://BUCKET/PREFIX" } },
    options: verifyOptions,
    examples: [
      ["$0 archive verify s3://dingo/backups/GUID/wal", "one listing and the small objects"],
      ["$0 archive verify s3://dingo/backups/GUID/wal --deep", "look into every object as well"],
      ["$0 archive verify s3://our-spilo/pg/wal --target-time '40m ago'", "which base backup goes back to then"],
    ],
    epilogue: VERDICT_HELP,
    run: async (given) => await (await import("./archive/archive-verify.ts")).verifyCommand(given),
  }),
  command({
    words: "archive copy <source> <destination>",
    what: "Copy an archive inside the object store, verified; the source is only read",
    positionals: {
      source: SOURCE,
      destination: {
        type: "string",
        demandOption: true,
        describe: "s3://BUCKET/PREFIX, empty or a part of the same copy",
      },
    },
    options: copyOptions,
    examples: [["$0 archive copy s3://dingo/backups/OLD/wal s3://safe/OLD/wal", "can be run again after a break"]],
    epilogue: COPY_HELP,
    run: async (given) => await (await import("./archive/archive-copy.ts")).copyCommand(given),
  }),
  command({
    words: "archive restore <source> <directory>",
    what: "Make a data directory of an archive, that a stock PostgreSQL starts; the source is only read",
    positionals: {
      source: SOURCE,
      directory: { type: "string", demandOption: true, describe: "the data directory to make: empty, or absent" },
    },
    options: archiveRestoreOptions,
    examples: [
      ["$0 archive restore s3://dingo/backups/GUID/wal ./restored", "as far as the archive reaches"],
      [
        "$0 archive restore s3://dingo/GUID/wal pg --target-time '40m ago'",
        "as it was at that time, before somebody dropped a table",
      ],
    ],
    epilogue: RESTORE_HELP,
    run: async (given) => await (await import("./archive/archive-restore.ts")).restoreCommand(given),
  }),
  command({
    words: "inventory",
    what: "Append one line for each service to a file, with what its archive is worth; for cron",
    positionals: {},
    options: inventoryOptions,
    examples: [
      ["$0 inventory; echo $?", "21: a service has no usable backup; 15: something could not be read"],
      ["$0 inventory --file /var/lib/dingo-recover/inventory.jsonl", "a file that discover can read later"],
    ],
    run: async (given) => await (await import("./inventory.ts")).inventory(given),
  }),
];
