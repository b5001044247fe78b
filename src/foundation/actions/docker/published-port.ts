/** The address of a container's port from outside: the cell's own unless Docker was given another. */
import type { Cell, Container } from "../../../ports/cells.ts";

export interface PublishedPort {
  readonly host: string;
  readonly port: number;
}

/** Undefined if the port is not published. */
export function publishedPort(cell: Cell, container: Container, inside: number): PublishedPort | undefined {
  const found = container.ports.find((each) => each.container === inside);
  if (found === undefined) return undefined;
  const everywhere = found.hostIp === "" || found.hostIp === "0.0.0.0";
  return { host: everywhere ? (cell.instance.ips[0] ?? "127.0.0.1") : found.hostIp, port: found.host };
}
