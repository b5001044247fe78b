/** Who may look at the page: who has its address, from this machine, by a browser that came by itself. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Address {
  readonly port: number;
  /** 64 hexadecimal digits: a request that has them may read. */
  readonly token: string;
}

export type Judgement =
  | { readonly kind: "page" }
  | { readonly kind: "changes" }
  | { readonly kind: "refused"; readonly status: 403 | 404 | 405 };

export const pathOf = ({ token }: Address): string => `/${token}/`;

/** A name that leads here by somebody's DNS (rebinding), a link on another site and another site's script are refused. */
export function judge(request: Pick<IncomingMessage, "method" | "url" | "headers">, address: Address): Judgement {
  const { host = "", origin } = request.headers;
  const hosts = [`127.0.0.1:${address.port}`, `localhost:${address.port}`];
  if (!hosts.includes(host)) return { kind: "refused", status: 403 };
  if (origin !== undefined && !hosts.some((each) => origin === `http://${each}`))
    return { kind: "refused", status: 403 };
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "none" && site !== "same-origin") return { kind: "refused", status: 403 };
  const [, token = "", rest, ...more] = (request.url ?? "").split("/");
  if (!isSame(token, address.token) || more.length > 0) return { kind: "refused", status: 404 };
  // A HEAD of the changes would be a reader for ever, which nothing is sent to.
  const isAllowed = request.method === "GET" || (request.method === "HEAD" && rest !== "changes");
  if (!isAllowed) return { kind: "refused", status: 405 };
  if (rest === "") return { kind: "page" };
  return rest === "changes" ? { kind: "changes" } : { kind: "refused", status: 404 };
}

/** Takes as long for a wrong one as for one that is nearly right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
