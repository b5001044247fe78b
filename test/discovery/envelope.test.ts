import { describe, expect, it } from "vitest";
import { readEnvelope } from "../../src/discovery/lines/envelope.ts";
import { SourceClock, guessFromFile } from "../../src/discovery/lines/source-clock.ts";
import { compareStamps, fromEpoch, fromIso } from "../../src/discovery/lines/stamp.ts";

describe("an envelope", () => {
  it("is read from RFC 3164 with two blanks before the message", () => {
    const line = 'Mar 16 23:10:17 0.router-partition-cac9.dingo-postgresql-98b0 broker.stdout.log:  {"timestamp":1}';
    expect(readEnvelope(line)).toEqual({
      format: "rfc3164",
      naked: { month: 2, day: 16, secondOfDay: 83_417 },
      host: "0.router-partition-cac9.dingo-postgresql-98b0",
      program: "broker.stdout.log",
      body: '{"timestamp":1}',
    });
  });

  it("is read from a tag that rsyslog cut at 32 bytes, colon and all", () => {
    const line = "Nov 21 05:20:14 c18b5523-596c docker/cf-d611d821-15eb-481e-96f 53ab7e-startup> scope: &scope x";
    expect(readEnvelope(line)).toMatchObject({
      program: "docker/cf-d611d821-15eb-481e-96f",
      body: "53ab7e-startup> scope: &scope x",
    });
  });

  it("is read from what Docker's driver sends, which names no host", () => {
    const line = "<30>Nov 21 12:25:51 docker/cf-d611d821-15eb-481e-96f8-c5f1a0b1d2e3[6779]: 53ab7e-startup> x";
    const { host, program, body } = readEnvelope(line);
    expect({ host, program, body }).toEqual({
      host: undefined,
      program: "docker/cf-d611d821-15eb-481e-96f8-c5f1a0b1d2e3",
      body: "53ab7e-startup> x",
    });
    expect(readEnvelope("Nov 21 12:25:51 h sshd[1]: x")).toMatchObject({ host: "h", program: "sshd", body: "x" });
    expect(readEnvelope("Nov 21 12:25:51 alone").format).toBe("bare");
  });

  it("is read from RFC 5424 with octet counting and quoted brackets in structured data", () => {
    const line =
      '276 <14>1 2016-03-17T06:10:17.896+00:00 10.0.0.1 broker rs2 - [instance@47450 director="" id="a\\"]b"] hello';
    expect(readEnvelope(line)).toMatchObject({ format: "rfc5424", host: "10.0.0.1", program: "broker", body: "hello" });
    expect(readEnvelope(line).stamp?.text).toBe("2016-03-17T06:10:17.896Z");
  });

  it("is read from rsyslog's ISO format and told from docker logs", () => {
    const iso = readEnvelope("2026-11-21T05:20:14.4-08:00 c18b5523-596c docker[6779] 53ab7e-startup> x");
    expect(iso).toMatchObject({ format: "iso", program: "docker", body: "53ab7e-startup> x" });
    expect(iso.stamp?.text).toBe("2026-11-21T13:20:14.4Z");
    const docker = readEnvelope("2026-11-21T13:19:11.272960397Z 7d61d6-startup> scope: &scope x");
    expect(docker).toMatchObject({ format: "docker", body: "7d61d6-startup> scope: &scope x" });
    expect(docker.stamp?.text).toBe("2026-11-21T13:19:11.272960397Z");
  });

  it("is none around a program's own output", () => {
    expect(readEnvelope('{"timestamp":"1.5"}')).toEqual({ format: "bare", body: '{"timestamp":"1.5"}' });
  });

  it("is not sought for long in a hostile line", () => {
    const line = `<14>1 2016-03-17T06:10:17Z h p - - [${'x="'.repeat(200_000)}`;
    expect(readEnvelope(line).format).toBe("bare");
  });
});

describe("a stamp", () => {
  it("keeps every digit of an epoch that a double would lose", () => {
    expect(fromEpoch("1458195017.896692991")).toEqual({ ms: 1458195017896, text: "2016-03-17T06:10:17.896692991Z" });
  });

  it("orders by nanoseconds", () => {
    const [a, b] = [fromEpoch("1458195017.896692991"), fromEpoch("1458195017.896692992")];
    if (a === undefined || b === undefined) throw new Error("no stamp");
    expect([compareStamps(a, b), compareStamps(b, a), compareStamps(a, a)]).toEqual([-1, 1, 0]);
  });

  it("takes wal-e's -00 for UTC, and nothing without a zone", () => {
    expect(fromIso("2016-03-17T02:11:48.811154-00")?.text).toBe("2016-03-17T02:11:48.811154Z");
    expect(fromIso("2016-03-17T02:11:48")).toBeUndefined();
    expect(fromIso("2016-13-45T02:11:48Z")).toBeUndefined();
  });
});

describe("the clock of a source", () => {
  const naked = (month: number, day: number, hour: number, minute = 0) => ({
    month: month - 1,
    day,
    secondOfDay: hour * 3600 + minute * 60,
  });

  it("learns an offset that crosses midnight", () => {
    const clock = new SourceClock();
    clock.observe(naked(3, 16, 23, 10), Date.parse("2016-03-17T06:10:00.9Z"));
    expect(clock.offsets).toEqual(["-07:00"]);
    expect(new Date(clock.resolve(naked(3, 17, 1)) ?? 0).toISOString()).toBe("2016-03-17T08:00:00.000Z");
  });

  it("learns the year, also around new year's eve", () => {
    const clock = new SourceClock();
    clock.observe(naked(12, 31, 16, 30), Date.parse("2017-01-01T00:30:00Z"));
    expect(new Date(clock.resolve(naked(12, 31, 15)) ?? 0).toISOString()).toBe("2016-12-31T23:00:00.000Z");
    expect(new Date(clock.resolve(naked(1, 1, 2)) ?? 0).toISOString()).toBe("2017-01-01T10:00:00.000Z");
  });

  it("takes the offset of the nearer side of a change to daylight saving", () => {
    const clock = new SourceClock();
    clock.observe(naked(3, 12, 22), Date.parse("2016-03-13T06:00:00Z"));
    clock.observe(naked(3, 14, 9), Date.parse("2016-03-14T16:00:00Z"));
    expect(clock.offsets).toEqual(["-08:00", "-07:00"]);
    expect(new Date(clock.resolve(naked(3, 14, 10)) ?? 0).toISOString()).toBe("2016-03-14T17:00:00.000Z");
    expect(new Date(clock.resolve(naked(3, 12, 21)) ?? 0).toISOString()).toBe("2016-03-13T05:00:00.000Z");
  });

  it("learns nothing from a line that was on its way for an hour and ten minutes", () => {
    const clock = new SourceClock();
    clock.observe(naked(3, 16, 12, 10), Date.parse("2016-03-16T11:03:00Z"));
    expect(clock.resolve(naked(3, 16, 12))).toBeUndefined();
  });

  it("never guesses a year that lies in the file's future", () => {
    const guess = guessFromFile(naked(12, 30, 12), new Date("2017-01-05T00:00:00Z"));
    expect(new Date(guess).toISOString()).toBe("2016-12-30T12:00:00.000Z");
  });

  it("guesses a year that has the day", () => {
    const guess = guessFromFile(naked(2, 29, 12), new Date("2027-03-05T00:00:00Z"));
    expect(new Date(guess).toISOString()).toBe("2024-02-29T12:00:00.000Z");
  });
});
