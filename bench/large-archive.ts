/**
 * A real recovery on the rig of an archive as it is after weeks: many segments of bytes that lzop cannot make smaller.
 * Told is whether the review's "takes about N minutes" came true, which is counted as it is meant: from the consent to
 * the application's log-in.
 *
 *   bash test/rig/install.sh && npm run build && npx node bench/large-archive.ts [SEGMENTS]     goal: within ± 30 %
 *
 * Takes room for four times the archive; 16 GB of WAL are written first, which takes half a second per segment.
 */
import type { RunEvent } from "../src/engine/state/event.ts";
import type { Instance } from "../test/rig/foundation/broker.ts";
import { type Foundation, SERVICE, startFoundation, TARGET } from "../test/rig/foundation.ts";
import { logIn } from "../test/rig/postgres-node.ts";
import { recover } from "../test/rig/recovery.ts";
import { onlyNode } from "../test/rig/scene.ts";
import { freshServiceKey } from "../test/rig/service-key.ts";
import { until } from "../test/rig/until.ts";

const GOAL = 0.3;
/** Of each segment's 16 MiB: a thousand segments are more than 3 GB. */
const RANDOM_BYTES_KIB = 3_400;
/** Segments that may wait for the archiver: each takes 16 MiB on the cell. */
const AHEAD = 32;

/** First and last step of what the estimate is about (runbooks/recover-deleted-service.yml). */
const FROM = "hold";
const TO = "login";

const BALLAST = "select count(*), sum(length(bytes)), md5(string_agg(md5(bytes), '' order by id)) from ballast";

/** Writes `segments` segments of random bytes. Returns what can be asked of them again. */
async function live(old: Instance, segments: number): Promise<readonly string[]> {
  const node = onlyNode(old);
  await node.sql(
    "create table ballast (id serial primary key, bytes bytea not null)",
    "alter table ballast alter bytes set storage external",
    "alter table ballast owner to appuser",
  );
  const write = `insert into ballast (bytes)
    select (select string_agg(decode(md5(random()::text || block || part), 'hex'), '') from generate_series(1, 512) part)
    from generate_series(1, ${Math.ceil(RANDOM_BYTES_KIB / 8)}) block`;
  for (let written = 0; written < segments; written += AHEAD) {
    const some = Math.min(AHEAD, segments - written);
    await node.sql(...Array.from({ length: some }, () => [write, "select pg_switch_xlog()"]).flat());
    await until(`${some} segments to be archived`, 600_000, async () => {
      const [waiting] = await node.sql("select count(*) from pg_ls_dir('pg_xlog/archive_status') f where f ~ 'ready$'");
      return Number(waiting) < 2;
    });
    console.log(`written: ${written + some} of ${segments} segments`);
  }
  return node.sql(BALLAST);
}

function stepSeconds(events: readonly RunEvent[], step: string): number {
  return events.reduce(
    (sum, event) => (event.type === "step-ended" && event.step === step ? sum + event.durationMs / 1000 : sum),
    0,
  );
}

function timeOf(events: readonly RunEvent[], type: "step-began" | "step-ended", step: string): number {
  const event = events.findLast((each) => each.type === type && each.step === step);
  if (event === undefined) throw new Error(`the run does not tell of ${step}`);
  return Date.parse(event.time);
}

function estimatedMinutes(events: readonly RunEvent[]): number {
  const review = events.find((event) => event.type === "review");
  const takes = review?.rows.find(({ label }) => label === "takes")?.value ?? "";
  const minutes = Number(/about (\d+) minutes/.exec(takes)?.[1]);
  if (!Number.isFinite(minutes)) throw new Error(`the review shows no minutes: ${takes}`);
  return minutes;
}

async function measure(foundation: Foundation, ballast: readonly string[]): Promise<void> {
  const listing = foundation.scene.listing;
  const segments = listing.filter(({ key }) => /\/wal_005\/[0-9A-F]{24}\.lzo$/.test(key)).length;
  const bytes = listing.reduce((sum, { size }) => sum + size, 0);
  console.log(`archive: ${listing.length} objects, ${segments} segments, ${(bytes / 1e9).toFixed(2)} GB`);
  const { exitCode, events, stderr, ended } = await recover(foundation);
  if (exitCode !== 0) throw new Error(`the tool ended with ${exitCode}: ${JSON.stringify(ended)}\n${stderr}`);
  const login = await freshServiceKey(foundation, SERVICE, "independent");
  const there = await logIn(login, BALLAST);
  const visits = await logIn(login, "select count(*) from visits");
  if (!there.ok || there.rows.join() !== ballast.join())
    throw new Error(`other rows came back: ${JSON.stringify(there)}`);
  console.log(
    `rows back, read through the router: ballast ${there.rows.join()}, visits ${visits.ok ? visits.rows.join() : "?"}`,
  );
  for (const step of ["fit", "aside", "copy", "start", "proof", "passwords", "login"])
    console.log(`  ${step.padEnd(10)} ${stepSeconds(events, step).toFixed(1)} s`);
  const estimate = estimatedMinutes(events);
  const minutes = (timeOf(events, "step-ended", TO) - timeOf(events, "step-began", FROM)) / 60_000;
  const ratio = minutes / estimate;
  console.log(`segments ${segments}, bytes ${bytes}`);
  console.log(`estimate ${estimate} min, real ${minutes.toFixed(1)} min for ${TARGET}`);
  console.log(`ratio ${ratio.toFixed(2)} (goal ${1 - GOAL} to ${1 + GOAL})`);
}

const segments = Number(process.argv[2] ?? "1030");
let ballast: readonly string[] = [];
const foundation = await startFoundation({
  scene: { live: async (old) => void (ballast = await live(old, segments)) },
});
try {
  await measure(foundation, ballast);
} finally {
  await foundation.stop();
}
