/** Who may log in where: public keys only, with a proof of the private half. */
import type { AuthContext, Connection } from "ssh2";
import { isKey } from "./keys.ts";

/** `keysOf` gives the public key lines of a user, undefined where there is no such user. */
export function requireKey(connection: Connection, keysOf: (user: string) => readonly string[] | undefined): void {
  connection.on("authentication", (context: AuthContext) => {
    const lines = keysOf(context.username);
    if (context.method !== "publickey" || lines === undefined) return context.reject(["publickey"]);
    const key = lines.map((line) => isKey(line, context.key)).find((found) => found !== undefined);
    if (key === undefined) return context.reject(["publickey"]);
    // Without a signature the client only asks whether the key would do.
    if (context.signature === undefined || context.blob === undefined) return context.accept();
    return key.verify(context.blob, context.signature, context.hashAlgo)
      ? context.accept()
      : context.reject(["publickey"]);
  });
}
