/**
 * Loaded before the built program (`--import`): kills it by SIGKILL around an append to its journal, as from outside: no
 * handler, no clean-up, nothing flushed. `?append=N&when=before|torn|after&once=FILE`: FILE tells that it is done.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { append, when, once = "" } = Object.fromEntries(new URL(import.meta.url).searchParams);
const { openSync, writeSync } = fs;
const journals = new Set();

fs.openSync = (path, ...how) => {
  const descriptor = openSync(path, ...how);
  // A journal is opened under this name, and then put in its place.
  if (String(path).endsWith("/journal.jsonl.next")) journals.add(descriptor);
  else journals.delete(descriptor);
  return descriptor;
};

fs.writeSync = (descriptor, bytes, ...where) => {
  if (!journals.has(descriptor) || sequenceOf(bytes) !== Number(append) || fs.existsSync(once))
    return writeSync(descriptor, bytes, ...where);
  const [offset, length, position] = where;
  if (when === "torn") writeSync(descriptor, bytes, offset, Math.floor(length / 2), position);
  if (when === "after") writeSync(descriptor, bytes, offset, length, position);
  fs.writeFileSync(once, "");
  process.kill(process.pid, "SIGKILL");
};

syncBuiltinESMExports();

/** Of one line that is written as a whole; undefined of anything else. */
function sequenceOf(bytes) {
  const text = Buffer.from(bytes).toString("utf8");
  return text.startsWith("{") && text.indexOf("\n") === text.length - 1 ? JSON.parse(text).seq : undefined;
}
