import { fc } from "../properties.ts";
import { describe, expect, it } from "vitest";
import { mayCarryStamp } from "../../src/discovery/lines/inner-stamp.ts";
import { readLogLines } from "../../src/discovery/lines/log-line.ts";
import { bytesOf, FOUNDATIONS, isKept, truthOf } from "./recorded-logs.ts";

/** True for a line that teaches a clock: a time without year and zone around an exact one. */
const teaches = (line: string): boolean =>
  readLogLines(line).some(({ envelope, inner }) => envelope.naked !== undefined && inner !== undefined);

const LAGER =
  '{"timestamp":"1458195017.896692991","source":"b","message":"b.deprovision.start","log_level":1,"data":{}}';
const REWRITTEN = '{"source":"b", "data":{}, "message":"b.deprovision.start", "timestamp": "1458195017.896692991"}';
const head = fc.constantFrom(
  "Mar 14 01:00:01 10.10.5.9 docker/cf-1:  ",
  "<14>Mar 14 01:00:01.123 10.10.5.9 docker[12]: ",
  "Mar 14 01:00:01 docker[12]",
  "Mar 14 01:00:01 host prog ",
  "Mar  4 01:00:01 host prog:",
  "",
);
const piece = fc.constantFrom(
  "2016-03-14T09:00:01.123456-00",
  "2016-03-14T09:00:01Z ",
  'time="2016-03-14T09:00:01Z" ',
  "STRUCTURED: time=",
  "   ",
  "[",
  "GET /",
  LAGER,
  REWRITTEN,
  JSON.stringify(LAGER),
  JSON.stringify(JSON.stringify(LAGER)),
  JSON.stringify(LAGER).slice(0, -9),
  LAGER.slice(0, -9),
);
const line = fc.tuple(head, fc.array(piece, { maxLength: 4 })).map(([first, rest]) => first + rest.join(""));
const wrapped = fc.record({ message: line, host: fc.constant("h") }).map((event) => JSON.stringify(event));

describe("a line that a clock is learned from", () => {
  it("is never passed over, however it is written", () => {
    fc.assert(
      fc.property(fc.oneof(line, wrapped), (text) => {
        fc.pre(teaches(text));
        expect(mayCarryStamp(text)).toBe(true);
      }),
      { numRuns: 2000, maxSkipsPerRun: 20 },
    );
  });

  it("is never passed over in the logs of real brokers", () => {
    for (const foundation of FOUNDATIONS)
      for (const { file } of truthOf(foundation).scenarios.filter((each) => isKept(foundation, each.file))) {
        const missed = bytesOf(foundation, file)
          .toString()
          .split("\n")
          .filter((text) => !mayCarryStamp(text) && teaches(text));
        expect(missed).toEqual([]);
      }
  });

  it("is told from those of a router, which have a time within", () => {
    const router =
      'Mar 14 01:00:01 10.10.5.2 vcap.gorouter:  a.example - [2016-03-14T09:00:01.000Z] "GET / HTTP/1.1" 200';
    expect(mayCarryStamp(router)).toBe(false);
  });

  it("is told from those of Cloud Controller, whose time is a number", () => {
    const controller =
      'Mar 14 01:00:01 10.10.5.3 vcap.cloud_controller_ng:  {"timestamp":1457946001.5,"message":"SELECT"}';
    expect(mayCarryStamp(controller)).toBe(false);
  });
});
