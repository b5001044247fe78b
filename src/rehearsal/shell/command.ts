/** One simulated program on a cell, and how the shell of a cell calls it. */
import type { WorldHost } from "../box/world-host.ts";
import { type Ended, ended } from "../ended.ts";
import type { Passage } from "../passage.ts";
import type { Cell } from "../world/world.ts";

export interface Call {
  readonly host: WorldHost;
  /** The cell's address. */
  readonly ip: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly root: boolean;
  readonly passage: Passage;
}

/** Undefined if nobody's adapter calls the program like that. */
export type Program = (call: Call) => Promise<Ended | undefined> | Ended | undefined;

export { ended };

export function cellOf({ host, ip }: Pick<Call, "host" | "ip">): Cell {
  const cell = host.world().cells.find((each) => each.ip === ip);
  if (cell === undefined) throw new Error(`there is no cell ${ip}`);
  return cell;
}

/** The words after a fixed beginning, undefined if the call begins differently. */
export function after(args: readonly string[], ...beginning: readonly string[]): readonly string[] | undefined {
  return beginning.every((word, at) => args[at] === word) ? args.slice(beginning.length) : undefined;
}
