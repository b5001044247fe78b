/**
 * BOSH_ALL_PROXY as the bosh CLI takes it (cf-bosh.md §3.2, §3.5). `ssh+socks5://USER@HOST:PORT?private-key=PATH` is
 * our gateway hop; `socks5://HOST:PORT` is a proxy that somebody keeps open. All other values are refused: if they were
 * ignored, the director's secrets would go another way than was said.
 */
import type { RecoverError } from "../../errors.ts";
import type { GatewayConfig, SocksConfig } from "./config.ts";
import { HOST, userOf } from "./gateway.ts";
import { holdsKey } from "./key-text.ts";
import { environmentError, type Reading } from "./reading.ts";

const NAME = "BOSH_ALL_PROXY";
const SSH_PORT = 22;
const SOCKS_PORT = 1080;

export function readAllProxy(reading: Reading): { readonly gateway?: GatewayConfig; readonly socks?: SocksConfig } {
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
    ...(key === null || key === "" ? {} : { privateKey: { kind: "file", path: reading.path(key) } }),
  };
}

function portOf(url: URL, usual: number): number {
  return Number(url.port === "" ? usual : url.port);
}

/** Its value is not repeated: people write passwords into such addresses. */
function unreadable(): RecoverError {
  return environmentError(
    NAME,
    "cannot be read",
    "Set it to ssh+socks5://USER@HOST:PORT?private-key=PATH or socks5://HOST:PORT, or unset it.",
  );
}
