/** Lines as collectors carry them: JSON around them, JSON inside strings, Papertrail's archives; cells and containers. */
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");
const NODE = "299a5098-750c-4191-96ea-3ac5ca5a88d5";
const DELETION = lager(goodDeletion()).trimEnd().split("\n");
const GONE_AT = "2016-03-17T06:10:17.040000000Z";

async function search(text: string) {
  const files = memoryLogs({ "b.log": text }, { modifiedAt: now });
  return await discover({ sources: { logs: { files, patterns: ["b.log"] }, now }, query: {} });
}

const json = (wrap: (line: string) => unknown): string => DELETION.map((line) => JSON.stringify(wrap(line))).join("\n");

const syslog = (line: string): string => `<14>1 2016-03-17T06:10:17Z 10.0.0.1 broker.stdout.log - - - ${line}`;

describe("a deletion inside JSON", () => {
  it.each<[string, (line: string) => unknown]>([
    [
      "a Logsearch document",
      (line) => ({ "@timestamp": "2016-03-17T06:10:18Z", "@message": line, "@raw": syslog(line) }),
    ],
    ["a hit of a search", (line) => ({ _index: "logs-platform-2016.03.17", _source: { "@message": line } })],
    ["Docker's own file", (line) => ({ log: `${line}\n`, stream: "stdout", time: "2016-03-17T06:10:18Z" })],
    ["journald", (line) => ({ __REALTIME_TIMESTAMP: "1458195018000000", MESSAGE: line, SYSLOG_IDENTIFIER: "broker" })],
    [
      "another shipper with the same first field",
      (line) => ({ timestamp: "2016-03-17T06:10:18Z", host: "r", message: line }),
    ],
    [
      "a string in a string in a string",
      (line) => ({ message: JSON.stringify({ message: JSON.stringify({ log: line }) }) }),
    ],
    ["an object that was unpacked", (line) => ({ "@type": "json", broker: JSON.parse(line) as unknown })],
  ])("is found in %s", async (_name, wrap) => {
    const { document, exitCode } = await search(json(wrap));
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", deletedAt: GONE_AT }]);
    expect(document.candidates[0]?.evidence[0]).toMatchObject({ line: 1, byteOffset: 0 });
    expect(exitCode).toBe(0);
    expect(document.coverage).toMatchObject([{ complete: true }]);
  });

  it("is found if one message carries several lines", async () => {
    const { document } = await search(JSON.stringify({ message: DELETION.join("\n") }));
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted" }]);
  });

  it.each<[string, (lines: readonly string[]) => unknown]>([
    [
      "CloudWatch",
      (lines) => ({
        messageType: "DATA_MESSAGE",
        logEvents: lines.map((message, id) => ({ id: String(id), timestamp: 1458195018000, message: syslog(message) })),
      }),
    ],
    [
      "Loki",
      (lines) => ({ streams: [{ stream: { job: "b" }, values: lines.map((line) => ["1458195018000000000", line]) }] }),
    ],
    [
      "a page of a search",
      (lines) => ({ hits: { hits: lines.map((line) => ({ _source: { "@raw": syslog(line), "@message": line } })) } }),
    ],
    ["a list", (lines) => lines.map((log) => ({ log }))],
    ["an object of objects", (lines) => Object.fromEntries(lines.map((message, id) => [`e${id}`, { message }]))],
  ])("is found if one line carries many events: %s", async (_name, wrap) => {
    const { document, exitCode } = await search(
      JSON.stringify(wrap([...lager([eraF.create()]).trim().split("\n"), ...DELETION])),
    );
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", deletedAt: GONE_AT }]);
    expect(document.coverage).toMatchObject([{ complete: true }]);
    expect(exitCode).toBe(0);
  });

  it("is whole if the end of the file begins within such a line", async () => {
    const lines = [...DELETION, ...Array<string>(300).fill(lager([["add-node.perform.wait"]]).trimEnd())];
    const { document } = await search(`${JSON.stringify({ logEvents: lines.map((message) => ({ message })) })}\n`);
    expect(document.coverage).toMatchObject([{ complete: true }]);
  });

  const rewritten = (line: string): Record<string, unknown> => {
    const { data, ...head } = JSON.parse(line) as Record<string, unknown>;
    return { data, ...Object.fromEntries(Object.entries(head).sort()) };
  };

  it.each<[string, (line: string) => string]>([
    ["with its fields sorted", (line) => JSON.stringify(rewritten(line))],
    ["sorted, behind a head", (line) => `Mar 17 06:10:17 h broker[9]: ${JSON.stringify(rewritten(line))}`],
    ["with blanks", (line) => line.replace("{", "{ ").replaceAll('":', '" : ')],
    [
      "with blanks, behind a head",
      (line) => `Mar 17 06:10:17 h b: ${line.replace("{", "{ ").replaceAll('":', '" : ')}`,
    ],
    ["sorted, within another document", (line) => JSON.stringify({ broker: rewritten(line) })],
    ["quoted as in CSV", (line) => `"06:10","${line.replaceAll('"', '""')}"`],
    ["quoted as in HTML", (line) => line.replaceAll('"', "&#34;")],
    ["without its source", (line) => line.replace(/"source":"[^"]*",/, "")],
  ])("is found in lager's own that was written again: %s", async (_name, write) => {
    const { document, exitCode } = await search(DELETION.map(write).join("\n"));
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", deletedAt: GONE_AT }]);
    expect(document.coverage).toMatchObject([{ complete: true }]);
    expect(exitCode).toBe(0);
  });

  it.each<[string, (line: string) => string]>([
    ["over several lines", (line) => JSON.stringify(JSON.parse(line), null, 2)],
    ["as words of a mail", (line) => line.replace(/[{}"]/g, " ")],
    ["without its time", (line) => line.replace(/"timestamp":"[^"]*",/, "")],
    ["without its instance", (line) => line.replaceAll(GUID, "…")],
  ])("is no proof that nothing was deleted if it cannot be read: %s", async (_name, write) => {
    const { document, exitCode, table } = await search(lager([eraF.create()]) + DELETION.map(write).join("\n"));
    expect(document.candidates).toEqual([]);
    expect(document.coverage[0]?.why).toMatch(/were not understood, the first is line \d+/);
    expect(exitCode).toBe(15);
    expect(table).toContain("a deletion may exist that was not seen");
  });

  it("takes what lies deeper than it is looked at for a hole, not for nothing", async () => {
    let deep: unknown = DELETION.at(-1);
    for (let level = 0; level < 40; level += 1) deep = { message: deep };
    const { document, exitCode } = await search(`${lager([eraF.create()])}${JSON.stringify(deep)}\n`);
    expect(document.coverage).toMatchObject([{ complete: false, why: expect.stringMatching(/too deep/) as string }]);
    expect(exitCode).toBe(15);
  });

  it("is read as far as it goes if a collector cut the JSON, and the file is then incomplete", async () => {
    const whole = json((line) => ({ message: JSON.stringify({ log: line }), host: "router" }));
    const lines = whole.split("\n").map((line) => line.slice(0, -30));
    const { document } = await search(lines.join("\n"));
    expect(document.candidates).toMatchObject([{ guid: GUID }]);
    expect(document.coverage).toMatchObject([{ complete: false, why: expect.stringMatching(/cut short/) as string }]);
  });
});

describe("a Papertrail archive", () => {
  const line = (message: string, host = "0.router-partition-x.dingo"): string =>
    ["668", "2016-03-16 23:10:17 -0700", "2016-03-16 23:10:19 -0700", "42", host, "10.0.0.1", "User", "Info"]
      .concat("broker.stdout.log", message)
      .join("\t");

  it("gives the deletion, and the time that it spans by Papertrail's own clock", async () => {
    const { document } = await search(DELETION.map((each) => line(each)).join("\n"));
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", deletedAt: GONE_AT }]);
    const quiet = await search([line("haproxy is well"), ...DELETION.map((each) => line(each))].join("\n"));
    expect(quiet.document.coverage[0]).toMatchObject({ to: "2016-03-17T06:10:19Z", complete: true });
  });

  it("with a line that is cut between its fields is no archive", async () => {
    const { document } = await search(["1", "2016-03-16 23:10:17 -0700", "2016", DELETION[0]].join("\t"));
    expect(document.candidates.map(({ kind }) => kind)).toEqual(["deletion-unfinished"]);
  });
});

describe("lines of cells and containers", () => {
  const removed = lager([goodDeletion()[2] ?? ["nothing"]]);
  const ccb = (text: string, at = "06:10:17"): string =>
    `Mar 17 ${at} 0.cell_z1-partition-x.dingo cf-containers-broker.log:  [${NODE}] ${text}\n`;
  const options = `+-> Create options: {"name"=>"cf-${NODE}", "Env"=>["NAME=cf-${NODE}", "AWS_SECRET_ACCESS_KEY=hunter2hunter2", "PATRONI_SCOPE=${GUID}", "NODE_ID=${NODE}"]}`;
  /** It carries an exact time too, by which the host's clock is learned. */
  const clock = `Mar 16 23:10:17 0.cell_z1-partition-x.dingo docker.stderr.log:  time="2016-03-17T06:10:17Z" level=info msg="x"\n`;

  it("join a node with its instance, so that a destroyed container proves its deletion", async () => {
    const destroyed = `Mar 16 23:10:17 0.cell_z1-partition-x.dingo cf-containers-broker.log:  [${NODE}] Destroying Docker container \`cf-${NODE}'...\n`;
    const { document, table } = await search(
      clock + ccb(options, "05:00:00") + destroyed + lager(goodDeletion()) + clock,
    );
    expect(document.candidates[0]?.notes.join()).toContain("Its cells say that 1 container went.");
    expect(document.coverage[0]).toMatchObject({ zones: ["-07:00"] });
    expect(JSON.stringify(document) + table).not.toContain("hunter2");
  });

  it("alone make a suspicion, not a deletion", async () => {
    const iso = (text: string): string => `2016-03-17T06:10:17Z cell cf-containers-broker: [${NODE}] ${text}\n`;
    const { document } = await search(iso(options) + iso(`Destroying Docker container \`cf-${NODE}'...`));
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "nodes-removed-only" }]);
  });

  it("without year, zone and any exact time date nothing, and the file's span is said to be a guess", async () => {
    const { document, table } = await search(ccb(options) + ccb(`Destroying Docker container \`cf-${NODE}'...`));
    expect(document.candidates).toEqual([]);
    expect(document.coverage[0]).toMatchObject({ guessed: true });
    expect(table).toMatch(/no line tells its year and zone/);
  });

  it("name a container's instance in full only: a node's tag that was cut joins nothing", async () => {
    const nothing = "Disabling wal-e archives";
    const tag = (name: string, text: string): string =>
      `2016-03-17T05:00:00Z cell docker/${name}: 7d61d6-startup> ${text}\n`;
    const whole = tag(`cf-${NODE}`, `scope: &scope ${GUID}`) + tag(`cf-${NODE}`, nothing);
    const { document } = await search(whole + lager(goodDeletion()));
    expect(document.candidates[0]?.notes.join()).toContain("there may be no backup");
    const cut = tag("cf-299a5098-750c-4191-96", `scope: &scope ${GUID}`) + tag("cf-299a5098-750c-4191-96", nothing);
    expect((await search(cut + removed)).document.candidates[0]?.notes.join()).not.toContain("no backup");
  });

  it("show the last WAL: a finished upload before one that only began", async () => {
    const wal = (time: string, segment: string, state: string): string =>
      `        STRUCTURED: time=2016-03-17T${time}.811154-00 pid=9 action=push-wal key=s3://b/backups/${GUID}/wal/wal_005/${segment}.lzo prefix=backups/${GUID}/wal/ seg=${segment} state=${state}\n`;
    const [one, two] = ["000000010000000000000007", "000000010000000000000008"];
    const text = wal("05:50:00", one, "begin") + wal("05:50:01", one, "complete") + wal("06:00:00", two, "begin");
    const { document } = await search(text + lager(goodDeletion()));
    expect(document.candidates[0]?.lastWal).toMatchObject({
      segment: one,
      state: "complete",
      byteOffset: wal("05:50:00", one, "begin").length,
    });
    const begun = await search(wal("06:00:00", two, "begin") + lager(goodDeletion()));
    expect(begun.document.candidates[0]?.lastWal).toMatchObject({ segment: two, state: "begun" });
    const joined = await search(text.replaceAll("\n", "#012") + "\n" + lager(goodDeletion()));
    expect(joined.document.candidates[0]?.lastWal).toBeDefined();
  });

  it("tell that the archive was copied to a new instance", async () => {
    const uri = (guid: string): string => `s3://b/backups/${guid}`;
    const copy = { "from-uri": uri(GUID), "to-uri": uri(OTHER), session: "9" };
    const { document } = await search(lager([...goodDeletion(), ["callbacks.copy-database-backup.start", copy]]));
    expect(document.candidates[0]?.notes.join()).toContain(`copied its archive to that of ${OTHER} (clone-from)`);
  });

  it("give name and place from a record of the broker, and none of its passwords", async () => {
    const record = {
      instance_id: GUID,
      service_instance_name: "orders-db",
      organization_guid: OTHER,
      space_guid: OTHER,
      plan_id: "p",
      admin_credentials: { username: "pgadmin", password: "hunter2hunter2" },
    };
    const { document, table } = await search(`${JSON.stringify(record)}\n${lager(goodDeletion())}`);
    expect(document.candidates).toMatchObject([{ name: "orders-db", orgGuid: OTHER, spaceGuid: OTHER, plan: "p" }]);
    expect(JSON.stringify(document) + table).not.toContain("hunter2");
  });
});

describe("a broker line that is cut before its newline", () => {
  const done = lager([
    ["deprovision.done", { "deprovision-details": {}, "instance-id": GUID, session: "36" }],
  ]).trimEnd();
  const alive = lager([["add-node.perform", { "instance-id": OTHER }]], undefined, 1458195200).trimEnd();

  it.each([
    ["within a name", done.slice(0, done.indexOf("instance-id") + 4)],
    ["where a value would follow", done.slice(0, done.indexOf('"data":') + 7)],
    ["within the GUID", done.slice(0, done.indexOf(GUID) + 8)],
  ])("gives nothing to the instance of the line that is glued on: %s", async (_where, cut) => {
    for (const glue of ["", "<14>1 2016-03-17T06:13:20Z 10.0.0.1 broker.stdout.log - - - "]) {
      const { document, exitCode } = await search(`${cut}${glue}${alive}\n`);
      expect(JSON.stringify(document.candidates)).not.toContain(OTHER);
      expect(document.coverage).toMatchObject([{ complete: false, why: expect.stringMatching(/cut short/) as string }]);
      expect(exitCode).toBe(15);
    }
  });

  const began = lager([["deprovision.start", { "instance-id": GUID, session: "36" }]]).trimEnd();
  const cutBehindMessage = began.slice(0, began.indexOf(',"log_level"'));
  const gone = lager([eraF.remove()]).trimEnd();
  const cutBehindIt = gone.slice(0, gone.indexOf(',"log_level"'));
  const record = JSON.stringify({ instance_id: OTHER, organization_guid: GUID });
  const enveloped = (message: string): string => JSON.stringify({ "@timestamp": "2016-03-17T06:13:20Z", message });

  it.each([
    ["a record", `${cutBehindMessage}${record}\n${cutBehindIt} ${record}\n`],
    ["another envelope", `${enveloped(cutBehindMessage).slice(0, -2)}${enveloped(alive)}\n`],
    ["another's record in an envelope", `${enveloped(cutBehindMessage).slice(0, -2)}${enveloped(record)}\n`],
    ["a record behind the head of a line", `${cutBehindIt}<14>1 2016-03-17T06:13:20Z host x - - - ${record}\n`],
  ])("gives nothing to the instance of %s that is glued on", async (_what, text) => {
    const { document } = await search(text);
    expect(JSON.stringify(document.candidates)).not.toContain(OTHER);
    expect(document.coverage.every(({ complete }) => complete)).toBe(false);
  });

  it("does not hide the line that is glued on, and one that only lacks its newline is whole", async () => {
    const cut = alive.slice(0, -60);
    const glued = await search(cut + DELETION.join(""));
    expect(glued.document.candidates).toMatchObject([{ guid: GUID, kind: "deleted" }]);
    const whole = await search(`${alive}${DELETION.join("")}\n`);
    expect(whole.document.coverage).toMatchObject([{ complete: true }]);
    expect(whole.document.candidates).toMatchObject([{ guid: GUID, kind: "deleted" }]);
  });
});
