/** What a stroke does to Cloud Controller's calls to the broker, in the words of its errors (cf-bosh.md §2.4). */
import { unreachable } from "../../errors.js";
import type { Broker, BrokerProgress } from "../cloud-controller/broker.js";
import type { Stroke } from "./blow.js";
import type { Weather } from "./weather.js";

const GOING_ON: BrokerProgress = { state: "in progress", description: "" };

export function overBroker(broker: Broker, weather: Weather): Broker {
  const call = async <T>(operation: keyof Broker, work: () => Promise<T>): Promise<T> => {
    const stroke = weather.strike("broker", operation);
    return stroke === undefined ? await work() : await suffer(stroke, weather, work);
  };
  return {
    provision: (request) => call("provision", () => broker.provision(request)),
    deprovision: (request) => call("deprovision", () => broker.deprovision(request)),
    // Cloud Controller asks a broker that did not answer again, until its own deadline.
    progress: (request) => call("progress", () => broker.progress(request)).catch(() => GOING_ON),
    bind: (request) => call("bind", () => broker.bind(request)),
    unbind: (request) => call("unbind", () => broker.unbind(request)),
    credentials: (request) => call("credentials", () => broker.credentials(request)),
  };
}

async function suffer<T>({ kind, after }: Stroke, weather: Weather, work: () => Promise<T>): Promise<T> {
  if (after) await work();
  switch (kind) {
    case "timeout":
      await weather.giveUp();
      throw new Error("The request to the service broker timed out");
    case "reset":
      throw new Error("The service broker could not be reached");
    case "403":
    case "500":
    case "502":
    case "503":
      throw new Error(`Service broker error: the broker answered with status ${kind}`);
    case "half":
    case "garbage":
      await work();
      throw new Error("The service broker returned an invalid response: expected valid JSON object in body");
    case "slow":
      await weather.slowly();
      return await work();
    case "duplicate":
      return await work();
    case "twice":
      await work();
      return await work();
    default:
      return unreachable(kind);
  }
}
