/**
 * The files of a rehearsal on the rehearser's machine, if a PostgreSQL is started on it: programs for PATH, and room
 * for a copy that another account can reach. It lies beside the state directory, which nobody else can look into.
 */
import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { refuse } from "../../errors.ts";
import type { WorldHost } from "../box/world-host.ts";
import { serveServer } from "../postgres/server-stub.ts";
import { SimulatedPostgres } from "../postgres/simulated.ts";
import { clientsAsking, serveStubs } from "../postgres/stubs.ts";
import { VERSION } from "../real-archive/story.ts";

const ROOT = "/var/tmp";
const BASH = "/bin/bash";

export interface Laptop {
  /** Directory with PostgreSQL's programs, for PATH. */
  readonly programs: string;
  /** For TMPDIR. */
  readonly temporary: string;
  close(): Promise<void>;
}

/** The same for each sitting of a rehearsal: a run knows where its copy lies. */
const rootOf = (rehearsal: string, parent = ROOT): string => join(parent, `dingo-recover-${basename(rehearsal)}`);

export interface LaptopOptions {
  /** The rehearsal's own directory. */
  readonly directory: string;
  readonly host: WorldHost;
  /** Real programs. Default: simulated ones. */
  readonly programs?: string;
  /** The parent directory. Default: `/var/tmp`. */
  readonly parent?: string;
}

export async function openLaptop({ directory, host, programs, parent }: LaptopOptions): Promise<Laptop> {
  const root = rootOf(directory, parent);
  const temporary = join(root, "tmp");
  for (const each of [root, temporary]) {
    mkdirSync(each, { recursive: true, mode: 0o711 });
    chmodSync(each, 0o711);
  }
  if (programs !== undefined) return { programs, temporary, close: () => Promise.resolve() };
  requireBash();
  const bin = join(root, "bin");
  const simulated = new SimulatedPostgres(host, VERSION);
  const server = await serveServer(bin, { version: VERSION, start: simulated.start });
  const stubs = await serveStubs(bin, clientsAsking(simulated.ask, VERSION));
  const close = async (): Promise<void> => {
    await Promise.all([server.close(), stubs.close()]);
  };
  return { programs: bin, temporary, close };
}

export function removeLaptop(rehearsal: string, parent?: string): void {
  rmSync(rootOf(rehearsal, parent), { recursive: true, force: true });
}

function requireBash(): void {
  if (existsSync(BASH)) return;
  throw refuse("program-missing", `there is no ${BASH}, which the rehearsal's PostgreSQL is made of`)
    .at(BASH)
    .advise("Install bash, or rehearse another scenario.");
}
