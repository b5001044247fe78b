/**
 * Reads a zstd file through the program `zstd`, which this thread reads from straight into the scanner's memory: for a
 * Node without a decoder of its own, before 22.15. Each thread of a search has a program beside it.
 */
import { closeSync, readSync } from "node:fs";
import { type Fifo, openFifo } from "./fifo.ts";
import { BOMB, FREE_BYTES, HIGHEST_RATIO } from "./gzip.ts";
import type { Job } from "./job.ts";
import type { LineScanner } from "./line-scanner.ts";

export const ZSTD = ["zstd", "-dcq"] as const;
export const MISSING = "is packed with zstd, which cannot be read here";
export const NO_PIPE = "cannot be read (no pipe can be made)";

/** A pipe gives no more at once. */
const READ = 64 * 1024;
/** Looked at as one: to begin a look costs more than to read so little. */
const PIECE = 4 * READ;
/** Of what the program says about a failure. Bytes. */
const LONGEST_COMPLAINT = 400;

/** A program that has written everything ends at once: this long the event loop is asked without a rest. Milliseconds. */
const ENDS_WITHIN = 20;
const REST = 5;
/** So many, and it is given up. They are counted, and not the time: a stop of everything is one of them. */
const MOST_RESTS = 1_000;

/** Of a program that was ended from outside, as a rule for want of memory, or does not end: that says nothing of the file. */
export const killedText = (signal: string): string => `may go on: the program that unpacks it was ended by ${signal}`;
export const STUCK = "may go on: the program that unpacks it wrote no more and did not end";

/** Yields nothing but turns until the end, and then the bytes of the file. */
export function* scanZstd({ descriptor, size }: Job, scanner: LineScanner): Generator<number, string | undefined> {
  const program = Program.start(descriptor);
  if (program === undefined) return NO_PIPE;
  try {
    let unpacked = 0;
    for (let length = program.read(scanner); length > 0; length = program.read(scanner)) {
      unpacked += length;
      if (unpacked > FREE_BYTES && unpacked > size * HIGHEST_RATIO) return BOMB;
      yield 0;
    }
    yield* program.end();
    yield size;
    return program.ended === undefined ? STUCK : program.ended.failure;
  } finally {
    program.stop();
  }
}

/** Not of `performance`, which takes long to load. */
const milliseconds = (): number => Number(process.hrtime.bigint()) / 1e6;

class Program {
  /** Set by the event loop when the program has ended. */
  ended: { readonly failure: string | undefined } | undefined;
  readonly #reader: number;
  readonly #kill: () => void;

  private constructor(descriptor: number, { reader, writer }: Fifo) {
    const [program, ...args] = ZSTD;
    const { spawn } = process.getBuiltinModule("node:child_process");
    this.#reader = reader;
    try {
      const child = spawn(program, args, {
        stdio: [descriptor, writer, "pipe"],
        env: { PATH: process.env["PATH"] ?? "" },
      });
      this.#kill = () => {
        child.kill("SIGKILL");
        // Whoever else has it open keeps nobody here.
        child.stderr?.destroy();
      };
      let complaint = "";
      let unstarted: string | undefined;
      child.stderr?.on("data", (bytes: Buffer) => {
        if (complaint.length < LONGEST_COMPLAINT) complaint += bytes.toString("latin1");
      });
      child.on("error", (error) => {
        const isMissing = "code" in error && error.code === "ENOENT";
        unstarted = isMissing ? MISSING : `cannot be read: the program ${program} cannot be started (${error.message})`;
      });
      child.on("close", (code, signal) => {
        const why = complaint.trim().slice(0, LONGEST_COMPLAINT) || `${program} ended with ${code}`;
        const broken = `breaks off: its zstd data are cut or damaged (${why})`;
        const failed = signal === null ? broken : killedText(signal);
        this.ended = { failure: code === 0 ? undefined : (unstarted ?? failed) };
      });
    } catch (thrown) {
      closeSync(reader);
      throw thrown;
    } finally {
      closeSync(writer);
    }
  }

  /** Undefined where there is no pipe. */
  static start(descriptor: number): Program | undefined {
    const fifo = openFifo();
    return fifo === undefined ? undefined : new Program(descriptor, fifo);
  }

  /** Fills the scanner with a piece; 0 at the end. Waits for the program. */
  read(scanner: LineScanner): number {
    const room = scanner.room();
    let filled = 0;
    for (let length = -1; length !== 0 && filled < Math.min(PIECE, room.length); filled += length)
      length = readSync(this.#reader, room, filled, Math.min(READ, room.length - filled), null);
    if (filled > 0) scanner.filled(filled);
    return filled;
  }

  /** Until it has ended, or is not waited for any longer. */
  *end(): Generator<number, void> {
    const since = milliseconds();
    while (this.ended === undefined && milliseconds() - since < ENDS_WITHIN) yield 0;
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (let rests = 0; this.ended === undefined && rests < MOST_RESTS; rests += 1) {
      Atomics.wait(never, 0, 0, REST);
      yield 0;
    }
  }

  stop(): void {
    this.#kill();
    closeSync(this.#reader);
  }
}
