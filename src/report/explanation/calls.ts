/** Codes about what was typed or written: the command line, the configuration, runbooks, inputs, names of runs. */
import type { Explanation } from "./explanation.ts";

export const CALLS = {
  usage: {
    why: "A word or an option of the command line is unknown, missing or given twice. Nothing was begun.",
    next: ["Run the command with --help: it names its options, with examples."],
  },
  "config-invalid": {
    why: "The configuration file, or an environment variable that counts in its place, has a mistake, or lacks a setting that this run needs. All mistakes are named at once, with line and column. Nothing was begun.",
    next: [
      "Correct all that is named, then run the same command again.",
      "dingo-recover init asks for a configuration and writes it; dingo-recover config show --origin says where each value comes from.",
      "docs/configuration.md shows a whole configuration; secrets are named in it as { env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT] }.",
    ],
  },
  "config-untrusted": {
    why: "A configuration that only lies in your directory is not trusted: somebody else may have put it there. It can name programs to run, modules to load, and addresses that your log-ins would be sent to. It was found there, or others may write to it, or it changed since you trusted it. Nothing of it was run, loaded or sent.",
    next: [
      "dingo-recover trust shows what it would run, reach and send, and what changed; on a terminal it asks, and remembers your yes for these very contents.",
      "In a script name the file with --config FILE: that counts as trust for the call, unless others may write to the file.",
      "Keep your own file in your XDG config directory, where dingo-recover init writes it. A file there is trusted without asking, unless others may write to it.",
    ],
  },
  "runbook-invalid": {
    why: "The runbook cannot be run as it is written: a step, an action, an input or an expression does not fit. This is found before anything changes.",
    next: [
      "dingo-recover lint FILE names every mistake with line and column.",
      "dingo-recover schema prints a JSON Schema, so that an editor shows mistakes while you write.",
    ],
  },
  "runbook-changed": {
    why: "The run began with another text of this runbook. Going on with a new text could repeat or leave out a step, so it is not done silently. An upgrade of the tool can change a shipped runbook, too.",
    next: [
      "Look at what changed: the text that the run began with lies in the run's evidence.",
      "Go on with the old version, or accept the new text with dingo-recover resume RUN --accept-runbook.",
    ],
  },
  "input-invalid": {
    why: "An input was given in a form that the runbook does not take, or it names something that does not exist. No effect was begun with it.",
    next: ["Give it again with --input NAME=VALUE; the message says what is expected."],
  },
  "input-missing": {
    why: "The runbook needs an input, and the run may not ask: there is no terminal, or --non-interactive or --json was given.",
    next: ["Give it with --input NAME=VALUE or in a file with --inputs FILE, or run it at a terminal."],
  },
  "question-unanswered": {
    why: "A decision is needed that no flag has given, and the run may not ask. It stopped before the effect that the question is about.",
    next: [
      "dingo-recover status RUN shows the question.",
      "Resume at a terminal to be asked, or with the flag that the message names: --yes, --confirm TARGET, --accept-loss N, --decide STEP=CHOICE.",
      "A decision is about the question that the message shows. If something else is to be asked by then, the run stops again and says so.",
      "To adopt an instance, to stop the deleted one and to take clone-from are chosen at a terminal alone.",
    ],
  },
  "expression-failed": {
    why: "An expression or a ${{ … }} reference of the runbook met a value that it was not written for. Often that is the output of a step that was skipped.",
    next: [
      "Guard what may be absent with has(…) in the runbook.",
      "Then go on with dingo-recover resume RUN --accept-runbook.",
    ],
  },
  "run-not-found": {
    why: "No run of that name lies in the state directory that was looked in.",
    next: [
      "dingo-recover runs lists all runs there.",
      "Another state directory is named with --state-dir DIR; a run of another machine is fetched with dingo-recover resume --from s3://… .",
    ],
  },
  "run-ambiguous": {
    why: "More than one run fits what was typed, or several are open and none was named.",
    next: ["dingo-recover runs lists them; type more of the name."],
  },
  "run-ended": {
    why: "The run has come to its end, was undone, or was moved to another machine. An ended run is never begun again.",
    next: ["Read dingo-recover report RUN.", "Begin another run if there is more to do."],
  },
  "confirm-mismatch": {
    why: "The typed text is not, letter by letter, the target of this run. The target is typed so that nobody agrees to the wrong one by habit.",
    next: [
      "Compare the target on the screen with the one that you mean.",
      "If it is the right one, type it, or give --confirm TARGET.",
    ],
  },
  "name-unsupported": {
    why: "The cf CLI would read this name as an option or as something else than a name, so it is not handed to it.",
    next: ["Use another name with --input new_name=NAME, or rename the thing with cf curl."],
  },
  "secret-in-name": {
    why: "Something that a step would act on (a name, a path, an answer) contains the text of a registered secret. The journal never holds a secret, so it could not say what was done.",
    next: [
      "Nothing was done with it.",
      "If the secret is a short or common word, change it; else look where the secret got into a name.",
    ],
  },
  "output-unwritable": {
    why: "The file or device that standard output leads to takes no more, as on a full disk. A run stops safely, as if its terminal had been closed.",
    next: ["Make room there, or lead the output elsewhere.", "Then give the command again, or resume the run."],
  },
  "state-dir-unusable": {
    why: "The state directory, where runs and their journals lie, cannot be made, read or written. Without a journal no effect is begun.",
    next: [
      "Make room or rights there, or name another directory with --state-dir DIR or DINGO_RECOVER_STATE.",
      "A run that is open lies in the old one: move the whole directory, not a part of it.",
    ],
  },
} as const satisfies Record<string, Explanation>;
