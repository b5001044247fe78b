/** Addresses as people write them: with or without scheme and port. */

export interface Address {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number | undefined;
  /** Without a slash at the end. */
  readonly url: string;
}

/**
 * Undefined if the text is no address: user names, paths and queries do not belong in one. `scheme` is taken if the
 * text has none.
 */
export function parseAddress(text: string, scheme: "http" | "https"): Address | undefined {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `${scheme}://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(whole);
  const bare = [username, password, search, hash].every((part) => part === "") && (pathname === "/" || pathname === "");
  if ((protocol !== "http:" && protocol !== "https:") || hostname === "" || !bare) return undefined;
  const number = port === "" ? explicitPort(whole) : Number(port);
  return {
    protocol,
    host: hostname,
    port: number,
    url: `${protocol}//${hostname}${number === undefined ? "" : `:${number}`}`,
  };
}

/** The port that a person wrote: `URL` drops one that is the scheme's default. */
function explicitPort(text: string): number | undefined {
  const port = /:(\d+)\/?$/u.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(host);
}
