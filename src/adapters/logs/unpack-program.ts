/** Unpacks with a program of this machine what this Node cannot: bytes in, bytes out. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RecoverError } from "../../errors.js";

/** Of what the program says about a failure. Bytes. */
const LONGEST_COMPLAINT = 400;

/** `source` may be the descriptor of a file, which the program reads itself. Throws what `source` throws; `answer-incomplete` where the program is not there; an `Error` with its words where it fails. */
export async function* unpackedBy(
  [program, ...args]: readonly [string, ...string[]],
  source: AsyncIterable<Uint8Array> | number,
  path: string,
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, args, {
    stdio: [typeof source === "number" ? source : "pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "" },
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error(`${program} gave no pipes`);
  let complaint = "";
  stderr.on("data", (bytes: Buffer) => {
    if (complaint.length < LONGEST_COMPLAINT) complaint += bytes.toString("latin1");
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const fed = fedWith(source, child.stdin);
  // Both are waited for below; a failure while nobody waits is no unhandled rejection.
  for (const promise of [ended, fed]) promise.catch(() => undefined);
  try {
    yield* stdout as AsyncIterable<Uint8Array>;
    const code = await ended;
    if (code !== 0) throw new Error(complaint.trim().slice(0, LONGEST_COMPLAINT) || `${program} ended with ${code}`);
    await fed;
  } catch (thrown) {
    throw isMissing(thrown) ? missing(program, path) : thrown;
  } finally {
    child.kill();
  }
}

async function fedWith(source: AsyncIterable<Uint8Array> | number, stdin: Writable | null): Promise<void> {
  if (typeof source !== "number" && stdin !== null) await pipeline(Readable.from(source, { objectMode: false }), stdin);
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

function missing(program: string, path: string): RecoverError {
  return new RecoverError("answer-incomplete", `"${path}" is packed with ${program}, which cannot be read here`, {
    remedy: `Install the program ${program}, or unpack the file, or pipe it in: … | dingo-recover discover --logs -`,
    place: path,
    effect: "none",
  });
}
