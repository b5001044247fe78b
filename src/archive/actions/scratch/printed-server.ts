/** The commands by which a person starts and stops the server of a copy. */
import type { PrintedCommand } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

export interface PrintedServer {
  readonly start: PrintedCommand;
  readonly stop: (mode: "fast" | "immediate") => PrintedCommand;
}

/** `postgres_bin`: "" for PATH. */
export function printedServer({ place, postgres_bin }: { place: string; postgres_bin: string }): PrintedServer {
  const control = [postgres_bin === "" ? "pg_ctl" : `${postgres_bin}/pg_ctl`, "-D", `${place}/data`];
  return {
    start: { on: "here", line: `${quote([...control, "-w", "-t", "86400", "start"])}  # ${UNBOUND}` },
    stop: (mode) => ({ on: "here", line: quote([...control, "-m", mode, "stop"]) }),
  };
}

/** The tool itself starts it in a sandbox. */
const UNBOUND = "code of the database's owner runs with it, without a sandbox";
