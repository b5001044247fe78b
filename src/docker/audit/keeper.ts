/** Who does away with a container, or makes it anew, as soon as it stops: nothing is stopped, removed or made beside it then. */
import { quoted } from "../../kit/text/printable.ts";
import type { Stock } from "./stock.ts";
import type { SurveyedContainer } from "./survey.ts";

const SWARM = "com.docker.swarm.service.name";
/** Docker's own, Compose's and ours. */
const KNOWN = /^(?:com\.docker\.compose\.|desktop\.docker\.io\/|dingo-recover\.)/i;
/** With Compose's labels beside them, others may be the Compose file's own. */
const MANAGERS =
  /^(?:com\.docker\.(?:swarm|stack)\.|com\.(?:hashicorp\.nomad|amazonaws\.ecs|dokku)\b|io\.(?:kubernetes|portainer|rancher|balena|hass|podman|containers)\b|coolify\.|PODMAN_)/;

/** A sentence about the effect of a stop; undefined if only the person who started it looks after it. */
export function keeperText(stock: Stock, container: SurveyedContainer): string | undefined {
  const { labels, removedWhenStopped, compose } = container;
  if (removedWhenStopped)
    return "the engine removes the container, with its volumes without a name, as soon as it stops";
  const service = labels[SWARM];
  if (service !== undefined)
    return `Swarm starts another task of ${quoted(service)} on an empty volume as soon as the container stops, and "service scale", "service update" and "service rm" delete its volumes without a name`;
  const own = stock.survey.images.find(({ id }) => id === container.imageId)?.labels ?? {};
  const strange = Object.keys(labels).find(
    (name) => own[name] !== labels[name] && (compose === null ? !KNOWN.test(name) : MANAGERS.test(name)),
  );
  return strange === undefined
    ? undefined
    : `its label ${quoted(strange)} is of another program, which may remove the container or make it anew when it stops`;
}
