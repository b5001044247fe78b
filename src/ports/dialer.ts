/**
 * Every TCP connection of the process begins here. A rehearsal's dialer refuses each address but loopback.
 */
import type { Socket } from "node:net";

export interface Dialer {
  /**
   * A connected socket. Errors: `unreachable` with effect "none", `rehearsal-escape`.
   */
  connect(host: string, port: number): Promise<Socket>;
}
