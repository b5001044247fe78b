/**
 * The cf program's way through the gateway hop: it dials by itself, so it is given a proxy on loopback that forwards to
 * the platform's own hosts and to nothing else.
 */
import { isIP } from "node:net";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import type { Gateway } from "../../../kit/network/dial.ts";
import { openRelay, type Relay } from "../../../kit/network/relay.ts";

const HTTPS_PORT = 443;

export class CfHop {
  readonly #gateway: Gateway;
  readonly #api: string;
  readonly #secrets: Secrets;
  #relay: Promise<Relay> | undefined;

  /** `api`: the HTTPS address of the API. */
  constructor(gateway: Gateway, api: string, secrets: Secrets) {
    this.#gateway = gateway;
    this.#api = api;
    this.#secrets = secrets;
  }

  /**
   * For `https_proxy`. The gateway is logged in to first: the program would take its refusal, or a person's thinking
   * time, for a failure of the API. Errors: those of the gateway's log-in.
   */
  async proxy(): Promise<string> {
    await this.#gateway.ready();
    this.#relay ??= openRelay({
      dial: this.#gateway.forward,
      allows: platformHosts(this.#api),
      secrets: this.#secrets,
    });
    return (await this.#relay).proxy;
  }

  async close(): Promise<void> {
    await (await this.#relay)?.close();
  }
}

/**
 * Second labels under which the registries of countries let anybody register, so that the domain above is nobody's
 * (publicsuffix.org, its ICANN part: the ones that more than one country has).
 */
const REGISTRY_LABELS = new Set(
  "ac co com ed edu firm gen go gob gouv gov govt gub id idf in ind info k12 lg ltd me mil muni ne net nhs nic nom or org plc police pro res sch web".split(
    " ",
  ),
);

function isPublicSuffix(domain: string): boolean {
  const labels = domain.replace(/\.$/, "").split(".");
  const [second = "", top = ""] = labels;
  return labels.length < 2 || (labels.length === 2 && top.length === 2 && REGISTRY_LABELS.has(second));
}

/** The API's own host, and its neighbours in the system domain (uaa, login, log-cache), which the API refers to. */
export function platformHosts(api: string): (host: string, port: number) => boolean {
  const url = new URL(api);
  const apiHost = url.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const apiPort = Number(url.port === "" ? HTTPS_PORT : url.port);
  const domain = isIP(apiHost) === 0 ? apiHost.slice(apiHost.indexOf(".") + 1) : "";
  // "com" or "co.uk" would allow half of the world.
  const neighbours = isPublicSuffix(domain) ? undefined : `.${domain}`;
  return (host, port) => {
    const name = host.toLowerCase();
    if (name !== apiHost && (neighbours === undefined || !name.endsWith(neighbours))) return false;
    return port === apiPort || port === HTTPS_PORT;
  };
}
