/** The events that will happen by themselves, and when. Appointments are kept in order of time, then of making. */
import type { Appointment } from "./appointment.ts";
import type { World } from "./world.ts";

type WithoutTime<T> = T extends unknown ? Omit<T, "at" | "order"> : never;

/** Makes an appointment `ms` from now. */
export function after(world: World, ms: number, what: WithoutTime<Appointment>): void {
  const at = world.now + ms;
  const order = (world.drawn += 1);
  const place = world.agenda.findLastIndex((other) => other.at <= at);
  world.agenda.splice(place + 1, 0, { at, order, ...what });
}
