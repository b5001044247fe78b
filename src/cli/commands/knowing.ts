/** The commands that explain: codes, runbooks, schemas, the words themselves. */
import { actionsOptions } from "../options/options.ts";
import { command } from "./command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

export const KNOW = [
  command({
    words: "explain [code]",
    what: "What the code of an error means, and what to do",
    positionals: {
      code: { type: "string", describe: "as it stands behind an error, or an exit code; absent: all" },
    },
    options: {},
    examples: [
      ["$0 explain in-doubt", "why a person has to decide, and how"],
      ["$0 explain 16", "every error that ends with 16"],
    ],
    offers: "codes",
    run: async (given) => await (await import("./explain.ts")).explain(given),
  }),
  command({
    words: "show <runbook>",
    what: "Print a runbook for people without the tool: inputs, steps, and the commands of each",
    positionals: {
      runbook: { type: "string", demandOption: true, describe: "name of a shipped runbook, or a file" },
    },
    options: actionsOptions,
    examples: [
      ["$0 show recover-deleted-service", "what it asks, and what is typed if it cannot run"],
      ["$0 show ./my-runbook.yml --json", "the same of a runbook of your own, for programs"],
    ],
    offers: "runbooks",
    run: async (given) => await (await import("./show.ts")).show(given),
  }),
  command({
    words: "lint <files..>",
    what: "Check runbooks: all mistakes at once, with line and column",
    positionals: {
      files: { type: "string", array: true, demandOption: true, describe: "files, or names of shipped runbooks" },
    },
    options: actionsOptions,
    examples: [["$0 lint ./my-runbook.yml", "a runbook of your own"]],
    needs: ["FILE"],
    run: async (given) => await (await import("./lint.ts")).lint(given),
  }),
  command({
    words: "schema [of]",
    what: "JSON Schema of runbooks, or of the configuration, for editors",
    positionals: {
      of: { choices: ["runbook", "config"], default: "runbook", describe: "runbook or config (default runbook)" },
    },
    options: actionsOptions,
    examples: [
      ["$0 schema > runbook.schema.json", "for your editor"],
      ["$0 schema --with-actions > runbook.schema.json", "with your own actions"],
      ["$0 schema config > config.schema.json", "of the configuration"],
    ],
    run: async (given) => await (await import("./schema.ts")).schema(given),
  }),
  command({
    words: "completion <shell>",
    what: "A script that teaches a shell to complete commands, options, runs and scenarios",
    positionals: { shell: { choices: SHELLS, demandOption: true, describe: "bash, zsh or fish" } },
    options: {},
    examples: [
      ['eval "$($0 completion bash)"', "in ~/.bashrc"],
      ["$0 completion fish > ~/.config/fish/completions/dingo-recover.fish", "for fish"],
    ],
    needs: ["the name of a shell"],
    run: async (given) => (await import("./completion.ts")).completion(given),
  }),
];
