/**
 * What to ask the person who deleted it, as text to paste into a chat or a mail. What comes back is a file for `--inputs`:
 * its lines are inputs of the runbook.
 */
import { wrap } from "../ui/text.js";
import type { Questioned } from "./preparing-options.js";

interface Asked {
  /** The input of the runbook that the answer is. */
  readonly input: string;
  readonly question: string;
  /** Stands behind the colon where it is not answered. */
  readonly open?: string;
}

interface Questions {
  /** What they must not do meanwhile: first of all, since it costs the most. */
  readonly first: readonly string[];
  readonly asked: readonly Asked[];
  /** What is no input, and helps all the same. */
  readonly also: readonly string[];
}

const PLACE: readonly Asked[] = [
  { input: "org", question: "In which organization was it?" },
  { input: "space", question: "In which space?" },
];

const OF_SERVICE: Questions = {
  first: [
    "Do not recreate it, and create nothing else under its name: a new service makes the recovery longer, and what is written to it may be lost.",
    "Do not delete anything more, and leave the applications as they are.",
  ],
  asked: [
    {
      input: "service",
      question:
        "What was the service called, letter by letter, as cf services shows it? It is often not the name of the database or of the application.",
    },
    ...PLACE,
    {
      input: "around",
      question:
        "When was it deleted, and by which clock? A time with its zone (2026-11-21 14:20 +01:00), or how long ago. Say when you noticed it, too, if that was later.",
    },
    {
      input: "sanity_query",
      question:
        "Which SELECT shows that the data are the right ones, for example the number of the last order? And what should it say?",
      open: '""',
    },
    {
      input: "apps",
      question: "Which applications used it? They are bound and restarted at the end.",
      open: "[]",
    },
  ],
  also: [
    "What exactly was typed or clicked? Was only the service deleted, or its space or organization too?",
    "Has anybody created a service of that name since? Has anybody written data to it?",
    "Had the service been made by clone-from, or moved from another one?",
    "Until when were the last data written that matter? What was written after the last backup of the log may be lost: a few minutes at most, as a rule.",
    "Who owns the data, and may agree to what is lost and to when it is switched over? Where can that person be reached in the next hours?",
    "Are credentials of it kept anywhere outside of its bindings? They may change.",
  ],
};

const OF_SPACE: Questions = {
  first: [
    "Do not recreate the space, and no service in it: each one that is there makes the recovery longer.",
    "Do not delete anything more.",
  ],
  asked: [
    ...PLACE,
    { input: "around", question: "When was it deleted, and by which clock? A time with its zone, or how long ago." },
    {
      input: "apps",
      question: "Which applications are there again, and which database does each need (SERVICE:APPLICATION)?",
      open: "[]",
    },
  ],
  also: [
    "Which of its databases are needed first?",
    "Who owns each of them, and may agree to what is lost?",
    "Had any of them been made by clone-from?",
  ],
};

const OF_TABLE: Questions = {
  first: [
    "Do not recreate the table, and load no dump of your own: a table that is there again is not written over.",
    "Stop what still writes wrong data, if you know what it is. The database itself goes on.",
  ],
  asked: [
    { input: "service", question: "What is the service called, as cf services shows it?" },
    ...PLACE,
    {
      input: "time",
      question:
        "When did it happen, and by which clock? A time with its zone, right before the mistake: a minute too late brings back the mistake.",
    },
    { input: "tables", question: "Which tables, with their schemas (shop.orders)?", open: "[]" },
    { input: "database", question: "In which database, where it is not the usual one?", open: "postgres" },
  ],
  also: [
    "What exactly was run: DROP, TRUNCATE, DELETE, a migration? As which user?",
    "Which tables refer to them by foreign keys? A DROP … CASCADE took these keys as well.",
    "Were rows written after that which are to be kept?",
  ],
};

const ALL: Readonly<Record<Questioned, Questions>> = {
  "recover-deleted-service": OF_SERVICE,
  "recover-deleted-space": OF_SPACE,
  "recover-to-time": OF_TABLE,
};

export interface QuestionsText {
  readonly text: string;
  readonly inputs: readonly string[];
}

/** Lines of at most 78 columns: mail programs and chats break longer ones where they like. */
const WIDTH = 78;

export function questionsText(runbook: Questioned, columns = WIDTH): QuestionsText {
  const width = Math.min(columns, WIDTH);
  const commented = (text: string): readonly string[] => wrap(text, width - 2).map((line) => `# ${line}`);
  const { first, asked, also } = ALL[runbook];
  // All but the answers begins with #: what comes back is read as it is.
  const lines = [
    ...first.flatMap(commented),
    "",
    ...commented(
      "Please answer below each question, behind the colon, and send all of it back. What you do not know, leave as it is.",
    ),
    "",
    ...asked.flatMap(({ input, question, open }) => [...commented(question), `${input}: ${open ?? ""}`.trimEnd(), ""]),
    ...commented("And in your own words, behind the # below each of these:"),
    ...also.flatMap((question) => ["#", ...commented(question), "#"]),
  ];
  return { text: `${lines.join("\n")}\n`, inputs: asked.map(({ input }) => input) };
}
