/** The output of a container: kept by the Docker engine and sent to the log collector. */
import { SHORT_PREFIX } from "./eras.ts";
import type { Site, World } from "./world.ts";

export type Part =
  /** The script that starts all others: it prints without a prefix. */
  "start_pg" | "startup" | "restore_leader_if_missing" | "patroni" | "backup" | "shutdown" | "reinitialize";

/** So far back the last turn of a loop is looked for. */
const ONE_TURN = 12;

/** Prints lines of one part of the container's programs, with the prefix of the era. */
export function say(site: Site, part: Part, ...texts: readonly string[]): void {
  const { world, cell, container } = site;
  for (const printed of withPrefix(site, part, texts)) {
    container.logs.push({ at: world.now, text: printed });
    // Docker's driver tags with the container's name; the cell is named by its agent id (dingo.md §2.1).
    world.syslog.push({ at: world.now, host: cell.agentId, program: `docker/${container.name}`, text: printed });
  }
}

/**
 * Prints the lines that a loop repeats for as long as the container lives. The log keeps only the last turn, since many
 * turns would fill it, and the collector gets none of them.
 */
function sayAgain(site: Site, part: Part, turn: readonly { readonly kind: string; readonly text: string }[]): void {
  const { world, container } = site;
  for (const { kind, text } of turn) {
    const said = `${part} ${kind}`;
    const from = Math.max(0, container.logs.length - ONE_TURN);
    const before = container.logs.slice(from).findLastIndex(({ again }) => again === said);
    if (before >= 0) container.logs.splice(from + before, 1);
    for (const printed of withPrefix(site, part, [text]))
      container.logs.push({ at: world.now, text: printed, again: said });
  }
}

export const saysAgain = (site: Site, part: Part, ...texts: readonly string[]): void =>
  sayAgain(
    site,
    part,
    texts.map((text) => ({ kind: text, text })),
  );

/** One turn of Patroni's loop. */
export const patroniSaysAgain = (site: Site, ...texts: readonly string[]): void =>
  sayAgain(
    site,
    "patroni",
    texts.map((text) => ({ kind: text, text: `${stampOf(site.world)} ${text}` })),
  );

function withPrefix({ world, container }: Site, part: Part, texts: readonly string[]): readonly string[] {
  const scope = container.env.PATRONI_SCOPE ?? "";
  const prefix = part === "start_pg" ? "" : SHORT_PREFIX[world.era](scope.slice(0, 6), part);
  return texts.flatMap((text) => text.split("\n")).map((line) => prefix + line);
}

const stampOf = ({ now }: World): string =>
  new Date(now).toISOString().replace("T", " ").replace("Z", "").replace(".", ",");

/** "2026-11-21 13:24:29,726 INFO: …", as Patroni prints. */
export function patroniSays(site: Site, ...texts: readonly string[]): void {
  say(site, "patroni", ...texts.map((text) => `${stampOf(site.world)} ${text}`));
}
