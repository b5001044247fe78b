/** Before the gate or the deep tests: their parts are there, or a sentence names the command that installs them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import type { TestProject } from "vitest/node";
import { cacheDirectory } from "./cache.ts";

const GATE = ["bin/minio", "bin/cf", "pgsql-9.6.24", "pgsql-13.14", "compose-stack.tar"];
const DEEP = [...GATE, "bin/bosh", "bin/s5cmd", "bin/compose", "bin/wal-g", "wal-e"];
/** Programs of the distribution. */
const GATE_PROGRAMS = ["docker", "etcd", "haproxy", "ip", "psql", "ssh-keygen", "unshare"];
const DEEP_PROGRAMS = [...GATE_PROGRAMS, "bwrap", "chromium", "docker-compose", "fish", "tmux", "zsh"];

/** Throws if something is missing: nothing is skipped. */
export default function requireParts({ name: tier }: TestProject): void {
  const [parts, programs] = tier === "deep" ? [DEEP, DEEP_PROGRAMS] : [GATE, GATE_PROGRAMS];
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ["root: the rig makes networks and unpacks file systems"]),
    ...programs.filter((name) => !answers("sh", "-c", `command -v ${name}`)),
    ...parts.map((name) => join(cacheDirectory, name)).filter((path) => !existsSync(path)),
    ...(answers("docker", "version") ? [] : ["a Docker engine that answers"]),
  ];
  if (missing.length === 0) return;
  throw new Error(
    [`the ${tier} tests need real parts that are not here:`, ...missing.map((each) => `  ${each}`)]
      .concat(`as root on Debian 12, this installs and starts them: bash test/rig/install.sh ${tier}`)
      .join("\n"),
  );
}

function answers(program: string, ...words: readonly string[]): boolean {
  return execaSync(program, words, { reject: false }).exitCode === 0;
}
