/** Does what somebody else does to a container (deed.ts). */
import { moveNode } from "./broker.js";
import type { Deed } from "./deed.js";
import { daemonRestart, startContainer } from "./docker.js";
import { dropKey, nodeOf, scopeOf, serviceKey } from "./service-keys.js";
import type { Site } from "./world.js";

export function doDeed(site: Site, deed: Deed): void {
  const { world, cell, container } = site;
  switch (deed.is) {
    case "start":
      return startContainer(site);
    case "daemon-restart":
      return daemonRestart(world, cell);
    case "move":
      return moveNode(world, scopeOf(container), nodeOf(container));
    case "drop-keys":
      for (const key of deed.keys) dropKey(world, serviceKey(scopeOf(container), key), true);
  }
}
