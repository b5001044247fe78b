/** A server that obeys a stranger never fills the disk that others write to: it is ended before. */
import { appendFile } from "node:fs/promises";
import { bytesText } from "../../../kit/text/bytes.ts";
import { ENDED_FOR_ROOM } from "../../../kit/log-patterns/server-end.ts";
import { notedServer, signalNoted } from "../sandbox/note.ts";
import { logOf, roomAt } from "./place.ts";

const KEPT_BYTES = 256 * 1024 * 1024;
/** A disk in memory takes some 30 MB in that time. */
const EVERY_MS = 50;

/** Looks as long as the sandbox's server lives. On a disk with little room, half of it is kept. */
export async function keepRoom(place: string): Promise<void> {
  const kept = Math.min(KEPT_BYTES, ((await roomAt(place)) ?? 0) / 2);
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  const look = async (): Promise<void> => {
    const noted = notedServer(place);
    if (noted?.isAlive !== true) return clearInterval(timer);
    // A place that is gone has no server.
    const free = await roomAt(place).catch(() => undefined);
    if (free !== undefined && free >= kept) return;
    clearInterval(timer);
    signalNoted(noted, "at-once");
    const line = `${ENDED_FOR_ROOM}: less than ${bytesText(kept)} were left\n`;
    await appendFile(logOf(place), line).catch(() => undefined);
  };
}
