/**
 * Sizes and depths that no program may hold: the built program reads them in a separate child, which says at its end
 * how much memory it ever had.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOOL } from "../tool.ts";

/** A recovery has about half of it; Node itself takes 60. */
const MOST_MEGABYTES = 320;
const MEGABYTE = 1024 * 1024;
const GIGABYTE = 1024;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hostile-"));
  const says =
    'process.on("exit", () => require("fs").writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));';
  writeFileSync(join(directory, "peak.cjs"), says);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly said: string;
  readonly megabytes: number;
}

async function run(words: readonly string[], feed?: AsyncIterable<Uint8Array>): Promise<Ended> {
  const peak = join(directory, "peak");
  const child = spawn(process.execPath, ["--require", join(directory, "peak.cjs"), TOOL, ...words], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory, PEAK: peak },
    stdio: [feed === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const ended = once(child, "close");
  if (feed !== undefined && child.stdin !== null) await pipeline(feed, child.stdin);
  const [code] = (await ended) as [number];
  return { code, said, megabytes: Math.round(Number(readFileSync(peak, "utf8")) / 1024) };
}

async function* megabytes(count: number, byte: string): AsyncGenerator<Uint8Array> {
  const one = Buffer.alloc(MEGABYTE, byte);
  for (let at = 0; at < count; at += 1) yield await Promise.resolve(one);
}

const discover = (file: string) => ["discover", "--logs", file, "--name", "orders-db"];
const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const DEEP = 100_000;

describe("the program", () => {
  it("reads a line of a gigabyte in little memory, and says that it did not look into all of it", async () => {
    const { code, said, megabytes: peak } = await run(discover("-"), megabytes(GIGABYTE, "x"));
    expect([code, peak < MOST_MEGABYTES], `${peak} MB: ${said}`).toEqual([15, true]);
    expect(said).toMatch(/line/);
  });

  it("stops in a gzip bomb, and says so", async () => {
    const bomb = join(directory, "bomb.log.gz");
    await pipeline(megabytes(GIGABYTE, "\n"), createGzip(), createWriteStream(bomb));
    const { code, said, megabytes: peak } = await run(discover(bomb));
    expect([code, peak < MOST_MEGABYTES], `${peak} MB: ${said}`).toEqual([15, true]);
    expect(said).toContain("inflates more than");
  });

  it("takes a line that is nested without end, and names that steer a terminal, for what they are", async () => {
    const deep = `{"timestamp":"1795227611.1","source":"b","message":"b.deprovision.start","log_level":1,"data":${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}}`;
    const name = "\u001b]0;pwned\u0007\u202e$(reboot)\n../..";
    const hostile = JSON.stringify({
      ...{ timestamp: "1795227611.1", source: "b", message: `b.deprovision.start`, log_level: 1 },
      data: { "instance-id": "0a12b3c4-1111-4222-8333-444455556666", error: name, service_instance_name: name },
    });
    const file = join(directory, "deep.log");
    writeFileSync(file, `${deep}\n${hostile}\n`);
    const { code, said, megabytes: peak } = await run([...discover(file), "--all"]);
    expect([peak < MOST_MEGABYTES, said.includes("internal")], `${code}, ${peak} MB: ${said}`).toEqual([true, false]);
    expect([0, 15, 17]).toContain(code);
    expect(said).not.toMatch(STEERS);
  });

  it.each([
    ["brackets", "[".repeat(DEEP)],
    ["maps", "{a: ".repeat(DEEP)],
    ["lists", "- ".repeat(DEEP)],
    [
      "aliases",
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`).join("")}`,
    ],
  ])("refuses a runbook of endless %s in words", async (_, text) => {
    const file = join(directory, "deep.yml");
    writeFileSync(file, `schema: dingo-recover/runbook@1\nsteps: ${text.startsWith("a0") ? `x\n${text}` : text}\n`);
    const { code, said, megabytes: peak } = await run(["lint", file]);
    expect([code, peak < MOST_MEGABYTES], `${peak} MB: ${said.slice(0, 500)}`).toEqual([10, true]);
    expect(said.length).toBeLessThan(20_000);
  });
});
