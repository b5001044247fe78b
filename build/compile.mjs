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

/** As many instances have uploads that not all are read at once. */
const OTHERS = Array.from({ length: 40 }, (_each, index) => `${10_000_000 + index}${GUID.slice(8)}`);

/** @param {number} ms @param {string} program @param {string} text @param {string} [host] */
const line = (ms, program, text, host = "10.10.5.3") =>
  `Mar 17 ${new Date(ms).toISOString().slice(11, 19)} ${program === "" ? HEAD : `${host} ${program}:  `}${text}\n`;
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

/** @param {number} ms @param {string} guid */
const upload = (ms, guid) =>
  line(
    ms,
    `docker/cf-${NODE}`,
    `        STRUCTURED: time=${new Date(ms).toISOString().slice(0, 19)}.123456-00 pid=4711 action=push-wal key=s3://backups/backups/${guid}/wal/wal_005/000000010000000000000001.lzo prefix=backups/${guid}/wal/ rate=9214.1 seg=000000010000000000000001 state=complete`,
  );

/** A day with one deletion at noon, and before it uploads, a creation, and a cell whose clock only that of the others tells. */
function log() {
  const begin = Date.UTC(2016, 2, 17);
  const lines = [];
  const request = `GET /${"x".repeat(800)}`;
  const noise = ["10.10.5.3", "10.10.5.4"].map((host) =>
    line(begin, "vcap.gorouter", request, host).slice("Mar 17 00:00:00".length),
  );
  const count = Math.ceil(SIZE / request.length);
  for (let index = 0; index < count; index += 1) {
    const ms = begin + Math.floor((index / count) * 86_399_000);
    if (index % 100 === 0)
      lines.push(
        upload(ms, OTHERS[(index / 100) % OTHERS.length] ?? GUID),
        broker(ms, "last-opration.done", { "instance-id": GUID, session: "1" }),
      );
    // Others came first: its uploads are not among those that are read at once.
    if (index % 100 === 50 && index / count > 0.48) lines.push(upload(ms, GUID));
    if (index % 2_000 === 1_000)
      lines.push(line(ms, "docker-broker", `Destroying Docker container \`cf-${NODE}'...`, "10.10.5.4"), ...creation(ms));
    if (index === Math.floor(count / 2)) lines.push(...deletion(ms));
    lines.push(`Mar 17 ${new Date(ms).toISOString().slice(11, 19)}${noise[index % 2]}`);
  }
  return lines.join("");
}

/** Of one that lives on, whose last line the collector has cut. @param {number} ms */
function creation(ms) {
  const id = { "instance-id": OTHERS[0] };
  return [
    broker(ms, "provision.start", id),
    broker(ms, "scheduler.run-cluster", { ...id, plan: {}, steps: ["AddNode"], "steps-count": 1 }),
    broker(ms, "add-node.perform", { ...id, "node-uuid": NODE }),
    broker(ms, "provision.async-complete", id),
    `${broker(ms, "provision.start", { "instance-id": OTHERS[1] }).slice(0, -20)}\n`,
  ];
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
// The command ends its process; here something follows.
process.exit = /** @type {typeof process.exit} */ (() => undefined);
const asked = ["--logs", path, "--around", "2016-03-17T12:00:00Z", "--window", "2h"];
for (const words of [["--json"], ["--no-color"]])
  if (!(await bundled.exports.quick(["discover", ...asked, ...words]))) throw new Error("the command was not taken");
// Found, whether or not it is known to be the one that was asked for.
if (process.exitCode !== 0 && process.exitCode !== 20) throw new Error(`the search ended with ${process.exitCode}`);
process.exitCode = 0;
writeFileSync(cache, script.createCachedData());
rmSync(directory, { recursive: true });
