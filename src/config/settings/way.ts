/**
 * The one way to what lies behind the foundation's border: `bosh.gateway`, else BOSH_GW_HOST, else BOSH_ALL_PROXY. The
 * director and the cells always take it; Cloud Foundry and the store if `via_gateway` says so.
 */
import type { Located } from "../../kit/yaml/located.ts";
import type { GatewayConfig, SocksConfig } from "./config.ts";
import { HOST, readGateway, userOf } from "./gateway.ts";
import { environmentError, type Reading } from "./reading.ts";
import type { RecoverError } from "../../errors.ts";
import { holdsKey } from "./key-text.ts";

export interface GatewayOrProxy {
  readonly gateway?: GatewayConfig;
  readonly socks?: SocksConfig;
}

/** Reads the gateway at the first question, and once: only a run that needs it hears of its mistakes, and hears them once. */
export class Way {
  readonly #reading: Reading;
  readonly #bosh: Located | undefined;
  #read: GatewayOrProxy | undefined;

  constructor(reading: Reading, bosh: Located | undefined) {
    this.#reading = reading;
    this.#bosh = bosh;
  }

  get value(): GatewayOrProxy {
    this.#read ??= this.#find();
    return this.#read;
  }

  /** True if `via_gateway` is set and there is a gateway; without one a finding. */
  asked(node: Located | undefined): boolean {
    if (node === undefined || !this.#reading.flag(node, "via_gateway")) return false;
    const { gateway, socks } = this.value;
    if (gateway !== undefined || socks !== undefined || this.#inFile !== undefined) return true;
    this.#reading.findings.add(node.at, {
      message: '"via_gateway" is set, but there is no gateway',
      remedy: "Add `bosh: { gateway: { host: HOST, user: USER } }`, or set BOSH_ALL_PROXY.",
    });
    return false;
  }

  /** A setting of the file counts alone, even if it has mistakes. */
  #find(): GatewayOrProxy {
    const gateway = readGateway(this.#reading, this.#inFile);
    if (gateway !== undefined) return { gateway };
    return this.#inFile === undefined ? readAllProxy(this.#reading) : {};
  }

  get #inFile(): Located | undefined {
    return this.#bosh?.kind === "map" ? this.#bosh.entries.get("gateway")?.value : undefined;
  }
}

const NAME = "BOSH_ALL_PROXY";
const SSH_PORT = 22;
const SOCKS_PORT = 1080;

/**
 * BOSH_ALL_PROXY as the bosh CLI takes it (cf-bosh.md §3.2, §3.5). `ssh+socks5://USER@HOST:PORT?private-key=PATH` is
 * our gateway hop; `socks5://HOST:PORT` is a proxy that somebody keeps open. All other values are refused: if they were
 * ignored, the director's secrets would go another way than was said.
 */
function readAllProxy(reading: Reading): { readonly gateway?: GatewayConfig; readonly socks?: SocksConfig } {
  const text = reading.variable(NAME);
  if (text === undefined) return {};
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !HOST.test(url.hostname) || url.password !== "") throw unreadable();
  switch (url.protocol) {
    case "ssh+socks5:":
      return { gateway: gatewayOf(reading, url) };
    case "socks5:":
    case "socks5h:":
      if (url.username !== "" || url.search !== "") throw unreadable();
      return { socks: { host: url.hostname, port: portOf(url, SOCKS_PORT) } };
    default:
      throw unreadable();
  }
}

function gatewayOf(reading: Reading, url: URL): GatewayConfig {
  const key = url.searchParams.get("private-key");
  if ([...url.searchParams.keys()].some((name) => name !== "private-key")) throw unreadable();
  if (key !== null && holdsKey(key)) throw unreadable();
  return {
    host: url.hostname,
    port: portOf(url, SSH_PORT),
    user: userOf(url.username, NAME),
    privateKey: key === null || key === "" ? undefined : { kind: "file", path: reading.path(key) },
  };
}

function portOf(url: URL, usual: number): number {
  return Number(url.port === "" ? usual : url.port);
}

/** The error does not repeat the value: people write passwords into such addresses. */
function unreadable(): RecoverError {
  return environmentError(
    NAME,
    "cannot be read",
    "Set it to ssh+socks5://USER@HOST:PORT?private-key=PATH or socks5://HOST:PORT, or unset it.",
  );
}
