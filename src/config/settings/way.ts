/**
 * The one way to what lies behind the foundation's border: `bosh.gateway`, else BOSH_GW_HOST, else BOSH_ALL_PROXY. The
 * director and the cells always take it; Cloud Foundry and the store where `via_gateway` says so.
 */
import type { Located } from "../../kit/yaml/located.ts";
import { readAllProxy } from "./all-proxy.ts";
import type { GatewayConfig, SocksConfig } from "./config.ts";
import { readGateway } from "./gateway.ts";
import type { Reading } from "./reading.ts";

export interface GatewayOrProxy {
  readonly gateway?: GatewayConfig;
  readonly socks?: SocksConfig;
}

/** Read at the first question, so that who needs no gateway is not told of its mistakes; and once, to tell them once. */
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
