/** The gateway: its host key, and a log-in there. */
import { ok } from "./check.ts";
import type { Looks } from "./looks.ts";

export interface GatewayHop {
  readonly label: string;
  ready(): Promise<void>;
}

/** True if the systems behind the gateway can be looked at. */
export async function examineGateway(looks: Looks, hop: GatewayHop): Promise<boolean> {
  const ready = await looks.look("gateway.log-in", `the log-in to ${hop.label}`, async () => {
    await hop.ready();
    return true;
  });
  if (ready !== true) return false;
  looks.say("gateway.log-in", ok("the host key is the right one, and the log-in holds"));
  return true;
}
