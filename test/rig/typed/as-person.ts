/** One line of a step, typed as a person types it: a look is repeated until it shows what the step waits for. */
import { until } from "../until.ts";
import type { OperatorShell } from "./operator-shell.ts";

/** The output that a line of a step has to show before a person goes on. */
const AWAITED: readonly (readonly [step: string, line: string, shows: RegExp])[] = [
  ["create", "cf service ", /status: +create succeeded/],
  ["sacrifice", "cf service ", /status: +create succeeded/],
  ["fresh", "aws s3 ls ", /_backup_stop_sentinel\.json/],
  ["first-backup", "aws s3 ls ", /_backup_stop_sentinel\.json/],
  ["backup", "aws s3 ls ", /base_0000000[2-9]\w*_backup_stop_sentinel\.json/],
  ["keys", "/leader?", /"errorCode":100/],
  ["proof", "pg_is_in_recovery", /^f$/mu],
  ["proof", ":8008/patroni", /"database_system_identifier": *"\d+"/],
  // The output must be empty: nothing may be there.
  ["remains", "sudo ", /^$/],
  ["gone", "sudo ", /^$/],
];
/** The objects that these lines look up are absent: the broker's record of a clone, and a name that nobody has yet. */
const ABSENT: readonly (readonly [step: string, line: string])[] = [
  ["space", "cf service "],
  ["way", "aws s3 ls "],
];
const PATIENCE_MS = 240_000;

interface Line {
  readonly on: string;
  readonly text: string;
}

/** The line's output. Throws when the line fails. */
export async function typeAsPerson(shell: OperatorShell, step: string, line: Line): Promise<string> {
  const shows = AWAITED.find(([at, words]) => at === step && line.text.includes(words))?.[2];
  if (shows === undefined) return await once(shell, step, line);
  return await until(`${step}: ${line.text} to show ${String(shows)}`, PATIENCE_MS, async () => {
    const said = await once(shell, step, line);
    // Nothing may be "".
    return shows.test(said) ? { said } : undefined;
  }).then(({ said }) => said);
}

async function once(shell: OperatorShell, step: string, line: Line): Promise<string> {
  const { code, stdout, stderr } = await shell.type(line);
  const absent = ABSENT.some(([at, words]) => at === step && line.text.startsWith(words));
  const mayFail = absent || line.text.startsWith("test ");
  if (code === 0 || mayFail) return stdout;
  throw new Error(`${step}: ${line.on}$ ${line.text}\nended with ${code}: ${stdout}\n${stderr}`);
}
