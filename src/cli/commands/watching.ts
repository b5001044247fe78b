/** The commands that show runs. */
import { value } from "../options/kinds.ts";
import { reportOptions } from "../options/options.ts";
import { command } from "./command.ts";
import { RUN_OR_REHEARSAL } from "./recovering.ts";

export const WATCH = [
  command({
    words: "status [run]",
    what: "Where a run stands",
    positionals: { run: RUN_OR_REHEARSAL },
    options: {},
    examples: [
      ["$0 status", "the only open run"],
      ["$0 status 20261121 --json", "for scripts"],
    ],
    offers: "runs",
    run: async (given) => await (await import("./status.ts")).status(given),
  }),
  command({
    words: "runs",
    what: "All runs in the state directory",
    positionals: {},
    options: {},
    examples: [["$0 runs --json", "for scripts"]],
    run: async (given) => await (await import("./runs.ts")).runs(given),
  }),
  command({
    words: "report [run]",
    what: "The incident report of a run, also of one that goes on, from its journal",
    positionals: {
      run: {
        type: "string",
        describe: "the run's id, or its beginning; without one, the call is refused and names the last run",
      },
    },
    options: reportOptions,
    examples: [
      ["$0 report 20261121 --format html -o incident.html", "one file to attach, with nothing to fetch"],
      ["$0 report 20261121 --format update", "found, up to when, what is lost, what is needed"],
      ["$0 report 20261121 --format json", "the same, for programs"],
    ],
    offers: "runs",
    run: async (given) => await (await import("./report.ts")).report(given),
  }),
  command({
    words: "serve [run]",
    what: "Show a run as a page that goes on with it, on this machine, read-only",
    positionals: { run: RUN_OR_REHEARSAL },
    options: {
      port: {
        type: "number",
        word: "PORT",
        describe: "port on 127.0.0.1 (default one that is free, and the same again for the same run)",
        requiresArg: true,
      },
    },
    examples: [
      ["$0 serve", "the only open run, for people who look on"],
      ["$0 serve 20261121 --port 8080", "behind ssh -L 8080:127.0.0.1:8080, for a colleague"],
    ],
    offers: "runs",
    run: async (given) => await (await import("./serve.ts")).serve(given),
  }),
  command({
    words: "journal verify <run>",
    what: "Check the hash chain; names the first bad line",
    positionals: { run: { type: "string", demandOption: true, describe: "the run's id, or its beginning" } },
    options: {
      head: value("HASH", "the head that was printed at a stop: finds a tail that was cut off"),
    },
    examples: [["$0 journal verify 20261121 --head HASH", "against the head that was printed, all of it"]],
    offers: "runs",
    run: async (given) => await (await import("./journal-verify.ts")).journalVerify(given),
  }),
];
