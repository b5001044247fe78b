/** Law 18 on a real MinIO: a holder of a lease that the system stops, for as long as it likes, and another that takes over. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Ledger } from "../../rig/ledger.ts";
import { ObjectStore } from "../../rig/object-store.ts";
import { until } from "../../rig/until.ts";

let ledger: Ledger;
let objects: ObjectStore;
let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dingo-recover-stopped-"));
  ledger = await Ledger.open(`stopped-${randomBytes(4).toString("hex")}`);
  objects = await ObjectStore.start(ledger, "127.0.0.37", "leases-of-two");
});
afterAll(async () => {
  await objects.close();
  await ledger.removeAll();
  await rm(directory, { recursive: true });
});

function holder(name: string, run: string, hoursOff: number) {
  const { endpoint, bucket, credentials } = objects;
  const words = ["test/rig/lease-holder.ts", endpoint, bucket, join(directory, name), run, join(directory, "effects")];
  const env = { ACCESS: credentials.accessKeyId, SECRET: credentials.secretAccessKey, HOURS_OFF: String(hoursOff) };
  return execa(process.execPath, words, { env, reject: false });
}

/** The epoch of each effect. */
const effects = async (): Promise<readonly string[]> =>
  (await readFile(join(directory, "effects"), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");

async function more(than: number, epoch: string): Promise<void> {
  await until(
    `effects of ${epoch}`,
    60_000,
    async () => (await effects()).filter((each) => each === epoch).length > than,
  );
}

describe("a holder that is stopped, and goes on after another took over", { timeout: 300_000 }, () => {
  it.each([
    [0, 0],
    [-30, 0],
    [0, -30],
    [700, -700],
  ])("has no effect any more, whatever the clocks say: %s and %s hours off", async (hers, his) => {
    await rm(join(directory, "effects"), { force: true });
    const name = randomBytes(4).toString("hex");
    const first = holder(`first-${name}`, "", hers);
    await more(3, "1");
    await pause(Math.random() * 50);
    first.kill("SIGSTOP");
    const before = (await effects()).length;
    const [run = ""] = await readdir(join(directory, `first-${name}`, "runs"));
    const second = holder(`second-${name}`, run, his);
    await more(3, "2");
    first.kill("SIGCONT");
    const { exitCode, stderr } = await first;
    expect(stderr).toContain("this run was taken over by");
    expect(exitCode).toBe(11);
    await more((await effects()).filter((each) => each === "2").length + 2, "2");
    second.kill("SIGKILL");
    await second;
    expect((await effects()).filter((each) => each === "1")).toHaveLength(before);
  });
});
