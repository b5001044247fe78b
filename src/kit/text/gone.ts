/**
 * Words that a former version knew, each with the way on: who writes one has not mistyped it. One table for the command
 * line, the configuration and runbooks.
 */
import type { Finding } from "./diagnostic.ts";
import { quoted } from "./printable.ts";

const TAR = "Send the run's directory: tar -C STATE_DIR/runs -czf run.tgz RUN. The output of doctor --json helps, too.";

const FILES = "Write one file for each foundation, and name it with --config FILE.";

const PLAYERS =
  "Kill the tool yourself (kill -9) and resume it; each place of a kill and each fault is played by the project's tests: npm run test:deep.";

const BROKER =
  "Save the broker's answer, and give it to discover with --logs: curl --user NAME http://HOST:8888/admin/service_instances/GUID > record.json";

const RIGHTS =
  "Leave it out: rights are not looked at any more. The finding deletion-not-known has the line that asks AWS for them.";

const PAGE =
  'docs/comparison.md, "The published page", says what it ends in; dingo-recover rehearse --list shows the scenarios.';

const MOVE = "Copy STATE_DIR/runs/RUN, and go on there with dingo-recover resume --from DIRECTORY.";
const ONE_PERSON = "Leave it out: one person approves, and who else has to agree is agreed outside of this tool.";

export const GONE = {
  /** The first word, or both words of one that has two. */
  command: {
    approve: ONE_PERSON,
    handover: MOVE,
    questions: "Paste from docs/what-to-ask.md what to ask the person who deleted it.",
    complete: 'Make the script for your shell anew: eval "$(dingo-recover completion bash)".',
  },
  /** Alone if every command had it, else behind its command. */
  option: {
    "discover --broker": BROKER,
    "doctor --bundle": TAR,
    "resume --approval": ONE_PERSON,
    "undo --approval": ONE_PERSON,
    "cleanup --approval": ONE_PERSON,
    "--profile": FILES,
    "rehearse --crash-at": PLAYERS,
    "rehearse --crash-everywhere": PLAYERS,
    "rehearse --fault": PLAYERS,
    "rehearse --seed": "Leave it out: every rehearsal of a scenario plays the same.",
    "status --follow": "Use tail -f STATE_DIR/runs/RUN/events.jsonl; dingo-recover status says where a run stands.",
    "report --trend": "dingo-recover runs --json names each test of a backup; report RUN --format json has its times.",
    "report --svg": "dingo-recover runs --json names each test of a backup, for a picture of your own.",
  },
  /** A key of the configuration, at the top. */
  setting: {
    profiles: FILES,
    broker: BROKER,
    approvals: ONE_PERSON,
    alert:
      "Pass on how a run ended from outside, as docs/alerts.md says: || curl, OnFailure=, the last line of --json.",
  },
  /** Of the environment. */
  variable: { DINGO_RECOVER_PROFILE: FILES },
  /** Of a rehearsal. */
  scenario: { "page-procedure": PAGE, "stale-identifier": PAGE },
  /** Of a test of a backup, that counted as serious. */
  finding: { deletable: RIGHTS, overwritable: RIGHTS, "protection-changeable": RIGHTS },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type GoneKind = keyof typeof GONE;

/** Says that the word is gone, and the way on; undefined if no version knew it. */
export function gone(kind: GoneKind, word: string): Finding | undefined {
  const words: Readonly<Record<string, string>> = GONE[kind];
  const remedy = Object.hasOwn(words, word) ? words[word] : undefined;
  return remedy === undefined ? undefined : { message: `the ${kind} ${quoted(word)} is gone`, remedy };
}
