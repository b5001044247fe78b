/** All commands: names, options, examples. Implementations are loaded when their command is chosen. */
import yargs, { type Argv } from "yargs";
import { verifyOptions, withDepth } from "./archive-options.js";
import { FAULT_HELP } from "./rehearsal-faults.js";
import { requireOnce } from "./given-once.js";
import {
  archiveRestoreOptions,
  consentOptions,
  discoverOptions,
  exportOptions,
  fromOptions,
  type GlobalArguments,
  globalOptions,
  inputOptions,
  inventoryOptions,
  rehearseOptions,
  resumeOptions,
  undoOptions,
  cleanupOptions,
} from "./options.js";

/** Called with the exit code of the command that was chosen. */
export type Finish = (code: number) => void;

/** The parser. Help is not wrapped here: `help-text.ts` lays it out. */
export function buildParser(words: readonly string[], finish: Finish): Argv<GlobalArguments> {
  const parser = yargs([...withDepth(words)])
    .scriptName("dingo-recover")
    .usage(
      "Usage: $0 <command>\n\nBrings a deleted Dingo PostgreSQL service back, step by step; it can be killed at any moment and resumed.",
    )
    .options(globalOptions)
    .group([...Object.keys(globalOptions), "help"], "Everywhere:")
    .check((given) => requireOnce(given, GIVEN_ONCE))
    .strict()
    .recommendCommands()
    .wrap(null)
    .help("help", "show this text")
    .alias("help", "h")
    .version(false)
    .demandCommand(1, "a command is missing");
  return withArchive(withReading(withHandover(withRunning(parser, finish), finish), finish), finish);
}

const GIVEN_ONCE: readonly string[] = Object.entries({
  ...globalOptions,
  ...archiveRestoreOptions,
  ...consentOptions,
  ...inputOptions,
  ...resumeOptions,
  ...fromOptions,
  ...exportOptions,
  ...discoverOptions,
  ...inventoryOptions,
  ...rehearseOptions,
  ...undoOptions,
  ...verifyOptions,
}).flatMap(([name, option]) => ("type" in option && option.type === "array" ? [] : [name]));

type Parser = Argv<GlobalArguments>;

const RUN_OR_REHEARSAL =
  "any unambiguous prefix; absent: the only open run, else, where none is open, the last rehearsal";

function withRunning(parser: Parser, finish: Finish): Parser {
  return parser
    .command(
      "run [runbook]",
      "Run a runbook: the recovery of a deleted service unless another one is named",
      (command) =>
        command
          .positional("runbook", {
            type: "string",
            default: "recover-deleted-service",
            describe: "name of a shipped runbook, or a file (default recover-deleted-service)",
          })
          .options({ ...inputOptions, ...consentOptions })
          .example("$0 run", "asks what it cannot find out")
          .example(
            "$0 run --input service=db --input org=o --input space=s --dry-run",
            "prints every command, changes nothing",
          )
          .example("$0 run --non-interactive --yes --confirm o/s/db --inputs in.yml", "for scripts")
          .example("$0 run recover-to-time", "tables of a living service, as they were at a time")
          .example("$0 run recover-deleted-space", "every database of a deleted space: one review, one consent"),
      async (given) => finish(await (await import("./batch-carry.js")).runBatch(given)),
    )
    .command(
      "drill",
      "Prove that a deleted database comes back: on a service that the drill creates, fills and deletes itself",
      (command) =>
        command
          .options({ ...inputOptions, ...consentOptions })
          .example(
            "$0 drill --input org=o --input space=s",
            "asks before it creates, and for the name before it deletes",
          )
          .example("$0 drill --dry-run --input org=o --input space=s", "prints every command, changes nothing"),
      async (given) => finish(await (await import("./run.js")).run({ ...given, runbook: "drill" })),
    )
    .command(
      "resume [run]",
      "Go on with a run that stopped, failed, was killed or is in doubt",
      (command) =>
        command
          .positional("run", { type: "string", describe: RUN_OR_REHEARSAL })
          .options({ ...consentOptions, ...resumeOptions, ...fromOptions })
          .example("$0 resume", "the only open run, or what is left of a batch")
          .example("$0 resume 20261121 --decide create=adopt", "a decision for a step in doubt")
          .example("$0 resume --from s3://safe/leases --take-over", "the first machine is gone: its run goes on here"),
      async (given) => finish(await (await import("./batch-carry.js")).resumeBatch(given)),
    )
    .command(
      "undo [run]",
      "Take back what a run did, last step first; nothing is deleted, what was moved aside comes back",
      (command) =>
        command
          .positional("run", { type: "string", describe: "any unambiguous prefix; absent where only one run is open" })
          .options({ ...consentOptions, ...resumeOptions, ...undoOptions })
          .example("$0 undo 20261121 --dry-run", "what would be done, and what it costs")
          .example("$0 undo 20261121 --confirm o/s/db", "for scripts; the same command goes on after a break"),
      async (given) => finish(await (await import("./undo.js")).undo(given)),
    )
    .command(
      "cleanup [run]",
      "Delete for good what a run moved aside, once a backup stands without it and the owner agrees",
      (command) =>
        command
          .positional("run", {
            type: "string",
            describe: "any unambiguous prefix; absent: names the runs that left something aside",
          })
          .options({ ...consentOptions, ...cleanupOptions })
          .example("$0 cleanup 20261121 --dry-run", "objects and bytes; nothing is deleted")
          .example("$0 cleanup 20261121", "asks for the target and the owner's yes; goes on after a break"),
      async (given) => finish(await (await import("./cleanup.js")).cleanup(given)),
    )
    .command(
      "rehearse [scenario]",
      "Play a recovery on a foundation in a box; nothing real can be reached",
      (command) =>
        command
          .positional("scenario", {
            type: "string",
            default: "happy-last-era",
            describe: "one of --list (default happy-last-era)",
          })
          .options({ ...consentOptions, ...rehearseOptions })
          .example("$0 rehearse", "the main job")
          .example("$0 rehearse wal-gap; echo $?", "16: a rehearsal ends with the tool's own exit code")
          .example("$0 rehearse --crash-at 40:torn", "killed in the middle of a journal line, and resumed")
          .example("$0 rehearse --fault s3:CopyObject#3=reset", "the third copy is never answered")
          .example("$0 rehearse --crash-everywhere", "the same at every journal append and every effect")
          .epilogue(FAULT_HELP),
      async (given) => finish(await (await import("./rehearse.js")).rehearse(given)),
    );
}

function withHandover(parser: Parser, finish: Finish): Parser {
  return parser.command("handover", "Move a half-finished run to another machine, in one file", (handover) =>
    handover
      .command(
        "export <run>",
        "Write a run into one file, without any secret; it does not go on here any more",
        (command) =>
          command
            .positional("run", { type: "string", demandOption: true, describe: "any unambiguous prefix" })
            .options(exportOptions)
            .example("$0 handover export 20261121 -o run.json", "journal, evidence, plan and what is open"),
        async (given) => finish(await (await import("./handover-export.js")).handoverExport(given)),
      )
      .command(
        "import <file>",
        "Take a run in that was handed over elsewhere, and go on with it",
        (command) =>
          command
            .positional("file", { type: "string", demandOption: true, describe: "what handover export wrote" })
            .options({ ...consentOptions, ...resumeOptions })
            .example("$0 handover import run.json", "asks for the secrets that it needs"),
        async (given) => finish(await (await import("./handover-import.js")).handoverImport(given)),
      )
      .demandCommand(1, "what to do about the hand-over is missing"),
  );
}

function withReading(parser: Parser, finish: Finish): Parser {
  return parser
    .command(
      "status [run]",
      "Where a run stands",
      (command) =>
        command
          .positional("run", { type: "string", describe: RUN_OR_REHEARSAL })
          .option("follow", {
            type: "boolean",
            default: false,
            describe: "go on with what another process does with it, until that ends; ends with its exit code",
          })
          .example("$0 status", "the only open run")
          .example("$0 status 20261121 --follow", "watch a colleague's run on the same machine"),
      async (given) => finish(await (await import("./status.js")).status(given)),
    )
    .command(
      "runs",
      "All runs in the state directory",
      (command) => command.example("$0 runs --json", "for scripts"),
      async (given) => finish(await (await import("./runs.js")).runs(given)),
    )
    .command(
      "report <run>",
      "The incident report of a run, from its journal",
      (command) =>
        command
          .positional("run", { type: "string", demandOption: true, describe: "any unambiguous prefix" })
          .options({
            format: {
              choices: ["markdown"] as const,
              default: "markdown" as const,
              describe: "form of the report: markdown",
            },
            output: { type: "string", alias: "o", describe: "file to write; stdout where absent", requiresArg: true },
          })
          .example("$0 report 20261121 -o incident.md", "a file to attach")
          .example("$0 report 20261121 --json", "the same text in a JSON document"),
      async (given) => finish(await (await import("./report.js")).report(given)),
    )
    .command("journal", "The journal of a run", (journal) =>
      journal
        .command(
          "verify <run>",
          "Check the hash chain; names the first bad line",
          (command) =>
            command
              .positional("run", { type: "string", demandOption: true, describe: "any unambiguous prefix" })
              .option("head", {
                type: "string",
                describe: "the head that was printed at a stop: finds a tail that was cut off",
                requiresArg: true,
              })
              .example("$0 journal verify 20261121 --head HASH", "against the head that was printed, all of it"),
          async (given) => finish(await (await import("./journal-verify.js")).journalVerify(given)),
        )
        .demandCommand(1, "what to do with the journal is missing"),
    )
    .command(
      "lint <files..>",
      "Check runbooks: all mistakes at once, with line and column",
      (command) =>
        command
          .positional("files", { type: "string", array: true, demandOption: true, describe: "runbook files" })
          .example("$0 lint runbooks/*.yml", "every shipped one"),
      async (given) => finish(await (await import("./lint.js")).lint(given)),
    )
    .command(
      "schema",
      "JSON Schema of runbooks, for editors",
      (command) => command.example("$0 schema > runbook.schema.json", "for your editor"),
      async (given) => finish(await (await import("./schema.js")).schema(given)),
    );
}

function withArchive(parser: Parser, finish: Finish): Parser {
  return parser
    .command(
      "discover",
      "Find deleted instances in Cloud Foundry's records and in logs, with the evidence",
      (command) =>
        command
          .options(discoverOptions)
          .example("$0 discover --logs 'logs/*.gz' --name important-db", "in files")
          .example("$0 discover --cf-events --around '40m ago'", "in Cloud Foundry's own records")
          .example("$0 discover --elasticsearch https://logs.example.com:9200", "in a log store")
          .example("$0 discover --inventory inventory.jsonl --name important-db", "what went between two surveys")
          .epilogue(DISCOVER_HELP),
      async (given) => finish(await (await import("./discover.js")).discover(given)),
    )
    .command(
      "inventory",
      "Append every service, with what its archive is worth, to a file; for cron",
      (command) =>
        command
          .options(inventoryOptions)
          .example("$0 inventory; echo $?", "21: a service has no usable backup; 15: something could not be read")
          .example("$0 inventory --file /var/lib/dingo-recover/inventory.jsonl", "a file that discover can read later"),
      async (given) => finish(await (await import("./inventory.js")).inventory(given)),
    )
    .command("archive", "Archives of WAL-E and WAL-G in an object store", (archive) =>
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
          async (given) => finish(await (await import("./archive-verify.js")).archiveVerify(given)),
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
              .example("$0 archive copy s3://dingo/backups/OLD/wal s3://safe/OLD/wal", "can be run again after a break")
              .epilogue(COPY_HELP),
          async (given) => finish(await (await import("./archive-copy.js")).archiveCopy(given)),
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
          async (given) => finish(await (await import("./archive-restore.js")).archiveRestore(given)),
        )
        .demandCommand(1, "what to do with the archive is missing"),
    );
}

const COPY_HELP = `What is there and equal is kept; anything else at the destination stops the
copy. At the end every object is compared. The original times of all objects,
which no copy keeps, are written beside the destination, below
dingo-recover/manifests/. A terminal is asked before it begins, a script is not.`;

const DISCOVER_HELP = `Exit code:
  0   a deleted instance fits what was asked for
  17  none does, and everything was looked at
  15  none does, but something was not looked at: it may exist`;

const RESTORE_HELP = `Exit code:
  0   the directory is complete
  17  the archive cannot be restored, or not to that moment
  16  the directory is not empty, or has no room
  11  another restore works on it
  15  the store refuses, or is not reached`;

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
last segment leaves no trace: with --deleted-at you hear whether archiving had
stopped before.`;

/** Every command that has a help text of its own. */
export const COMMANDS: readonly string[] = [
  "run",
  "drill",
  "resume",
  "undo",
  "cleanup",
  "rehearse",
  "handover",
  "handover export",
  "handover import",
  "status",
  "runs",
  "report",
  "journal",
  "journal verify",
  "lint",
  "schema",
  "discover",
  "inventory",
  "archive",
  "archive verify",
  "archive copy",
  "archive restore",
];
