/** The commands that bring data back, and those that practise it. */
import {
  acceptOptions,
  cleanupOptions,
  consentOptions,
  fromOptions,
  inputOptions,
  quietOptions,
  rehearseOptions,
  resumeOptions,
  undoOptions,
} from "../options/options.ts";
import { DEFAULT_RUNBOOK } from "../process/default-runbook.ts";
import { command } from "./command.ts";

/** The operand of commands that take a run, or else the only open one or the last rehearsal. */
export const RUN_OR_REHEARSAL = {
  type: "string",
  describe:
    "the run's id, or its beginning; without it the only open run, or if none is open, the last rehearsal that can go on",
} as const;

export const RECOVER = [
  command({
    words: "run [runbook]",
    what: "Run a runbook: the recovery of a deleted service unless another one is named",
    positionals: {
      runbook: {
        type: "string",
        default: DEFAULT_RUNBOOK,
        describe: "name of a shipped runbook, or a file (default recover-deleted-service)",
      },
    },
    options: { ...inputOptions, ...consentOptions, ...quietOptions },
    examples: [
      ["$0 run", "asks what it cannot find out"],
      ["$0 run --input service=db --input org=o --input space=s --dry-run", "prints every command, changes nothing"],
      ["$0 run --non-interactive --yes --confirm o/s/db --inputs in.yml", "for scripts"],
      ["$0 run recover-to-time", "tables of a living service, as they were at a time"],
      ["$0 run test-backup --yes --quiet --input envdir=/etc/wal-e", "prove that a backup restores; for cron"],
      ["$0 run recover-deleted-space", "every database of a deleted space: one review, one consent"],
      ["$0 run salvage-docker-volumes --input database=shop", "a database that docker-compose down took"],
      ["$0 run audit-docker-storage", "what would lose the data of a Docker host; looks only"],
      [
        "$0 run persist-compose-data --input project=mastodon --dry-run",
        "databases of a Compose stack that live in their containers",
      ],
    ],
    offers: "runbooks",
    run: async (given) => await (await import("./run-batch.ts")).runBatch(given),
  }),
  command({
    words: "resume [run]",
    what: "Go on with a run that stopped, failed, was killed or is in doubt",
    positionals: { run: RUN_OR_REHEARSAL },
    options: { ...consentOptions, ...resumeOptions, ...fromOptions, ...acceptOptions },
    examples: [
      ["$0 resume", "the only open run, or what is left of a batch"],
      ["$0 resume 20261121 --decide create=adopt", "a decision for a step in doubt"],
      ["$0 resume 20261121 --decide stop=again", "a choice, as the error that stopped the run names it"],
      [
        "$0 resume --from /mnt/jumpbox/runs/20261121-0307",
        "a run of another machine, or a copy of it: shows it and asks",
      ],
      ["$0 resume --from s3://safe/leases --take-over", "the first machine is gone: its run goes on here"],
    ],
    offers: "runs",
    run: async (given) => await (await import("./run-batch.ts")).resumeBatch(given),
  }),
  command({
    words: "undo [run]",
    what: "Take back what a run did, last step first; no data are deleted, those moved aside come back",
    positionals: {
      run: { type: "string", describe: "the run's id, or its beginning; not needed if only one run is open" },
    },
    options: { ...consentOptions, ...resumeOptions, ...undoOptions },
    examples: [
      ["$0 undo 20261121 --dry-run", "what would be done, and what it costs"],
      ["$0 undo 20261121 --confirm o/s/db", "for scripts; the same command goes on after a break"],
    ],
    offers: "runs",
    run: async (given) => await (await import("./undo.ts")).undo(given),
  }),
  command({
    words: "cleanup [run]",
    what: "Delete for good what a run moved aside, once a backup stands without it and the owner agrees",
    positionals: {
      run: {
        type: "string",
        describe: "the run's id, or its beginning; without it, the runs that left something aside are listed",
      },
    },
    options: { ...consentOptions, ...cleanupOptions },
    examples: [
      ["$0 cleanup 20261121 --dry-run", "objects and bytes; nothing is deleted"],
      ["$0 cleanup 20261121", "asks for the target and the owner's yes; goes on after a break"],
    ],
    offers: "runs",
    run: async (given) => await (await import("./cleanup.ts")).cleanup(given),
  }),
];

export const PRACTISE = [
  command({
    words: "rehearse [scenario]",
    what: "Play a recovery on a foundation in a box; nothing real can be reached",
    positionals: {
      scenario: {
        type: "string",
        default: "happy-last-era",
        describe: "one of --list --all (default happy-last-era)",
      },
    },
    options: { ...consentOptions, ...rehearseOptions },
    examples: [
      ["$0 rehearse", "the main job"],
      ["$0 rehearse --list --all", "every scenario"],
      ["$0 rehearse wal-gap; echo $?", "16: a rehearsal ends with the tool's own exit code"],
      ["$0 rehearse --real-database", "a real PostgreSQL at the end, and its rows"],
    ],
    offers: "scenarios",
    run: async (given) => await (await import("./rehearse/rehearse.ts")).rehearse(given),
  }),
  command({
    words: "drill",
    what: "Prove that a deleted database comes back: on a service that the drill creates, fills and deletes itself",
    positionals: {},
    options: { ...inputOptions, ...consentOptions },
    examples: [
      ["$0 drill --input org=o --input space=s", "asks before it creates, and for the name before it deletes"],
      ["$0 drill --dry-run --input org=o --input space=s", "prints every command, changes nothing"],
    ],
    run: async (given) => await (await import("./run/run.ts")).run({ ...given, runbook: "drill" }),
  }),
];
