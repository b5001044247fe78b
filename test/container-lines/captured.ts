/**
 * The captured logs' demands on a container that plays one of their images. It must print all lines of the image's own
 * scripts, in their order, and no others. Patroni, PostgreSQL and wal-e are the same programs in all images, and the
 * machine's load decides which lines they print in a phase. The lines that they print in the captures of all images
 * must be there, in the order that all captures agree on, and no line that none of them ever printed.
 */
import { capturedPhase, capturedUnderLoad, type Difference, type Said, said } from "./container-lines.ts";
import { PHASES, type Phase, type Release, RELEASES } from "./phases.ts";

/** Parts that differ from image to image. */
const SCRIPTS: ReadonlySet<string> = new Set(["startup", "start_pg", "restore_leader_if_missing", "reinitialize"]);

/** An extra line of start-up, when registrator is late. */
const LATE = "container not yet registered, waiting...";

/** Lines of which timing alone decides whether a phase has them: they may be there, and need not. */
export const BY_TIMING: readonly (readonly [line: RegExp, why: string])[] = [
  [/^FATAL: the database system is starting up$/, "pg_ctl and pg_isready knock while a server starts"],
  [/^INFO: Lock owner: GUID; I am GUID$/, "a turn of Patroni's loop, every ten seconds"],
  [/^INFO: does not have lock$/, "a turn of Patroni's loop"],
  [/^INFO: no action\. i am /, "a turn of Patroni's loop"],
  [/^Not uploading backup because I am currently in recovery$/, "every five seconds, while there is a standby"],
  [/^wal_e.operator.backup INFO MSG: promoted prefetched wal segment /, "wal-e fetches ahead, where it comes to it"],
];

/** A traceback of Python 3.11 from Patroni's look at a data directory: its frames, and the code and the marks of each. */
const CONTROLDATA_FAILED = [
  "ERROR: Error when calling pg_controldata$",
  "pg_controldata: could not open file ",
  "Traceback \\(most recent call last\\):$",
  ' File "\\S+/postgresql\\.py", line N, in controldata$',
  ' File "\\S+/subprocess\\.py", line N, in (?:check_output|run)$',
  " data = subprocess\\.check_output\\(\\['pg_controldata', self\\.data_dir\\]\\)$",
  " return run\\(\\*popenargs, stdout=PIPE, timeout=timeout, check=True,$",
  " raise CalledProcessError\\(retcode, process\\.args,$",
  " \\^+$",
  "subprocess\\.CalledProcessError: Command '\\['pg_controldata'",
];

/** Lines that these programs were seen to print, in no captured phase: the machine's load decides. */
const RARE: readonly (readonly [line: RegExp, why: string])[] = [
  [
    new RegExp(`^(?:${CONTROLDATA_FAILED.join("|")})`),
    "Patroni looks at a data directory that is just being restored, and prints a traceback",
  ],
  [
    /^LOG: new target timeline is N$|^LOG: restarted WAL streaming at LSN on timeline N$/,
    "a leader that has handed over follows the new one, as far as it comes in its ten seconds",
  ],
  [
    /^FATAL: could not connect to the primary server: FATAL: the database system is (?:shutting down|starting up)$/,
    "a replica's WAL receiver knocks at a leader that is just going or coming (libpqwalreceiver.c)",
  ],
];

/** Lines of two threads: which one comes first is a matter of the machine's load. */
const SIDE_BY_SIDE: readonly (readonly [one: string, other: string, why: string])[] = [
  [
    "INFO: reinitialize started",
    "INFO: Removing data directory: /data/postgresN",
    "Patroni's loop says that the work began, its executor's thread does the work (patroni/ha.py, reinitialize)",
  ],
];

const beside = (a: string, b: string): boolean =>
  SIDE_BY_SIDE.some(([one, other]) => (a === one && b === other) || (a === other && b === one));

const matches = (line: string, list: typeof BY_TIMING): boolean => list.some(([pattern]) => pattern.test(line));
const demands = (line: string): boolean => !matches(line, BY_TIMING);

const captures = new Map<Release, ReadonlyMap<Phase, Said>>(
  RELEASES.map((release) => [release, new Map(PHASES.map((phase) => [phase, said(capturedPhase(release, phase))]))]),
);

/** The same phases on a machine that had too much to do: fewer lines are certain there, and some are to be met only there. */
const underLoad = new Map<Phase, readonly Said[]>(PHASES.map((phase) => [phase, capturedUnderLoad(phase).map(said)]));

const captureOf = (release: Release, phase: Phase): Said => captures.get(release)?.get(phase) ?? new Map();

export interface Played {
  readonly release: Release;
  readonly phase: Phase;
  /** The machine may have had too much to do: uncertain lines are not demanded then. */
  readonly busy: boolean;
}

interface Demand {
  /** Captured sequences whose common lines must be there. */
  readonly samples: readonly (readonly string[])[];
  readonly allowed: ReadonlySet<string>;
}

function demandOf({ release, phase, busy }: Played, program: string): Demand {
  const of = (life: Said): readonly string[] => life.get(program) ?? [];
  if (SCRIPTS.has(program)) {
    const own = of(captureOf(release, phase));
    return { samples: [own], allowed: new Set([...own, LATE]) };
  }
  const samples = RELEASES.map((each) => captureOf(each, phase));
  const lives = PHASES.flatMap((any) => [
    ...RELEASES.map((each) => captureOf(each, any)),
    ...(underLoad.get(any) ?? []),
  ]);
  return {
    samples: [...samples, ...(busy ? (underLoad.get(phase) ?? []) : [])].map(of),
    allowed: new Set(lives.flatMap(of)),
  };
}

export function differences(played: Played, log: readonly string[]): readonly Difference[] {
  const { phase } = played;
  const ours = said(log);
  const programs = new Set([...RELEASES.flatMap((each) => [...captureOf(each, phase).keys()]), ...ours.keys()]);
  return [...programs].flatMap((program) => {
    const { samples, allowed } = demandOf(played, program);
    const own = ours.get(program) ?? [];
    const certain = (samples[0] ?? []).filter((line) => samples.every((sample) => sample.includes(line)));
    const differs = (how: Difference["how"]) => (line: string) => ({ phase, program, line, how });
    return [
      ...certain.filter((line) => !own.includes(line) && demands(line)).map(differs("missing")),
      ...own.filter((line) => !allowed.has(line) && !matches(line, RARE)).map(differs("more")),
      ...outOfOrder(
        certain.filter((line) => own.includes(line) && demands(line)),
        samples,
        own,
      ).map(differs("order")),
    ];
  });
}

/** Lines that come before one that is earlier in every sample. */
function outOfOrder(
  lines: readonly string[],
  samples: readonly (readonly string[])[],
  own: readonly string[],
): string[] {
  const earlier = (a: string, b: string): boolean =>
    !beside(a, b) &&
    samples.every((sample) => sample.indexOf(a) < sample.indexOf(b)) &&
    own.indexOf(a) > own.indexOf(b);
  return lines.filter((line) => lines.some((other) => earlier(other, line)));
}

/** A difference that is allowed, and why; `line` is matched against the line without names and numbers. */
export interface Exception {
  readonly phases: readonly Phase[] | "all";
  readonly line: RegExp;
  readonly reason: string;
}

/** The differences that no exception explains, and the exceptions that explain none. */
export function unexplained(
  found: readonly Difference[],
  exceptions: readonly Exception[],
): { readonly differences: readonly string[]; readonly unused: readonly string[] } {
  const explains = ({ phases, line }: Exception, difference: Difference): boolean =>
    (phases === "all" || phases.includes(difference.phase)) && line.test(difference.line);
  return {
    differences: found
      .filter((difference) => !exceptions.some((exception) => explains(exception, difference)))
      .map(({ phase, program, how, line }) => `${phase}: ${program}: ${how}: ${line}`),
    unused: exceptions
      .filter((exception) => !found.some((difference) => explains(exception, difference)))
      .map(({ line, reason }) => `${String(line)}: ${reason}`),
  };
}
