/** Bad weather on every passage of a box: the calls that it meets, and their fates. */
import { type BoxClock, shown, waitUntil } from "../../../src/rehearsal/box/clock.ts";
import { type Passage, send } from "../../../src/rehearsal/passage.ts";
import { type Blow, type Front, frontsOf, type Stroke, strike, type System } from "./blow.ts";
import { overBroker } from "./over-broker.ts";
import { overHttp } from "./over-http.ts";
import { commandWord, overCurl, overSsh } from "./over-ssh.ts";
import { suffer, type Waits } from "./suffer.ts";

/** As long as something in between waits for an answer before it gives up, and as long as a slow answer takes; of the box. */
const GIVES_UP_MS = 60_000;
const SLOW_MS = 10_000;

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** `GET/v3/service_instances/:guid`: the same in every run. */
const sameInEachRun = (operation: string): string =>
  operation.replaceAll(GUID, ":guid").replace(/^([A-Z]+\/tasks\/)\d+/, "$1:id");

export class Weather {
  /** Calls that were struck: `s3:CopyObject`. */
  readonly struck: string[] = [];
  /** Of all calls that came by: `CopyObject`. */
  readonly operations: string[] = [];
  #fronts: readonly Front[];

  constructor(blows: readonly Blow[] = []) {
    this.#fronts = frontsOf(blows);
  }

  /** Replaces the trouble that strikes from now on. */
  turn(blows: readonly Blow[]): void {
    this.#fronts = frontsOf(blows);
  }

  readonly over = (clock: BoxClock): Passage => {
    const wait = (ms: number): Promise<void> => waitUntil(clock, shown(clock) + ms);
    const waits: Waits = { giveUp: () => wait(GIVES_UP_MS), slowly: () => wait(SLOW_MS) };
    const struck = (system: System, operation: string): Stroke | undefined =>
      this.#strike(system, sameInEachRun(operation), shown(clock));
    return {
      http: async ({ system, operation }, outgoing, answer) => {
        const stroke = struck(system, operation);
        if (stroke === undefined) send(outgoing, await answer());
        else await suffer(stroke, waits, overHttp(outgoing, answer));
      },
      gateway: async (address, hangUp) => {
        const stroke = struck("gateway", address);
        // A gateway that does not let through always rejects; for some troubles only after a while.
        if (stroke?.kind === "timeout") await waits.giveUp();
        if (stroke?.kind === "reset") hangUp();
        return stroke === undefined || stroke.kind === "slow";
      },
      command: (line, work) => {
        const stroke = struck("ssh", commandWord(line));
        return stroke === undefined ? work() : suffer(stroke, waits, overSsh(work));
      },
      curl: (system, method, work) => {
        const stroke = struck(system, method);
        if (stroke === undefined) return work();
        const carryOut = () => Promise.resolve(work() ?? { code: 1, stdout: "", stderr: "" });
        // Curl itself gives up first.
        return suffer(stroke, { ...waits, giveUp: waits.slowly }, overCurl(carryOut));
      },
      broker: (broker) => overBroker(broker, waits, (operation) => struck("broker", operation)),
    };
  };

  #strike(system: System, operation: string, now: number): Stroke | undefined {
    this.operations.push(operation);
    const { stroke, fronts } = strike(this.#fronts, { system, operation, now });
    this.#fronts = fronts;
    if (stroke !== undefined) this.struck.push(`${system}:${operation}`);
    return stroke;
  }
}
