/** All commands: names, options, examples. Implementations are loaded when their command is chosen. */
import yargs, { type Argv } from "yargs";
import { withArchive } from "../commands/archive/archive-commands.ts";
import { verifyOptions, withDepth } from "../options/archive-options.ts";
import { DEFAULT_RUNBOOK } from "../process/default-runbook.ts";
import { requireOnce } from "./given-once.ts";
import { withPreparing } from "../commands/preparing-commands.ts";
import { preparingOptions } from "../options/preparing-options.ts";
import { completion, SHELLS } from "../commands/completion.ts";
import {
  acceptOptions,
  actionsOptions,
  archiveRestoreOptions,
  consentOptions,
  discoverOptions,
  fromOptions,
  type GlobalArguments,
  globalOptions,
  inputOptions,
  inventoryOptions,
  quietOptions,
  rehearseOptions,
  reportOptions,
  resumeOptions,
  undoOptions,
  cleanupOptions,
} from "../options/options.ts";

export const NO_COMMAND = "a command is missing";

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
    .demandCommand(1, NO_COMMAND);
  return withArchive(
    withPreparing(withDiscovery(withReading(withRunning(parser, finish), finish), finish), finish),
    finish,
  );
}

const GIVEN_ONCE: readonly string[] = Object.entries({
  ...globalOptions,
  ...actionsOptions,
  ...archiveRestoreOptions,
  ...consentOptions,
  ...inputOptions,
  ...resumeOptions,
  ...fromOptions,
  ...acceptOptions,
  ...discoverOptions,
  ...inventoryOptions,
  ...preparingOptions,
  ...rehearseOptions,
  ...undoOptions,
  ...verifyOptions,
}).flatMap(([name, option]) => ("type" in option && option.type === "array" ? [] : [name]));

const SCHEMAS = ["runbook", "config"] as const;

type Parser = Argv<GlobalArguments>;

const RUN_OR_REHEARSAL =
  "any unambiguous prefix; absent: the only open run, else, where none is open, the last rehearsal that goes on";

function withRunning(parser: Parser, finish: Finish): Parser {
  return parser
    .command(
      "run [runbook]",
      "Run a runbook: the recovery of a deleted service unless another one is named",
      (command) =>
        command
          .positional("runbook", {
            type: "string",
            default: DEFAULT_RUNBOOK,
            describe: "name of a shipped runbook (each is below), or a file (default recover-deleted-service)",
          })
          .options({ ...inputOptions, ...consentOptions, ...quietOptions })
          .example("$0 run", "asks what it cannot find out")
          .example(
            "$0 run --input service=db --input org=o --input space=s --dry-run",
            "prints every command, changes nothing",
          )
          .example("$0 run --non-interactive --yes --confirm o/s/db --inputs in.yml", "for scripts")
          .example("$0 run recover-to-time", "tables of a living service, as they were at a time")
          .example(
            "$0 run test-backup --yes --quiet --input envdir=/etc/wal-e",
            "prove that a backup restores; for cron",
          )
          .example("$0 run recover-deleted-space", "every database of a deleted space: one review, one consent")
          .example("$0 run salvage-docker-volumes --input database=shop", "a database that docker-compose down took")
          .example("$0 run audit-docker-storage", "what would lose the data of a Docker host; looks only")
          .example(
            "$0 run persist-compose-data --input project=mastodon --dry-run",
            "databases of a Compose stack that live in their containers",
          ),
      async (given) => finish(await (await import("../commands/run-batch.ts")).runBatch(given)),
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
      async (given) => finish(await (await import("../commands/run/run.ts")).run({ ...given, runbook: "drill" })),
    )
    .command(
      "resume [run]",
      "Go on with a run that stopped, failed, was killed or is in doubt",
      (command) =>
        command
          .positional("run", { type: "string", describe: RUN_OR_REHEARSAL })
          .options({ ...consentOptions, ...resumeOptions, ...fromOptions, ...acceptOptions })
          .example("$0 resume", "the only open run, or what is left of a batch")
          .example("$0 resume 20261121 --decide create=adopt", "a decision for a step in doubt")
          .example("$0 resume 20261121 --decide stop=again", "a choice, as the error that stopped the run names it")
          .example(
            "$0 resume --from /mnt/jumpbox/runs/20261121-0307",
            "a run of another machine, or a copy of it: shows it and asks",
          )
          .example("$0 resume --from s3://safe/leases --take-over", "the first machine is gone: its run goes on here"),
      async (given) => finish(await (await import("../commands/run-batch.ts")).resumeBatch(given)),
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
      async (given) => finish(await (await import("../commands/undo.ts")).undo(given)),
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
      async (given) => finish(await (await import("../commands/cleanup.ts")).cleanup(given)),
    )
    .command(
      "rehearse [scenario]",
      "Play a recovery on a foundation in a box; nothing real can be reached",
      (command) =>
        command
          .positional("scenario", {
            type: "string",
            default: "happy-last-era",
            describe: "one of --list --all (default happy-last-era)",
          })
          .options({ ...consentOptions, ...rehearseOptions })
          .example("$0 rehearse", "the main job")
          .example("$0 rehearse --list --all", "every scenario")
          .example("$0 rehearse wal-gap; echo $?", "16: a rehearsal ends with the tool's own exit code")
          .example("$0 rehearse --real-database", "a real PostgreSQL at the end, and its rows"),
      async (given) => finish(await (await import("../commands/rehearse/rehearse.ts")).rehearse(given)),
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
          .example("$0 status", "the only open run")
          .example("$0 status 20261121 --json", "for scripts"),
      async (given) => finish(await (await import("../commands/status.ts")).status(given)),
    )
    .command(
      "runs",
      "All runs in the state directory",
      (command) => command.example("$0 runs --json", "for scripts"),
      async (given) => finish(await (await import("../commands/runs.ts")).runs(given)),
    )
    .command(
      "report [run]",
      "The incident report of a run, also of one that goes on, from its journal",
      (command) =>
        command
          .positional("run", { type: "string", describe: "any unambiguous prefix" })
          .options(reportOptions)
          .example("$0 report 20261121 --format html -o incident.html", "one file to attach, with nothing to fetch")
          .example("$0 report 20261121 --format update", "found, up to when, what is lost, what is needed")
          .example("$0 report 20261121 --format json", "the same, for programs"),
      async (given) => finish(await (await import("../commands/report.ts")).report(given)),
    )
    .command(
      "serve [run]",
      "Show a run as a page that goes on with it, on this machine, read-only",
      (command) =>
        command
          .positional("run", { type: "string", describe: RUN_OR_REHEARSAL })
          .option("port", {
            type: "number",
            describe: "port on 127.0.0.1 (default one that is free, and the same again for the same run)",
            requiresArg: true,
          })
          .example("$0 serve", "the only open run, for people who look on")
          .example("$0 serve 20261121 --port 8080", "behind ssh -L 8080:127.0.0.1:8080, for a colleague"),
      async (given) => finish(await (await import("../commands/serve.ts")).serve(given)),
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
          async (given) => finish(await (await import("../commands/journal-verify.ts")).journalVerify(given)),
        )
        .demandCommand(1, "what to do with the journal is missing"),
    )
    .command(
      "lint <files..>",
      "Check runbooks: all mistakes at once, with line and column",
      (command) =>
        command
          .positional("files", { type: "string", array: true, demandOption: true, describe: "runbook files" })
          .options(actionsOptions)
          .example("$0 lint runbooks/*.yml", "every shipped one"),
      async (given) => finish(await (await import("../commands/lint.ts")).lint(given)),
    )
    .command(
      "explain [code]",
      "What the code of an error means, and what to do",
      (command) =>
        command
          .positional("code", {
            type: "string",
            describe: "as it stands behind an error, or an exit code; absent: all",
          })
          .example("$0 explain in-doubt", "why a person has to decide, and how")
          .example("$0 explain 16", "every error that ends with 16"),
      async (given) => finish(await (await import("../commands/explain.ts")).explain(given)),
    )
    .command(
      "show <runbook>",
      "Print a runbook for people without the tool: inputs, steps, and the commands of each",
      (command) =>
        command
          .positional("runbook", {
            type: "string",
            demandOption: true,
            describe: "name of a shipped runbook, or a file",
          })
          .options(actionsOptions)
          .example("$0 show recover-deleted-service", "what it asks, and what is typed where it cannot run")
          .example("$0 show ./my-runbook.yml --json", "the same of a runbook of your own, for programs"),
      async (given) => finish(await (await import("../commands/show.ts")).show(given)),
    )
    .command(
      "completion <shell>",
      "A script that teaches a shell to complete commands, options, runs and scenarios",
      (command) =>
        command
          .positional("shell", { choices: SHELLS, demandOption: true, describe: "bash, zsh or fish" })
          .example('eval "$($0 completion bash)"', "in ~/.bashrc")
          .example("$0 completion fish > ~/.config/fish/completions/dingo-recover.fish", "for fish"),
      (given) => finish(completion(given)),
    )
    .command(
      "schema [of]",
      "JSON Schema of runbooks, or of the configuration, for editors",
      (command) =>
        command
          .positional("of", {
            choices: SCHEMAS,
            default: "runbook" as const,
            describe: "runbook or config (default runbook)",
          })
          .example("$0 schema > runbook.schema.json", "for your editor")
          .example("$0 schema config > config.schema.json", "of the configuration"),
      async (given) => finish(await (await import("../commands/schema.ts")).schema(given)),
    );
}

function withDiscovery(parser: Parser, finish: Finish): Parser {
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
      async (given) => finish(await (await import("../commands/discover/discover.ts")).discover(given)),
    )
    .command(
      "inventory",
      "Append every service, with what its archive is worth, to a file; for cron",
      (command) =>
        command
          .options(inventoryOptions)
          .example("$0 inventory; echo $?", "21: a service has no usable backup; 15: something could not be read")
          .example("$0 inventory --file /var/lib/dingo-recover/inventory.jsonl", "a file that discover can read later"),
      async (given) => finish(await (await import("../commands/inventory.ts")).inventory(given)),
    );
}

const DISCOVER_HELP = `Exit code:
  0   the first candidate is known to be the one that was asked for
  20  there are candidates, and of the first that is not known: its line says
      what to confirm
  17  none fits, and everything was looked at
  15  none does, but something was not looked at: it may exist`;

/** Every command that has a help text. */
export const COMMANDS: readonly string[] = [
  "run",
  "drill",
  "resume",
  "undo",
  "cleanup",
  "rehearse",
  "status",
  "runs",
  "report",
  "serve",
  "journal",
  "journal verify",
  "lint",
  "explain",
  "show",
  "completion",
  "schema",
  "discover",
  "inventory",
  "init",
  "config",
  "config show",
  "trust",
  "doctor",
  "archive",
  "archive verify",
  "archive copy",
  "archive restore",
];
