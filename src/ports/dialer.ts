/**
 * Where every TCP connection of the process begins. A rehearsal's dialer refuses whatever is not loopback (law 13).
 */
import type { Socket } from "node:net";

export interface Dialer {
  /**
   * A connected socket. Errors: `unreachable` with effect "none", `rehearsal-escape`.
   */
  connect(host: string, port: number): Promise<Socket>;
}
