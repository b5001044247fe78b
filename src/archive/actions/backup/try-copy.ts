/**
 * Restores one backup once: how far it came, how long it took, and how it answered. A fault of the backup is a finding.
 */
import type { Json } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { RecoverError } from "../../../errors.ts";
import { QUERY } from "../../../kit/log-patterns/log-in.ts";
import type { RestoredCopy } from "../../../ports/scratch-database.ts";
import { lastReplayed, tellsRecovered } from "../scratch/stop-line.ts";
import { type Keeper, whileRunning } from "../scratch/while-running.ts";
import { expectationOf, type Returned, returnedOf } from "./expectation.ts";
import { type Finding, found } from "./finding.ts";
import { checkPages, type ReadingDepth, readRows, timeLimited } from "./read-rows.ts";
import { isOfTheMachine, lastWords } from "./server-words.ts";
import { untested } from "./untested.ts";

export interface Trial {
  readonly run: string;
  readonly place: string;
  readonly postgres_bin: string;
  readonly archive: string;
  readonly base: string;
  readonly database: string;
  readonly sanity_query: string;
  readonly expect: string;
  /** How much is read beside the query. */
  readonly depth: ReadingDepth;
  readonly limitMs: number;
}

export interface Tested {
  readonly recovered: boolean;
  readonly restore_seconds: number;
  readonly replay_seconds: number;
  readonly last_transaction: string;
  readonly rows: number;
  readonly value: string | number | boolean | null;
  readonly findings: Finding[];
}

/** Errors: those of the machine, of the store, and of the limit. */
export async function tryCopy(keeper: Keeper, trial: Trial): Promise<Tested> {
  const { clock } = keeper.ports;
  const began = clock.monotonicMs();
  const restored = await restoreAll(keeper, trial);
  if ("finding" in restored) return { ...NOTHING, findings: [restored.finding] };
  const restore_seconds = restored.wasThere ? -1 : secondsSince(began, clock.monotonicMs());
  const damage = lossOf(restored.copy);
  // Enough is left to end the server before the whole test is late.
  const left = (): number => began + READING * trial.limitMs - clock.monotonicMs();
  const recovered = await recoverAndAsk(keeper, { ...trial, left }, restored.copy);
  return { ...recovered, restore_seconds, findings: [...damage, ...recovered.findings] };
}

const READING = 0.95;

const NOTHING = {
  recovered: false,
  restore_seconds: -1,
  replay_seconds: -1,
  last_transaction: "",
  rows: -1,
  value: null,
};

const secondsSince = (began: number, now: number): number => Math.round((now - began) / 100) / 10;

type Restored = { readonly copy: RestoredCopy; readonly wasThere: boolean } | { readonly finding: Finding };

async function restoreAll({ ports, ...keeper }: Keeper, { run, place, archive, base }: Trial): Promise<Restored> {
  const there = await ports.scratch.look(place, run);
  if (there.state === "restored") return { copy: there.restored, wasThere: true };
  await keeper.beforeEffect();
  try {
    const copy = await ports.scratch.restore({
      ...{ run, place, archive, base, time: "", only: true, signal: keeper.signal },
      progress: (done, total) => keeper.progress({ message: "restoring the backup", done, total, unit: "bytes" }),
    });
    return { copy, wasThere: false };
  } catch (thrown) {
    if (!(thrown instanceof RecoverError) || !OF_THE_ARCHIVE.has(thrown.code)) throw thrown;
    return {
      finding: found({
        severity: "serious",
        code: "not-restorable",
        message: `the backup cannot be restored: ${thrown.message}`,
      }),
    };
  }
}

/** Of a restore that had everything it needed from the machine and the store. */
const OF_THE_ARCHIVE: ReadonlySet<string> = new Set(["not-restorable", "nothing-found"]);

function lossOf({ damaged, cut, instead }: RestoredCopy): readonly Finding[] {
  const serious = { severity: "serious", cause: BEHIND } as const;
  const before = `the WAL ends before a segment that cannot be used: ${damaged ?? ""}`;
  const inside = `the WAL ends inside a segment that others follow: ${cut ?? ""}`;
  return [
    ...(instead === undefined ? [] : [found({ ...serious, code: "wal-gap", message: instead })]),
    ...(damaged === undefined ? [] : [found({ ...serious, code: "segment-damaged", message: before })]),
    ...(cut === undefined ? [] : [found({ ...serious, code: "wal-gap", message: inside })]),
  ];
}

const BEHIND = "PostgreSQL stops there without a word, and starts: everything behind it is lost in a restore";

async function recoverAndAsk(
  keeper: Keeper,
  trial: Trial & { readonly left: () => number },
  copy: RestoredCopy,
): Promise<Omit<Tested, "restore_seconds">> {
  const { scratch, clock } = keeper.ports;
  const { place, postgres_bin: programs, database, depth, left } = trial;
  const server = { place, programs };
  const reading = { server, database, depth, left };
  const began = clock.monotonicMs();
  try {
    const { isSummed, ...seen } = await whileRunning(keeper, server, async () => {
      const said = await scratch.said(place);
      const replay_seconds = secondsSince(began, clock.monotonicMs());
      const last_transaction = lastReplayed(said);
      const end = endOf(said, last_transaction, copy);
      const asked = await ask(keeper, trial, end);
      const unread = depth === "query" ? [] : await readRows(keeper, reading);
      const isSummed = depth === "all" && (await scratch.sql(server, database, SUMMED))[0]?.[0] === "on";
      const findings = [...asked.findings, ...unread];
      return { recovered: true, replay_seconds, last_transaction, ...asked, findings, isSummed };
    });
    const unfit = depth === "all" ? await checkPages(keeper, reading, isSummed) : [];
    return { ...seen, findings: [...seen.findings, ...unfit] };
  } catch (thrown) {
    const said = await scratch.said(place);
    if (!(thrown instanceof RecoverError) || thrown.code !== "proof-failed" || keeper.signal.aborted) throw thrown;
    const words = lastWords(said);
    if (isOfTheMachine(said)) throw machineRefuses(words, place);
    const finding = found({
      severity: "serious",
      code: "not-recovered",
      message: `PostgreSQL does not recover the backup: ${words}`,
    });
    const { restore_seconds: _, ...nothing } = NOTHING;
    return { ...nothing, findings: [finding] };
  }
}

const SUMMED = "SHOW data_checksums;";

/** One commit, told by a server and read in the WAL: a stand-in's clock is coarser than a real one's. */
const SAME_MS = 1000;

/** A server that is up proves nothing: it has to have come to the end of the WAL, to the very commit that is last in it. */
function endOf(said: readonly string[], replayed: string, { lastTransaction: expected }: RestoredCopy): Finding[] {
  if (!said.some((line) => tellsRecovered(line)))
    return [
      found({
        severity: "serious",
        code: "not-recovered",
        message: "the server started without recovering from the archive",
      }),
    ];
  const short = Date.parse(expected) - Date.parse(replayed);
  if (Number.isNaN(short) || short < SAME_MS) return [];
  const message = `the recovery ended after ${replayed}, and the last commit in the archive is of ${expected}`;
  return [found({ severity: "serious", code: "recovered-less", message })];
}

function machineRefuses(words: string, place: string): Error {
  return untested(`the server ended for something that this machine lacks: ${words}`, {
    remedy: "Put that right here and test again; --input keep=true leaves the copy with its server.log.",
    place,
  });
}

type Asked = Pick<Tested, "rows" | "value" | "findings">;

async function ask({ ports: { scratch } }: Keeper, trial: Trial, before: Finding[]): Promise<Asked> {
  const { place, postgres_bin: programs, database, sanity_query: query, limitMs } = trial;
  if (query === "") return { rows: -1, value: null, findings: before };
  const sql = timeLimited(limitMs, `COPY (${query.trim().replace(/;\s*$/, "")}\n) TO STDOUT;\n`);
  try {
    const returned = returnedOf(await scratch.sql({ place, programs }, database, sql));
    return { ...plain(returned), findings: [...before, ...judged(returned, trial)] };
  } catch (thrown) {
    if (!(thrown instanceof RecoverError) || thrown.code !== "command-failed") throw thrown;
    return { rows: -1, value: null, findings: [...before, refusedQuery(thrown.message, trial)] };
  }
}

/** A question that nobody could answer says nothing of the backup; a table that is not there says a lot. */
function refusedQuery(said: string, { sanity_query: query, place }: Trial): Finding {
  if (!QUERY.failedThere.says.test(said))
    throw untested(`the sanity query could not be asked: ${said}`, {
      remedy: "See what ended the client on this machine, then test again.",
      place,
    });
  const words = /ERROR:\s*([^;]*)/.exec(said)?.[1] ?? said;
  if (QUERY.tookTooLong.says.test(words))
    throw untested(`the sanity query took too long: ${words}`, {
      remedy: "Give a shorter one, or a longer --input time_limit=….",
      place,
    });
  if (QUERY.isNone.says.test(words))
    throw untested(`the sanity query is no query: ${words}`, {
      remedy: "Give one SELECT with --input sanity_query=….",
      place,
    });
  return found({
    severity: "serious",
    code: "query-failed",
    message: `"${query}" failed in the restored database: ${words}`,
  });
}

const plain = ({ rows, value }: Returned): Pick<Tested, "rows" | "value"> => ({
  rows,
  value: isPlain(value) ? value : null,
});
const isPlain = (value: Json): value is string | number | boolean | null => typeof value !== "object" || value === null;

function judged(returned: Returned, { sanity_query: query, expect }: Trial): readonly Finding[] {
  const expectation = expectationOf(expect);
  if (expectation.holds(returned)) return [];
  const { rows, value } = returned;
  const message = `"${query}" returned ${counted(rows, "row")}, the first ${JSON.stringify(value)}, and ${expectation.text} was expected`;
  return [found({ severity: "serious", code: "expectation-failed", message })];
}
