import type { Duplex } from "node:stream";

/** A connected stream to a place: straight, or through the gateway hop. Errors as `Dialer.connect`. */
export type Dial = (host: string, port: number) => Promise<Duplex>;
