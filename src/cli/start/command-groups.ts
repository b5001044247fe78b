/** The commands as an operator looks for them: by what he wants to do. */
export interface CommandGroup {
  /** One word: the first thing that is read. */
  readonly title: string;
  readonly commands: readonly string[];
}

export const GROUPS: readonly CommandGroup[] = [
  { title: "Recover", commands: ["run", "resume", "undo", "cleanup"] },
  { title: "Practise", commands: ["rehearse", "drill"] },
  { title: "Find", commands: ["discover", "archive", "inventory"] },
  { title: "Watch", commands: ["status", "runs", "report", "serve", "journal"] },
  { title: "Prepare", commands: ["init", "config", "trust", "doctor"] },
  { title: "Know", commands: ["explain", "show", "lint", "schema", "completion"] },
];

/** A newcomer's commands, in this order. */
export const FIRST_EXAMPLES: readonly (readonly [command: string, what: string])[] = [
  ["dingo-recover rehearse", "the whole job on a foundation in a box: nothing real can be reached"],
  ["dingo-recover run --dry-run", "everything that only reads, and every other command with real values"],
  ["dingo-recover run", "somebody has deleted a database: asks what it cannot find out"],
  ["dingo-recover resume", "after a stop, a kill or a lost network"],
];
