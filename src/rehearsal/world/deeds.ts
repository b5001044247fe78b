/** Does what somebody else does to a container (deed.ts). */
import { moveNode } from "./broker.ts";
import type { Deed } from "./deed.ts";
import { daemonRestart, startContainer } from "./docker.ts";
import { dropKey, nodeOf, scopeOf, serviceKey } from "./service-keys.ts";
import type { Site } from "./world.ts";

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
