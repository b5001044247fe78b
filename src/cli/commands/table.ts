/** The table of all commands, in groups as an operator looks for them: by what he wants to do. */
import type { Command } from "./command.ts";
import { FIND } from "./finding.ts";
import { KNOW } from "./knowing.ts";
import { PREPARE } from "./preparing.ts";
import { PRACTISE, RECOVER } from "./recovering.ts";
import { WATCH } from "./watching.ts";

interface Group {
  /** One word: the first thing that is read. */
  readonly title: string;
  readonly commands: readonly Command[];
}

export const GROUPS: readonly Group[] = [
  { title: "Recover", commands: RECOVER },
  { title: "Practise", commands: PRACTISE },
  { title: "Find", commands: FIND },
  { title: "Watch", commands: WATCH },
  { title: "Prepare", commands: PREPARE },
  { title: "Know", commands: KNOW },
];

export const TABLE: readonly Command[] = GROUPS.flatMap(({ commands }) => commands);

/** First words that several commands share. */
export const FAMILIES: Readonly<Record<string, string>> = {
  archive: "Archives of WAL-E and WAL-G in an object store",
  journal: "The journal of a run",
  config: "The configuration",
};

/** The first word of a command. */
export const verbOf = ({ name }: Command): string => name.split(" ")[0] ?? "";

/** The first words of a group's commands, each once. */
export const verbsOf = ({ commands }: Group): readonly string[] => [...new Set(commands.map(verbOf))];

/** Every command and family that has a help text; a family stands before its members. */
export const COMMANDS: readonly string[] = [
  ...new Set(
    TABLE.flatMap((command) => (verbOf(command) in FAMILIES ? [verbOf(command), command.name] : [command.name])),
  ),
];
