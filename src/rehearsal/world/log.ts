/** What a container prints: kept by the Docker engine and sent to the log collector. */
import { SHORT_PREFIX } from "./eras.js";
import type { Site } from "./world.js";

export type Part = "startup" | "restore_leader_if_missing" | "patroni" | "backup" | "shutdown";

const AS_EVER = "i am the leader with the lock";

/** Prints lines of one part of the container's programs, with the prefix of the era. */
export function say(site: Site, part: Part, ...texts: readonly string[]): void {
  const { world, cell, container } = site;
  const scope = container.env.PATRONI_SCOPE ?? "";
  for (const text of texts) {
    for (const line of text.split("\n")) {
      const printed = SHORT_PREFIX[world.era](scope.slice(0, 6), part) + line;
      // Said every ten seconds for as long as a leader lives: only the last one is kept, or nothing else would be left.
      if (printed.endsWith(AS_EVER)) {
        if (container.logs.at(-1)?.text.endsWith(AS_EVER) === true) container.logs.pop();
        container.logs.push({ at: world.now, text: printed });
        continue;
      }
      container.logs.push({ at: world.now, text: printed });
      // Docker's driver tags with the container's name; the cell is named by its agent id (dingo.md §2.1).
      const host = cell.agentId;
      world.syslog.push({ at: world.now, host, program: `docker/${container.name}`, text: printed });
    }
  }
}

/** "2026-11-21 13:24:29,726 INFO: …", as Patroni prints. */
export function patroniSays(site: Site, ...texts: readonly string[]): void {
  const { world } = site;
  const stamp = new Date(world.now).toISOString().replace("T", " ").replace("Z", "").replace(".", ",");
  say(site, "patroni", ...texts.map((text) => `${stamp} ${text}`));
}

/** A wal-e message: MSG, DETAIL and HINT, STRUCTURED, on lines of their own (dingo.md §2.6). */
export function waleSays(
  site: Site,
  part: Part,
  message: {
    readonly logger: string;
    readonly msg: string;
    readonly detail?: string;
    readonly hint?: string;
    readonly keys?: string;
  },
): void {
  const { world } = site;
  const time = new Date(world.now).toISOString().replace("Z", "000-00");
  say(
    site,
    part,
    `${message.logger} INFO     MSG: ${message.msg}`,
    ...(message.detail === undefined ? [] : [`        DETAIL: ${message.detail}`]),
    ...(message.hint === undefined ? [] : [`        HINT: ${message.hint}`]),
    `        STRUCTURED: time=${time} pid=${200 + (world.drawn % 700)}${message.keys === undefined ? "" : ` ${message.keys}`}`,
  );
}
