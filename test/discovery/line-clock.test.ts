/** When a line was written, by the clock of its host. */
import { expect, it } from "vitest";
import { clockOf } from "../../src/discovery/lines/line-clock.ts";
import { lager } from "./broker-log.ts";

const at = (iso: string): number => Date.parse(iso) / 1000;
const line = (local: string, iso: string): string =>
  `<14>${local} broker-vm broker: ${lager([["catalog.start"]], "dingo-postgresql-broker", at(iso)).trimEnd()}`;
const naked = "<14>Oct 28 14:00:00 broker-vm sshd: hello";

it("is told by the offset that the file's own stamps show", () => {
  const clock = clockOf([line("Oct 28 13:00:00", "2015-10-28T12:00:00Z")]);
  expect(clock?.(naked)).toBe(Date.parse("2015-10-28T13:00:00Z"));
});

it("is not told where the clock was changed on the way, but by the line itself", () => {
  const summer = line("Oct 20 14:00:00", "2015-10-20T12:00:00Z");
  const clock = clockOf([summer, line("Oct 31 13:00:00", "2015-10-31T12:00:00Z")]);
  expect(clock?.(naked)).toBeUndefined();
  expect(clock?.(summer)).toBe(Date.parse("2015-10-20T12:00:00Z"));
});
