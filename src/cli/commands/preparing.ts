/** The commands for the time before an incident: whether everything is there, and the configuration. */
import { configShowOptions, doctorOptions, initOptions, trustOptions } from "../options/preparing-options.ts";
import { command } from "./command.ts";

const DOCTOR_HELP = `Exit code:
  0   everything is there
  20  it is, with warnings
  10  the configuration is wrong, or lacks something
  15  a system, a program or a log-in is not there, refuses, or could not be
      looked at
  21  something else would stop a run: no room, a clock, a host key`;

export const PREPARE = [
  command({
    words: "init",
    what: "Write a configuration: asks what it needs, and comments every setting; never a secret",
    positionals: {},
    options: initOptions,
    examples: [
      ["$0 init", "asks, and writes the file in your XDG config directory"],
      ["$0 init --config dingo-recover.yml", "into this directory"],
      ["$0 init --non-interactive --set s3.bucket=our-backups", "for scripts"],
    ],
    run: async (given) => await (await import("./init/init.ts")).init(given),
  }),
  command({
    words: "config show",
    what: "What the configuration comes to, and where each value comes from; of a secret only whether it is set",
    positionals: {},
    options: configShowOptions,
    examples: [
      ["$0 config show --origin", "line of the file, variable or default"],
      ["$0 config show --json --all", "every setting, for programs"],
    ],
    run: async (given) => await (await import("./config-show.ts")).configShow(given),
  }),
  command({
    words: "trust [file]",
    what: "See what a configuration would run, reach and send, and trust it as it is now",
    positionals: { file: { type: "string", describe: "absent: the configuration that counts here" } },
    options: trustOptions,
    examples: [
      ["$0 trust", "the one in this directory, before it is obeyed"],
      ["$0 trust --forget dingo-recover.yml", "be asked about it again"],
    ],
    run: async (given) => await (await import("./trust.ts")).trust(given),
  }),
  command({
    words: "doctor",
    what: "See whether everything is there that a runbook needs: programs, log-ins, rights, reach, clocks, room",
    positionals: {},
    options: doctorOptions,
    examples: [
      ["$0 doctor", "for the recovery of a deleted service"],
      ["$0 doctor --input org=o --input space=s", "also whether you may create services there"],
      ["$0 doctor --runbook test-backup --input envdir=/etc/wal-e", "for another runbook"],
    ],
    epilogue: DOCTOR_HELP,
    run: async (given) => await (await import("./doctor/doctor.ts")).doctor(given),
  }),
];
