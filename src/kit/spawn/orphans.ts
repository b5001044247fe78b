/**
 * The programs that a process of ours ran live on when it is killed: one of cf may still hold a change open, one of gpg a key.
 * Before anything is probed they are ended, so that what was not done yet stays undone (law 4). A process is ours where its
 * environment names the left home, whose name nobody could guess.
 */
import { readdir, readFile } from "node:fs/promises";

const POLL_MS = 20;
const PATIENCE_MS = 5_000;

/** Ends every process of this user with that setting, NAME=VALUE, and waits until it is gone. Only Linux tells environments. */
export async function endOrphans(setting: string): Promise<void> {
  if (process.platform !== "linux") return;
  const orphans = await processesWith(setting);
  for (const pid of orphans) end(pid);
  // Real time: it is the kernel that is waited for.
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if ((await processesWith(setting)).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function processesWith(setting: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await environment(pid)).includes(setting) ? [pid] : [])));
  return found.flat().filter((pid) => pid !== process.pid);
}

/** Empty for processes of others, for the dead, and for those that ended meanwhile. */
async function environment(pid: number): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
  } catch {
    return [];
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
