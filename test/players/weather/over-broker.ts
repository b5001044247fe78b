/** Cloud Controller's calls to the broker in bad weather, in the words of its errors (cf-bosh.md §2.4). */
import type { Broker, BrokerProgress } from "../../../src/rehearsal/cloud-controller/broker.ts";
import type { Stroke } from "./blow.ts";
import { suffer, type Waits } from "./suffer.ts";

const GOING_ON: BrokerProgress = { state: "in progress", description: "" };

function no(why: string): never {
  throw new Error(why);
}

export function overBroker(
  broker: Broker,
  waits: Waits,
  struck: (operation: keyof Broker) => Stroke | undefined,
): Broker {
  const call = async <T>(operation: keyof Broker, work: () => Promise<T>): Promise<T> => {
    const stroke = struck(operation);
    if (stroke === undefined) return await work();
    const invalid = (): T => no("The service broker returned an invalid response: expected valid JSON object in body");
    return await suffer<T, T>(stroke, waits, {
      work,
      whole: (done) => done,
      twice: (done) => done,
      half: invalid,
      garbage: invalid,
      gone: (kind) =>
        no(
          kind === "timeout"
            ? "The request to the service broker timed out"
            : "The service broker could not be reached",
        ),
      fails: (status) => no(`Service broker error: the broker answered with status ${status}`),
    });
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
