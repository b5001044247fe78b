import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  type Argv,
  directoryEntries,
  dockerInspect,
  dockerList,
  dockerLogs,
  dockerRestartPolicy,
  dockerStart,
  dockerStop,
  dockerVersion,
  etcdDelete,
  etcdGet,
  etcdPut,
  fileKind,
  fileOwner,
  freeSpace,
  httpGet,
  makeDirectoryLike,
  printedWithInput,
  psqlLogin,
  psqlSocket,
  renamePath,
} from "../../../src/kit/commands/host-commands.ts";
import { quote } from "../../../src/kit/commands/shell-quote.ts";

const DOCKER = "sudo -n /var/vcap/packages/docker/bin/docker --host unix:///var/vcap/sys/run/docker/docker.sock";
const ROOT = "sudo -n env LC_ALL=C";
const CURL = "curl -q -sS -g --noproxy '*' --max-time 10 -w '\\n%{http_code}'";
const PSQL = "-X -q -A -t -F '\t' -v ON_ERROR_STOP=1 -v VERBOSITY=terse";
const LOGIN = { host: "10.58.111.150", port: 32785, user: "appuser", database: "postgres" };

describe("the commands of a cell", () => {
  it.each<[Argv, string]>([
    [dockerVersion(), `${DOCKER} version --format '{{.Server.Version}}'`],
    [dockerList(), `${DOCKER} ps -aq --no-trunc`],
    [dockerInspect("cf-1"), `${DOCKER} inspect --type container cf-1`],
    [dockerStop("cf-1", 10), `${DOCKER} stop -t 10 cf-1`],
    [dockerStart("cf-1"), `${DOCKER} start cf-1`],
    [dockerRestartPolicy("cf-1", "no"), `${DOCKER} update --restart=no cf-1`],
    [dockerLogs("cf-1", "2026-11-21T11:57:53Z"), `${DOCKER} logs --since 2026-11-21T11:57:53Z -t cf-1`],
    [fileKind("/a b"), `${ROOT} stat -c %F -- '/a b'`],
    [fileOwner("/a"), `${ROOT} stat -c '%u %g %a %F' -- /a`],
    [directoryEntries("/a"), `${ROOT} find /a/ -mindepth 1 -maxdepth 1 -printf '%f\\0'`],
    [renamePath("/a", "/b"), `${ROOT} mv -T -n -- /a /b`],
    [makeDirectoryLike("/a", "/b")[0], `${ROOT} mkdir -m 0700 -- /a`],
    [makeDirectoryLike("/a", "/b")[1], `${ROOT} chown --reference=/b -- /a`],
    [makeDirectoryLike("/a", "/b")[2], `${ROOT} chmod --reference=/b -- /a`],
    [freeSpace("/a"), `${ROOT} df -B1 --output=avail -- /a`],
    [httpGet("http://10.0.0.1:8008/patroni"), `${CURL} http://10.0.0.1:8008/patroni`],
    [
      etcdGet("10.0.0.1:4001", "/service/G/leader"),
      `${CURL} 'http://10.0.0.1:4001/v2/keys/service/G/leader?quorum=true'`,
    ],
    [
      etcdPut("10.0.0.1:4001", "/service/G/initialize"),
      `${CURL} -X PUT --data-urlencode value@- http://10.0.0.1:4001/v2/keys/service/G/initialize`,
    ],
    [
      etcdPut("10.0.0.1:4001", "/service/G/initialize", "a&b"),
      `${CURL} -X PUT --data-urlencode value@- 'http://10.0.0.1:4001/v2/keys/service/G/initialize?prevValue=a%26b'`,
    ],
    [
      etcdDelete("http://10.0.0.1:4001/", "/service/G/optime/leader", "83886336"),
      `${CURL} -X DELETE 'http://10.0.0.1:4001/v2/keys/service/G/optime/leader?prevValue=83886336'`,
    ],
    [psqlSocket("cf-1"), `${DOCKER} exec -i -u postgres cf-1 psql ${PSQL} -d postgres`],
    [
      psqlLogin("cf-1", LOGIN),
      `${DOCKER} exec -i -u postgres cf-1 sh -c 'IFS= read -r PGPASSWORD && export PGPASSWORD PGCONNECT_TIMEOUT=10 LC_ALL=C && ` +
        `exec psql "$@"' sh ${PSQL} -h 10.58.111.150 -p 32785 -U appuser -d postgres`,
    ],
  ])("are lines that a person can type (%#)", (argv, line) => {
    expect(quote(argv)).toBe(line);
  });

  it("keep a dry run's placeholders readable", () => {
    const line = quote(etcdPut("<locate.etcd>", "/service/<create-service.guid>/initialize"));
    expect(line).toContain("http://<locate.etcd>/v2/keys/service/<create-service.guid>/initialize");
  });

  it("print what goes to stdin without changing it", () => {
    const text = "it's 100% \\n $HOME";
    const out = execFileSync("sh", ["-c", printedWithInput(["cat"], text)], { encoding: "utf8" });
    expect(out).toBe(text);
  });
});
