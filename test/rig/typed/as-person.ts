/** One line of a step, typed as a person types it: a look is repeated until it shows what the step waits for. */
import type { Output } from "../docker.ts";
import { until } from "../until.ts";
import type { OperatorShell } from "./operator-shell.ts";

/** The output that a line of a step has to show before a person goes on. */
const AWAITED: readonly (readonly [step: string, line: string, shows: RegExp])[] = [
  // An adopted instance is updated.
  ["create", "cf service ", /status: +(?:create|update) succeeded/],
  ["sacrifice", "cf service ", /status: +create succeeded/],
  ["fresh", "aws s3 ls ", /_backup_stop_sentinel\.json/],
  ["first-backup", "aws s3 ls ", /_backup_stop_sentinel\.json/],
  ["backup", "aws s3 ls ", /base_0000000[2-9]\w*_backup_stop_sentinel\.json/],
  ["keys", "/leader?", /"errorCode":100/],
  ...["proof", "clone-proof"].flatMap((step): (typeof AWAITED)[number][] => [
    [step, "pg_is_in_recovery", /^f$/mu],
    [step, ":8008/patroni", /"database_system_identifier": *"\d+"/],
  ]),
  // The output must be empty: nothing may be there.
  ["remains", "sudo ", /^$/],
  ["gone", "sudo ", /^$/],
];
/** Steps, and beginnings of lines that look for something absent: the broker's record of a clone, a name that nobody has yet. */
const ABSENT = ["space cf service ", "place cf service ", "way aws s3 ls "];
/** The tests that a line begins with: if they do not hold, the command behind them is not run. */
const CONDITION = /^(?:test(?: (?:'[^']*'|\\'|[^\s'&])+)+ && )+/u;
const PATIENCE_MS = 240_000;

interface Line {
  readonly on: string;
  readonly text: string;
}

/** How the answers of an unusual world differ. */
export interface Unusual {
  /** By step: the output that its lines have to show. */
  readonly shows?: Readonly<Record<string, RegExp>>;
  /** Steps, and beginnings of lines that fail in this world. */
  readonly fails?: readonly string[];
}

/** The line's end. Throws when the line fails. */
export async function typeAsPerson(
  shell: OperatorShell,
  step: string,
  line: Line,
  { shows: shown = {}, fails = [] }: Unusual = {},
): Promise<Output> {
  const usual = AWAITED.find(([at, words]) => at === step && line.text.includes(words))?.[2];
  const shows = shown[step] ?? usual;
  const once = async (): Promise<Output> => {
    const output = await shell.type(line);
    const [condition = ""] = CONDITION.exec(line.text) ?? [];
    const command = `${step} ${line.text.slice(condition.length)}`;
    if (output.code === 0 || [...ABSENT, ...fails].some((begin) => command.startsWith(begin))) return output;
    if (condition !== "" && (await shell.type({ ...line, text: `${condition}true` })).code !== 0) return output;
    const { code, stdout, stderr } = output;
    throw new Error(`${step}: ${line.on}$ ${line.text}\nended with ${code}: ${stdout}\n${stderr}`);
  };
  if (shows === undefined) return await once();
  return await until(`${step}: ${line.text} to show ${String(shows)}`, PATIENCE_MS, async () => {
    const output = await once();
    return shows.test(output.stdout) ? output : undefined;
  });
}
