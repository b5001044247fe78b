/** A rehearsed program ends soon after its supervisor, however that ended: its foundation is gone, and nothing answers. */

/** Milliseconds in which the work under way may still be journaled. */
const GRACE_MS = 3_000;
const HUNG_UP = 129;

/** Without a supervisor that keeps a channel open (child.ts) nothing happens. */
export function endWithSupervisor(): void {
  if (!process.connected) return;
  process.once("disconnect", () => {
    // As by a closed terminal: stopped safely, to be resumed.
    process.kill(process.pid, "SIGHUP");
    setTimeout(() => process.exit(HUNG_UP), GRACE_MS).unref();
  });
  // The channel is there to be lost, and keeps nothing alive.
  process.channel?.unref();
}
