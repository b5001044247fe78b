/** Commands for the time before an incident: whether everything is there, and the configuration. */
import type { Argv } from "yargs";
import type { GlobalArguments } from "../options/options.ts";
import { configShowOptions, doctorOptions, initOptions, trustOptions } from "../options/preparing-options.ts";

type Parser = Argv<GlobalArguments>;
type Finish = (code: number) => void;

/** `finish` is called with the exit code of the command that was chosen. */
export function withPreparing(parser: Parser, finish: Finish): Parser {
  return withTrust(withDoctor(withConfiguration(parser, finish), finish), finish);
}

function withTrust(parser: Parser, finish: Finish): Parser {
  return parser.command(
    "trust [file]",
    "See what a configuration would run, reach and send, and trust it as it is now",
    (command) =>
      command
        .positional("file", { type: "string", describe: "absent: the configuration that counts here" })
        .options(trustOptions)
        .example("$0 trust", "the one in this directory, before it is obeyed")
        .example("$0 trust --forget dingo-recover.yml", "be asked about it again"),
    async (given) => finish(await (await import("./trust.ts")).trust(given)),
  );
}

function withConfiguration(parser: Parser, finish: Finish): Parser {
  return parser
    .command(
      "init",
      "Write a configuration: asks what it needs, and comments every setting; never a secret",
      (command) =>
        command
          .options(initOptions)
          .example("$0 init", "asks, and writes the file in your XDG config directory")
          .example("$0 init --config dingo-recover.yml", "into this directory")
          .example("$0 init --non-interactive --set s3.bucket=our-backups", "for scripts"),
      async (given) => finish(await (await import("./init/init.ts")).init(given)),
    )
    .command("config", "The configuration", (config) =>
      config
        .command(
          "show",
          "What the configuration comes to, and where each value comes from; of a secret only whether it is set",
          (command) =>
            command
              .options(configShowOptions)
              .example("$0 config show --origin", "line of the file, variable or default")
              .example("$0 config show --json --all", "every setting, for programs"),
          async (given) => finish(await (await import("./config-show.ts")).configShow(given)),
        )
        .demandCommand(1, "what to do with the configuration is missing"),
    );
}

function withDoctor(parser: Parser, finish: Finish): Parser {
  return parser.command(
    "doctor",
    "See whether everything is there that a runbook needs: programs, log-ins, rights, reach, clocks, room",
    (command) =>
      command
        .options(doctorOptions)
        .example("$0 doctor", "for the recovery of a deleted service")
        .example("$0 doctor --input org=o --input space=s", "also whether you may create services there")
        .example("$0 doctor --runbook test-backup --input envdir=/etc/wal-e", "for another runbook")
        .epilogue(DOCTOR_HELP),
    async (given) => finish(await (await import("./doctor/doctor.ts")).doctor(given)),
  );
}

const DOCTOR_HELP = `Exit code:
  0   everything is there
  20  it is, with warnings
  10  the configuration is wrong, or lacks something
  15  a system, a program or a log-in is not there, refuses, or could not be
      looked at
  21  something else would stop a run: no room, a clock, a host key`;
