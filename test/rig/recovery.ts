/** One call of `dingo-recover run` on a foundation: as a script would make it, and read as a script would read it. */
import type { RunEvent } from "../../src/engine/state/event.ts";
import { optional } from "../../src/kit/optional.ts";
import { type Foundation, ORG, SERVICE, SPACE, TARGET, type ToolProcess } from "./foundation.ts";

export interface RecoveryOptions {
  readonly service?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly confirm?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another configuration file than the foundation's own. */
  readonly config?: string;
  /** Called while the tool is at work. */
  readonly meanwhile?: (tool: ToolProcess) => void;
}

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Recovery extends Ended {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly ended: Extract<RunEvent, { readonly type: "run-ended" }>;
}

export async function callTool(
  foundation: Foundation,
  args: readonly string[],
  options: Pick<RecoveryOptions, "env" | "config" | "meanwhile"> = {},
): Promise<Ended> {
  const tool = foundation.tool(args, { ...optional("env", options.env), ...optional("config", options.config) });
  options.meanwhile?.(tool);
  const { exitCode, stdout, stderr } = await tool;
  return { exitCode, stdout, stderr };
}

/** Nobody is asked: creations are approved by --yes, the window by the target. */
export async function recover(foundation: Foundation, options: RecoveryOptions = {}): Promise<Recovery> {
  const inputs = { service: options.service ?? SERVICE, org: ORG, space: SPACE, ...options.inputs };
  const given = Object.entries(inputs).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
  const consent = ["--yes", "--confirm", options.confirm ?? TARGET];
  const ended = await callTool(foundation, ["run", "--json", ...consent, ...given, ...(options.flags ?? [])], options);
  return { ...ended, ...eventsOf(ended) };
}

/** The events of a call with `--json` that came to its end. */
export function eventsOf({ stdout, stderr }: Ended): Pick<Recovery, "run" | "events" | "ended"> {
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RunEvent);
  const last = events.at(-1);
  if (last?.type !== "run-ended") throw new Error(`no run ended: ${stdout.slice(-2000)}\n${stderr}`);
  return { run: last.run, events, ended: last };
}
