/** Bearer tokens as a UAA gives them out. */
import { jsonOf } from "../json.ts";
import type { HttpRequest } from "./message.ts";

/** Unsigned in truth; all three parts are valid base64url, which the CLI insists on (real-parts.md §1.7). */
export function signed(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.c2ln`;
}

export const bearerToken = ({ headers }: HttpRequest): string | undefined =>
  headers["authorization"]?.replace(/^bearer /i, "");

/** None of what is no token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const value = jsonOf(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return typeof value === "object" && value !== null ? { ...value } : {};
}
