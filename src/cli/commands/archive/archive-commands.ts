/** The commands of the family `archive`: names, options, examples, and how each of them ends. */
import type { Argv } from "yargs";
import { copyOptions, verifyOptions } from "../../options/archive-options.ts";
import { archiveRestoreOptions, type GlobalArguments } from "../../options/options.ts";

/** `finish` is called with the exit code of the command that was chosen. */
export function withArchive(parser: Argv<GlobalArguments>, finish: (code: number) => void): Argv<GlobalArguments> {
  return parser.command("archive", "Archives of WAL-E and WAL-G in an object store", (archive) =>
    archive
      .command(
        "verify <location>",
        "Whether an archive can be restored, up to when, and what is missing",
        (command) =>
          command
            .positional("location", { type: "string", demandOption: true, describe: "s3://BUCKET/PREFIX" })
            .options(verifyOptions)
            .example("$0 archive verify s3://dingo/backups/GUID/wal", "one listing and the small objects")
            .example("$0 archive verify s3://dingo/backups/GUID/wal --deep", "look into every object as well")
            .example(
              "$0 archive verify s3://our-spilo/pg/wal --target-time '40m ago'",
              "which base backup goes back to then",
            )
            .epilogue(VERDICT_HELP),
        async (given) => finish(await (await import("./archive-verify.ts")).verifyCommand(given)),
      )
      .command(
        "copy <source> <destination>",
        "Copy an archive inside the object store, verified; the source is only read",
        (command) =>
          command
            .positional("source", { type: "string", demandOption: true, describe: "s3://BUCKET/PREFIX, only read" })
            .positional("destination", {
              type: "string",
              demandOption: true,
              describe: "s3://BUCKET/PREFIX, empty or a part of the same copy",
            })
            .options(copyOptions)
            .example("$0 archive copy s3://dingo/backups/OLD/wal s3://safe/OLD/wal", "can be run again after a break")
            .epilogue(COPY_HELP),
        async (given) => finish(await (await import("./archive-copy.ts")).copyCommand(given)),
      )
      .command(
        "restore <source> <directory>",
        "Make a data directory of an archive, that a stock PostgreSQL starts; the source is only read",
        (command) =>
          command
            .positional("source", { type: "string", demandOption: true, describe: "s3://BUCKET/PREFIX, only read" })
            .positional("directory", {
              type: "string",
              demandOption: true,
              describe: "the data directory to make: empty, or absent",
            })
            .options(archiveRestoreOptions)
            .example("$0 archive restore s3://dingo/backups/GUID/wal ./restored", "as far as the archive reaches")
            .example(
              "$0 archive restore s3://dingo/GUID/wal pg --target-time '40m ago'",
              "as it was at that time, before somebody dropped a table",
            )
            .epilogue(RESTORE_HELP),
        async (given) => finish(await (await import("./archive-restore.ts")).restoreCommand(given)),
      )
      .demandCommand(1, "what to do with the archive is missing"),
  );
}
const COPY_HELP = `What is there and equal is kept; anything else at the destination stops the
copy. At the end every object is compared. The original times of all objects,
which no copy keeps, are written beside the destination, below
dingo-recover/manifests/. A terminal is asked before it begins, a script is
not.

A copy whose answer is lost is looked for, and sent again only where it is not
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
last segment leaves no trace: with --deleted-at you hear how much that can be, at
most, and whether archiving had stopped before.`;
