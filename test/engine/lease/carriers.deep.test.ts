/**
 * Law 18, by chaos: three carriers with clocks an hour apart carry the same runs, by the real tool over a real MinIO. They
 * are killed, stopped for longer than an answer of the lease lives, and cut off. No effect happens twice, as the far side
 * counts, and each run comes to its end.
 */
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { Ledger } from "../../rig/ledger.ts";
import { ObjectStore } from "../../rig/object-store.ts";
import { until } from "../../rig/until.ts";
import { SeverableWay } from "../../rehearsal/laptops/severable-way.ts";

const TARGETS = Number(process.env["CHAOS_TARGETS"] ?? 60);
const CARRIERS = [0, -1, 1].map((hoursOff, index) => ({ name: `carrier-${index}`, hoursOff }));
/** Longer than an answer of the lease counts. */
const STOPPED_MS = 6_000;
/** Targets that are picked among, begun ones first: all carriers meet on one run. */
const AT_ONCE = 1;
const EFFECTS = ["one", "two", "three", "four"];
/** A carrier may end so: well, before anything was mirrored, fenced or locked, its hash asked for, the store away, killed. */
const KNOWN = new Set([0, 2, 11, 13, 15, 137]);

let ledger: Ledger;
let objects: ObjectStore;
let room = "";
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "dingo-recover-chaos-"));
  ledger = await Ledger.open(`chaos-${randomBytes(4).toString("hex")}`);
  objects = await ObjectStore.start(ledger, "127.0.0.38", "leases-of-three");
});
afterAll(async () => {
  await objects.close();
  await ledger.removeAll();
  await rm(room, { recursive: true });
});

interface Target {
  readonly name: string;
  readonly file: string;
  run: string | undefined;
  isBeginning: boolean;
  isDone: boolean;
}

/** How often a call ended with each code. */
const endings = new Map<number, number>();

class Carrier {
  readonly #directory: string;
  readonly #hoursOff: number;
  readonly #way: SeverableWay;
  readonly #inside: string;

  private constructor(directory: string, hoursOff: number, way: SeverableWay) {
    this.#directory = directory;
    this.#hoursOff = hoursOff;
    this.#way = way;
    this.#inside = join(directory, "inside");
  }

  static async open({ name, hoursOff }: (typeof CARRIERS)[number]): Promise<Carrier> {
    const directory = join(room, name);
    mkdirSync(directory);
    for (const file of ["counting.mjs", "chaos.yml", "clock-off.mjs"])
      copyFileSync(join("test/engine/lease/chaos", file), join(directory, file));
    const [host = "", port = ""] = objects.hostPort.split(":");
    const way = await SeverableWay.to(Number(port), host);
    const s3 = { bucket: objects.bucket, region: objects.region, endpoint: `http://127.0.0.1:${way.port}` };
    const configuration = { actions: ["counting.mjs"], s3, lease: `s3://${objects.bucket}/leases` };
    writeFileSync(join(directory, "dingo-recover.yml"), stringify(configuration));
    return new Carrier(directory, hoursOff, way);
  }

  close(): Promise<void> {
    return this.#way.close();
  }

  /** Brings a target as far as `harm` lets it. */
  async carry(target: Target, harm: Harm): Promise<void> {
    if (target.run === undefined) {
      target.isBeginning = true;
      const before = new Set(this.#runs());
      const inputs = ["--input", `name=${target.name}`, "--input", `file=${target.file}`];
      const began = this.#call(["run", "./chaos.yml", ...inputs], harm);
      const begun = (): string | undefined => this.#runs().find((run) => !before.has(run));
      // After its first effect others find it, and may take it over while it is at work.
      const found = until("its first effect", 600_000, async () => existsSync(target.file) && begun(), 50).catch(
        () => undefined,
      );
      target.run = await Promise.race([found, began.then(begun)]);
      target.isBeginning = false;
      target.isDone ||= hasEnded(await began);
      return;
    }
    const from = ["resume", target.run, "--from", `s3://${objects.bucket}/leases`, "--take-over"];
    const asked = await this.#call(from, harm);
    const [accept] = /--accept [0-9a-f]{64}/u.exec(`${asked.stdout}${asked.stderr}`.replace(/\s+/gu, " ")) ?? [];
    const ended = accept === undefined ? asked : await this.#call([...from, ...accept.split(" ")], harm);
    target.isDone ||= hasEnded(ended);
    // It died before it had a lease: nobody else can know of it, and it has changed nothing.
    if (ended.stderr.includes("(run-not-found,")) target.run = undefined;
  }

  #runs(): readonly string[] {
    const runs = join(this.#directory, "state", "runs");
    return existsSync(runs) ? readdirSync(runs) : [];
  }

  async #call(words: readonly string[], harm: Harm) {
    rmSync(this.#inside, { force: true });
    const { accessKeyId, secretAccessKey } = objects.credentials;
    const tool = execa(
      process.execPath,
      [
        resolve("bundle/bin.cjs"),
        ...words,
        "--config",
        "dingo-recover.yml",
        "--non-interactive",
        "--yes",
        "--patience",
        "5s",
      ],
      {
        cwd: this.#directory,
        reject: false,
        env: {
          HOME: this.#directory,
          DINGO_RECOVER_STATE: join(this.#directory, "state"),
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          CHAOS_INSIDE: this.#inside,
          HOURS_OFF: String(this.#hoursOff),
          NODE_OPTIONS: `--import=${join(this.#directory, "clock-off.mjs")}`,
        },
      },
    );
    await harm({
      kill: (signal) => tool.kill(signal),
      way: this.#way,
      isInside: () => existsSync(this.#inside),
      ended: tool.then(() => undefined),
    });
    const { exitCode = 137, stdout, stderr } = await tool;
    endings.set(exitCode, (endings.get(exitCode) ?? 0) + 1);
    expect(KNOWN, `${exitCode}: ${stdout}\n${stderr}`).toContain(exitCode);
    return { exitCode, stdout, stderr };
  }
}

/** A run that was killed behind its last line is at its end: the next call is told so. */
const hasEnded = ({ exitCode, stderr }: { readonly exitCode: number; readonly stderr: string }): boolean =>
  exitCode === 0 || stderr.includes("(run-ended,");

interface Victim {
  readonly kill: (signal: "SIGKILL" | "SIGSTOP" | "SIGCONT") => void;
  readonly way: SeverableWay;
  readonly isInside: () => boolean;
  readonly ended: Promise<void>;
}
type Harm = (victim: Victim) => Promise<void>;

const none: Harm = () => Promise.resolve();
const HARMS: readonly Harm[] = [
  none,
  async ({ kill }) => kill("SIGKILL"),
  async ({ kill }) => kill("SIGKILL"),
  async ({ kill, isInside }) => {
    kill("SIGSTOP");
    if (!isInside()) await pause(STOPPED_MS);
    kill("SIGCONT");
  },
  async ({ way }) => {
    way.cut();
    await pause(1_000);
    way.mend();
  },
];

/** At some moment of the process's life, unless it has ended by then. */
const atSomeMoment =
  (harm: Harm): Harm =>
  async (victim) => {
    const isOver = await Promise.race([pause(Math.random() * 6_000, false), victim.ended.then(() => true)]);
    if (!isOver) await harm(victim);
  };

const one = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;

it("has no effect twice, and leaves no run that nobody can go on with", { timeout: 3_600_000 }, async () => {
  const carriers = await Promise.all(CARRIERS.map((each) => Carrier.open(each)));
  const targets: Target[] = Array.from({ length: TARGETS }, (_, index) => ({
    ...{ name: `target-${index}`, file: join(room, `far-${index}`), run: undefined, isBeginning: false, isDone: false },
  }));
  /** Two runs of one target are kept apart by its locks, which other tests hold: here each target has one run. */
  const waiting = (): readonly Target[] =>
    targets
      .filter(({ isDone, isBeginning }) => !isDone && !isBeginning)
      .sort((one, other) => Number(other.run !== undefined) - Number(one.run !== undefined));
  await Promise.all(
    carriers.map(async (carrier) => {
      for (let rounds = 0; rounds < 2 * TARGETS && waiting().length > 0; rounds += 1)
        await carrier.carry(one(waiting().slice(0, AT_ONCE)), atSomeMoment(one(HARMS)));
    }),
  );
  // Then the world is calm, and any one of them brings each to its end.
  for (const target of targets)
    for (let tries = 0; tries < 3 && !target.isDone; tries += 1) await one(carriers).carry(target, none);
  await Promise.all(carriers.map((each) => each.close()));
  const told = targets.map(({ name, file, isDone }) => ({
    name,
    isDone,
    effects: existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [],
  }));
  expect(told).toEqual(targets.map(({ name }) => ({ name, isDone: true, effects: EFFECTS })));
  // Else nothing was disturbed, and this has shown nothing.
  for (const code of [0, 11, 13, 137])
    expect(endings.get(code) ?? 0, `${code} among ${JSON.stringify([...endings])}`).toBeGreaterThan(0);
});
