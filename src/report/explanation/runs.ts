/** Codes about how a run stands: stopped, in doubt, failed, taken over, its journal. */
import type { Explanation } from "./explanation.ts";

export const RUNS = {
  internal: {
    why: "Something happened that the program does not provide for. The journal has each step that had begun; on resume the world is looked at before anything is done again.",
    next: [
      "dingo-recover resume RUN is safe: an effect of unknown outcome is probed first.",
      "Run it again with DINGO_RECOVER_DEBUG=1 to see where it happens, and report it with the output of dingo-recover journal verify RUN.",
    ],
  },
  "stopped-by-operator": {
    why: "You said no, or asked to stop. The step that was asked about was not begun; what was finished before stays.",
    next: ["dingo-recover resume RUN asks again.", "dingo-recover undo RUN takes back what was done."],
  },
  interrupted: {
    why: "A signal ended the process, or the terminal was closed. The journal has the step at work as begun.",
    next: ["dingo-recover resume RUN looks at what became of it and goes on."],
  },
  locked: {
    why: "Another run, or another process with this run, works on the same target. Two at once would harm it.",
    next: [
      "dingo-recover status RUN shows the other one at work.",
      "If its process is gone for good: dingo-recover resume RUN --take-over.",
    ],
  },
  fenced: {
    why: "Another process or machine has taken this run over. This one does nothing more; what it had in flight is probed there.",
    next: ["Go on where it was taken over.", "dingo-recover status RUN shows who carries it."],
  },
  "import-not-accepted": {
    why: "The journal was written on another machine. Its hashes show that it is whole, and not who wrote it. Nothing of it was taken in.",
    next: [
      "Read what the command shows: runbook, inputs, target, lease, what is done and what comes next with its effect.",
      "Compare the head hash with the person who carried the run before: every stop of a run prints it.",
      "Agree on a terminal, or give --accept HEAD. No approval of the other machine counts: each is asked for again.",
    ],
  },
  "journal-broken": {
    why: "The hash chain of the run's journal does not hold: a line was changed, lost or put in. Nothing is done by such a journal.",
    next: [
      "dingo-recover journal verify RUN names the first bad line.",
      "Put the file back from a copy, or fetch the mirrored one with dingo-recover resume --from s3://… .",
    ],
  },
  "journal-write-failed": {
    why: "An entry could not be made durable: the disk is full or failing, or the mirror cannot be written. The effect that it announces was not begun.",
    next: [
      "Make room or mend the disk, then dingo-recover resume RUN; if it was the first entry, no run has begun: begin again.",
    ],
  },
  "journal-version": {
    why: "A newer version of the tool has written to this run, and this one may not understand what was done.",
    next: ["Go on with that version or a later one: dingo-recover --version tells which this is."],
  },
  "journal-too-large": {
    why: "The run's journal has more bytes than are read at once, and than any run writes. Something else wrote to it, or put its own file there. Nothing was begun.",
    next: [
      "dingo-recover journal verify RUN reads it line by line and names the first line that does not fit.",
      "Put the file back from a copy, or fetch the mirrored one with dingo-recover resume --from s3://… .",
    ],
  },
  "step-failed": {
    why: "A step failed. It was probed afterwards: the message says whether anything of it is in the world.",
    next: [
      "Mend what the message names, then dingo-recover resume RUN: the step is attempted again, behind its guard.",
      "dingo-recover undo RUN takes back what was done before it.",
    ],
  },
  "own-action-failed": {
    why: "A step is done by an action of your own, and its program threw an error. The message names the action and its function. The fault is not in dingo-recover.",
    next: [
      "Mend the file that the message names, or tell its author. An own guard refuses by refuse(message, remedy).",
      "Then dingo-recover resume RUN: a step that may have had its effect is probed first.",
    ],
  },
  "own-action-strayed": {
    why: "An action of your own had answered. Something that it had begun failed afterwards: a timer, or a promise that it did not wait for. The run stopped, because nobody knows what else that work did.",
    next: [
      "Mend the file that the message names: the action waits for each thing that it begins.",
      "Then dingo-recover resume RUN: a step that may have had its effect is probed first.",
    ],
  },
  "proof-failed": {
    why: "A step said that it succeeded, and the world does not show it. An exit code and a log line are no proof here: rows, identities, log-ins and object counts are.",
    next: [
      "Look at the evidence that the message names before you do anything else.",
      "dingo-recover report RUN shows what was proved and what was not; nothing is deleted meanwhile.",
    ],
  },
  "deadline-passed": {
    why: "Something was waited for and did not happen in time. It may still happen.",
    next: ["Look at it as the message says; when it has happened, dingo-recover resume RUN goes on."],
  },
  "in-doubt": {
    why: "A step had begun, its outcome is not in the journal, and looking at the world does not tell. Doing it again could do it twice, leaving it could leave it out: so a person decides.",
    next: [
      "dingo-recover status RUN shows the evidence, the choices and what each leads to.",
      "dingo-recover resume RUN asks; in a script --decide STEP=adopt, redo, undo or by-hand.",
    ],
  },
} as const satisfies Record<string, Explanation>;
