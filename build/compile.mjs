/**
 * Writes what V8 compiles of dist/quick.cjs while it searches a log for a deletion around a time: functions that are not
 * called are compiled when they are. For build/bundle.mjs, in a process of its own, because the answer goes to stdout.
 *
 *   node build/compile.mjs SOURCE CACHE
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

const [filename = "", cache = ""] = process.argv.slice(2);
const HEAD = "0.router.example broker.stdout.log:  ";
const GUID = "12345678-1234-1234-1234-123456789abc";
const NODE = "87654321-4321-4321-4321-cba987654321";
/** Enough that a search around a time leaves something out. Bytes. */
const SIZE = 65 * 1024 * 1024;

/** @param {number} ms @param {string} program @param {string} text */
const line = (ms, program, text) =>
  `Mar 17 ${new Date(ms).toISOString().slice(11, 19)} ${program === "" ? HEAD : `10.10.5.3 ${program}:  `}${text}\n`;
/** @param {number} ms @param {string} action @param {object} data */
const broker = (ms, action, data) =>
  line(
    ms,
    "",
    JSON.stringify({
      timestamp: `${(ms / 1000).toFixed(3)}017992`,
      source: "dingo-postgresql-broker",
      message: `dingo-postgresql-broker.${action}`,
      log_level: 1,
      data,
    }),
  );

/** A day with one deletion at noon, and uploads before it. */
function log() {
  const begin = Date.UTC(2016, 2, 17);
  const lines = [];
  const noise = line(begin, "vcap.gorouter", `GET /${"x".repeat(800)}`).slice("Mar 17 00:00:00".length);
  for (let bytes = 0; bytes < SIZE; bytes += noise.length) {
    const ms = begin + Math.floor((bytes / SIZE) * 86_399_000);
    const time = new Date(ms).toISOString().slice(0, 19);
    if (lines.length % 100 === 0)
      lines.push(
        line(
          ms,
          `docker/cf-${NODE}`,
          `        STRUCTURED: time=${time}.123456-00 pid=4711 action=push-wal key=s3://backups/backups/${GUID}/wal/wal_005/000000010000000000000001.lzo prefix=backups/${GUID}/wal/ rate=9214.1 seg=000000010000000000000001 state=complete`,
        ),
        broker(ms, "last-opration.done", { "instance-id": GUID, session: "1" }),
      );
    if (lines.length === Math.floor(SIZE / noise.length / 2)) lines.push(...deletion(ms));
    lines.push(`Mar 17 ${time.slice(11)}${noise}`);
  }
  return lines.join("");
}

/** @param {number} ms */
function deletion(ms) {
  const id = { "instance-id": GUID };
  return [
    broker(ms, "state.save-cluster", { cluster: { instance_id: GUID, nodes: [] } }),
    broker(ms, "deprovision.start", { ...id, session: "36" }),
    broker(ms, "scheduler.stop-cluster", { ...id, plan: {}, steps: ["RemoveRandomNode"], "steps-count": 1 }),
    broker(ms, "remove-random-node.perform", { cell: "10.10.5.3", ...id, "node-uuid": NODE }),
    broker(ms, "remove-cluster-assignment", { clusterID: GUID }),
    broker(ms, "deprovision.done", { ...id, session: "36" }),
  ];
}

const directory = mkdtempSync(join(tmpdir(), "compile-"));
const path = join(directory, "broker.log");
writeFileSync(path, log());
const script = new Script(readFileSync(filename, "utf8"), { filename });
const bundled = { exports: {} };
script.runInThisContext()(bundled, createRequire(filename), dirname(filename));
const asked = ["--logs", path, "--around", "2016-03-17T12:00:00Z", "--window", "1h"];
for (const words of [["--json"], ["--no-color"]])
  if (!(await bundled.exports.quick(["discover", ...asked, ...words]))) throw new Error("the command was not taken");
if (process.exitCode !== 0) throw new Error(`the search ended with ${process.exitCode}`);
writeFileSync(cache, script.createCachedData());
rmSync(directory, { recursive: true });
