/** Unpacks with a program of this machine what this Node cannot: bytes in, bytes out. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RecoverError } from "../../errors.ts";
import { killedText, STUCK } from "../../scan/zstd.ts";

/** Of what the program says about a failure. Bytes. */
const LONGEST_COMPLAINT = 400;
/** Of a program that has closed its output. Milliseconds. */
const ENDS_WITHIN = 5_000;

/**
 * Throws what `source` throws; `answer-incomplete` where the program is not there; an `Error` with its words where it
 * fails.
 */
export async function* unpackedBy(
  [program, ...args]: readonly [string, ...string[]],
  source: AsyncIterable<Uint8Array>,
  { path, endsWithin = ENDS_WITHIN }: { readonly path: string; readonly endsWithin?: number },
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "" },
  });
  let complaint = "";
  child.stderr.on("data", (bytes: Buffer) => {
    if (complaint.length < LONGEST_COMPLAINT) complaint += bytes.toString("latin1");
  });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const fed = pipeline(Readable.from(source, { objectMode: false }), child.stdin);
  // Both are waited for below; a failure while nobody waits is no unhandled rejection.
  for (const promise of [ended, fed]) promise.catch(() => undefined);
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const given = { up: false };
    const timer = setTimeout(() => {
      given.up = true;
      end(child);
    }, endsWithin);
    const [code, signal] = await ended.finally(() => clearTimeout(timer));
    if (given.up) throw notProved(STUCK, path);
    if (signal !== null) throw notProved(killedText(signal), path);
    if (code !== 0) throw new Error(complaint.trim().slice(0, LONGEST_COMPLAINT) || `${program} ended with ${code}`);
    await fed;
  } catch (thrown) {
    throw isMissing(thrown) ? missing(program, path) : thrown;
  } finally {
    end(child);
  }
}

/** Whoever else has its standard error keeps nobody here. */
function end(child: ChildProcess): void {
  child.kill("SIGKILL");
  child.stderr?.destroy();
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

function notProved(why: string, path: string): RecoverError {
  return new RecoverError("answer-incomplete", `"${path}" ${why}`, {
    remedy: "Search again, with more memory for it; what came before was searched.",
    place: path,
    effect: "none",
  });
}

function missing(program: string, path: string): RecoverError {
  return new RecoverError("answer-incomplete", `"${path}" is packed with ${program}, which cannot be read here`, {
    remedy: `Install the program ${program}, or unpack the file, or pipe it in: … | dingo-recover discover --logs -`,
    place: path,
    effect: "none",
  });
}
