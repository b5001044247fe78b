/** Reads `bosh:` but for its gateway, which `way.ts` reads. */
import type { Located } from "../../kit/yaml/located.ts";
import { isLoopback, parseAddress } from "./address.ts";
import type { BoshConfig } from "./config.ts";
import { fitting, Part } from "./part.ts";
import type { Reading } from "./reading.ts";

const DIRECTOR_PORT = 25_555;

export function readBosh(reading: Reading, node: Located | undefined): Omit<BoshConfig, "gateway" | "socks"> {
  const part = new Part(reading, "bosh", node);
  return {
    environment: part.given("environment", {
      read: directorUrl,
      wrong: "is no address of a director",
      remedy:
        "Write the director's address, `10.0.0.10` or `https://10.0.0.10:25555`; an alias of the bosh CLI is not known here.",
    }),
    deployment: part.given("deployment", {
      read: fitting(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/u),
      wrong: "is no name of a deployment",
      remedy: "Write the name as `bosh deployments` shows it.",
    }),
    caCert: part.certificate("the director's"),
    client: part.text("client"),
    clientSecret: part.secret("client_secret"),
  };
}

/** A director speaks TLS. Only that of a rehearsal, on this very machine, does without. */
function directorUrl(text: string): string | undefined {
  const address = parseAddress(text, "https");
  if (address === undefined || (address.protocol === "http:" && !isLoopback(address.host))) return undefined;
  return address.port === undefined ? `${address.url}:${DIRECTOR_PORT}` : address.url;
}
