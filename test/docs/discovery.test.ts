/** The page on discovery: each of its commands is typed as it stands, with only files in reach. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { goodDeletion, GUID, lager } from "../discovery/broker-log.ts";
import { Place } from "../cli/program.ts";
import { TOOL } from "../tool.ts";

const PAGE = readFileSync("docs/discovery.md", "utf8");
const QUOTED = [...PAGE.matchAll(/^(?:.*\| )?dingo-recover discover .*$|`(dingo-recover discover [^`]+)`/gmu)].map(
  ([line, quoted]) => quoted ?? line,
);
const COMMANDS = [...new Set(QUOTED)];
/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:1";

/** As the broker answers, credentials and all. */
const SAVED = {
  instance_id: GUID,
  service_id: "beb5973c-e1b2-11e5-a736-c7c0b526363d",
  plan_id: "b96d0936-e423-11e5-accb-93d374e93368",
  organization_guid: "09161251-dbbc-4f7a-9313-520199175b20",
  space_guid: "ff8cb00d-2dd9-4017-b4a8-26ae00e5c505",
  service_instance_name: "orders-db",
  admin_credentials: { username: "pgadmin", password: "canary-of-the-broker" },
  allocated_port: 30006,
};

let place: Place;
beforeEach(() => {
  place = new Place();
  const config = {
    cf: { api: NOWHERE },
    s3: { endpoint: NOWHERE, region: "us-east-1" },
    logs: ["broker.stdout.log"],
  };
  place.configure(JSON.stringify(config));
  writeFileSync(join(place.directory, "broker.stdout.log"), lager(goodDeletion()));
  writeFileSync(join(place.directory, "record.json"), JSON.stringify(SAVED));
  mkdirSync(join(place.directory, "router"));
  writeFileSync(join(place.directory, "router/broker.stdout.log"), lager(goodDeletion()));
  spawnSync("tar", ["-czf", "router.tgz", "router"], { cwd: place.directory });
  mkdirSync(join(place.directory, "collected"));
  writeFileSync(join(place.directory, "collected/a.log.gz"), gzipSync(lager(goodDeletion())));
});
afterEach(() => place.remove());

/** As in a shell; files that stand for somebody's own places lie in the directory, or nowhere. */
function type(command: string) {
  const here = command
    .replaceAll(/https:\/\/[^\s/]+/gu, NOWHERE)
    .replaceAll("/var/log/collected", join(place.directory, "collected"))
    .replaceAll("/var/lib/dingo-recover", place.directory);
  const shell = `dingo-recover() { "${process.execPath}" "${TOOL}" "$@"; }; ${here}`;
  const env = {
    ...place.env,
    CF_USERNAME: "u",
    CF_PASSWORD: "p-of-nobody",
    AWS_ACCESS_KEY_ID: "k",
    AWS_SECRET_ACCESS_KEY: "s-of-nobody",
  };
  return spawnSync("bash", ["-c", shell], { cwd: place.directory, env, encoding: "utf8", timeout: 180_000 });
}

describe("the page on discovery", () => {
  it("names every source of discover", () => {
    const sources = ["logs", "elasticsearch", "opensearch", "cf-events", "inventory", "clusterdata"];
    for (const source of sources) expect(PAGE).toContain(`\`--${source}`);
    expect(COMMANDS.length).toBeGreaterThan(6);
  });

  it.each(COMMANDS)(
    "has a command that is understood: %s",
    (command) => {
      const { status, stdout, stderr } = type(command);
      expect([EXIT.done, EXIT.warning, EXIT.unreachable, EXIT.nothing], `${stdout}${stderr}`).toContain(status);
      expect(stdout).toMatch(/^(?:1\. |No deleted instance was found)/mu);
    },
    90_000,
  );

  it("names by the broker's saved answer what the log knows by its GUID alone, without its passwords", () => {
    const { status, stdout, stderr } = type(
      "dingo-recover discover --logs record.json --logs broker.stdout.log --name orders-db --json",
    );
    expect(status, stderr).toBe(EXIT.done);
    expect(JSON.parse(stdout)).toMatchObject({ candidates: [{ guid: GUID, kind: "deleted", name: "orders-db" }] });
    expect(stdout + stderr).not.toContain("canary");
  });
});
