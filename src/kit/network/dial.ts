import type { Duplex } from "node:stream";

/** A connected stream to a place: straight, or through the gateway hop. Errors as `Dialer.connect`. */
export type Dial = (host: string, port: number) => Promise<Duplex>;

/** The one hop behind which the foundation lies: a jump box, or a proxy that somebody keeps open. */
export interface Gateway {
  readonly label: string;
  /** A stream to a place behind it; logs in first if there is no living connection. */
  readonly forward: Dial;
  /** Logs in if there is no living connection, so that its refusal is not taken for that of somebody behind it. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
