import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ErrorCode, EXIT } from "../../../src/errors.ts";
import { printable } from "../../../src/kit/text/printable.ts";
import { ARCHIVE, CONFIGURED, Place } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

const file = (name: string, text: string): string => {
  const path = join(place.directory, name);
  writeFileSync(path, text);
  return path;
};

const pipe = join(place.directory, "pipe");
execFileSync("mkfifo", [pipe]);

/** The inputs for which the main runbook has no default. */
const NAMED = ["--input", "service=a", "--input", "org=o", "--input", "space=s"];
const brokenConfig = file("broken.yml", "cf: {apy: x}\ns3: {bucket: 5}\nnonsense: true\n");
/** The fault, the words of the call, the code of its error, and a piece of its text. */
type BadCall = readonly [what: string, words: readonly string[], code: ErrorCode, says: string];
/** Without another code the call itself is wrong. */
const wrong = (what: string, words: string, says: string, code: ErrorCode = "usage"): BadCall => [
  what,
  words.split(" "),
  code,
  says,
];

const CALLS: readonly BadCall[] = [
  wrong("an unknown command", "frobnicate", 'no command "frobnicate"'),
  wrong("a misspelt command", "rehaerse", 'Did you mean "rehearse"?'),
  wrong("a rehearsal with --dry-run", "rehearse --dry-run", "a rehearsal changes nothing real, and takes no --dry-run"),
  wrong("a rehearsal with --dryrun", "rehearse --dryrun", "a rehearsal changes nothing real, and takes no --dry-run"),
  wrong("a doctor for an unknown runbook", "doctor --runbook nothing", 'there is no runbook "nothing"'),
  wrong("a run out of a pipe that nobody writes to", `resume --from ${pipe}`, "is no directory of a run"),
  wrong("an unknown flag", "run --frob", 'no option "--frob"'),
  wrong("a misspelt flag", "run --dryrun", 'Did you mean "--dry-run"?'),
  wrong("the tool's purpose as a command", "recover", 'Did you mean "run"?'),
  wrong("a misspelt value", "report x --format mardown", 'Did you mean "markdown"?'),
  wrong("a misspelt input", `run ${NAMED.join(" ")} --input arround=1h`, 'Did you mean "around"?', "input-invalid"),
  wrong(
    "a duration without a unit",
    "run test-backup --input max_age=24",
    "Give it as a number with a unit, such as 40m, 24h or 2d",
    "input-invalid",
  ),
  wrong("a window around no time", "discover --logs x.log --window 1h", "there is no --around"),
  wrong("one word too many", "run a b", '"b" is one word too many'),
  wrong("a service's name as a word", "discover importnat-db", 'Did you mean "--name importnat-db"?'),
  wrong("a log file as a word", "discover broker.log", "Write --logs before each log file"),
  wrong("an unknown scenario", "rehearse happy", "happy-last-era"),
  wrong("an unknown runbook", "run nosuch", "recover-deleted-service"),
  wrong("a runbook file that is not there", "run ./no.yml", "nothing of that name"),
  wrong("a flag without its value", "run --confirm", "--confirm needs a value"),
  wrong("a flag given twice", "run --confirm a --confirm b", "--confirm is given more than once"),
  wrong("no run named", "report", "the run to report is missing"),
  wrong("half a copy", "archive copy a", "DESTINATION is missing"),
  wrong("a misspelt subcommand", "archive verfy", '"archive verify"'),
  wrong("a loss that is no number", "run --accept-loss x", "--accept-loss"),
  wrong("a patience that is no duration", "run --patience soon", "duration"),
  wrong("a pace that there is not", "rehearse --pace slow", "pace"),
  wrong("a decision without a choice", "resume --decide a", "STEP=VALUE"),
  wrong("an input without a value", "run --input foo", "NAME=VALUE"),
  wrong("an input that there is not", "run --input x=y", "no input", "input-invalid"),
  wrong(
    "an input given twice",
    "run --input service=a --input service=b",
    'the input "service" is given more than once',
  ),
  wrong("a part of a hash", "journal verify 2026 --head abc", "all 64 hexadecimal digits"),
  wrong("help with no command", "help nonsense", 'command "nonsense"'),
  wrong("a file of inputs that is not there", "run --inputs no.yml", "no.yml"),
  wrong("a pipe that nobody writes to as runbook", `lint ${pipe}`, "it is a pipe"),
  wrong("a directory as runbook", "lint /", "it is a directory"),
  wrong("a misspelt option before its file", "lint --with-action runbooks/drill.yml", 'Did you mean "--with-actions"'),
  wrong("a runbook's name with a typo", "lint recover-deleted-servise", 'Did you mean "recover-deleted-service"?'),
  wrong("no configuration there", "run --config no.yml", "no.yml", "config-invalid"),
  wrong("a broken configuration", `run --config ${brokenConfig}`, "broken.yml:3:1", "config-invalid"),
  wrong("no run there", "resume 2026", "dingo-recover runs", "run-not-found"),
  wrong("no open run", "status", "no run is open", "run-not-found"),
  wrong("nothing to do with the journal", "journal", "journal"),
  wrong("an archive that is none", "archive verify x", "s3://", "input-invalid"),
  wrong("no source to search", "discover", "--logs"),
  wrong("a time that is none", "discover --around noon-ish", "40m ago"),
  wrong("a format that there is not", "report x --format gif", "markdown"),
];

describe("a wrong call", () => {
  it.concurrent.each(CALLS)("%s ends with its exit code, one document and one sentence", async (_what, ...call) => {
    const [words, error, says] = call;
    const { code, stdout, stderr } = await place.run([...words, "--json"]);
    expect(code).toBe(error === "config-invalid" ? EXIT.invalid : EXIT.usage);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ schema: "dingo-recover/error@1", code: error });
    expect(`${String(document["message"])} ${String(document["remedy"])}`).toContain(says);
    expect(stderr).toContain(`(${error}`);
    expect(stderr).toMatch(/^error: /u);
  });

  it("leaves no run behind", async () => {
    await place.run(["run", "--input", "x=y"]);
    await place.run(["run", "--config", brokenConfig]);
    expect(await place.run(["runs"])).toMatchObject({ code: 0, stdout: "no runs yet\n" });
  });

  it("says all ten mistakes of a configuration at once, with line and column", async () => {
    const config = file(
      "ten.yml",
      [
        "cf: {apy: x, skip_ssl_validation: perhaps}",
        "bosh:",
        "  environment: {}",
        "  gateway: {host: 5, port: ssh, usr: x}",
        "s3: {bucket: [], region: 7}",
        "logs: here",
        "etcd: true",
        "lease: s3://x/y",
        "nonsense: 1",
        "",
      ].join("\n"),
    );
    const { code, stderr } = await place.run(["run", "--config", config]);
    const places = [...stderr.matchAll(/ten\.yml:(\d+):\d+/gu)].map((match) => Number(match[1]));
    expect(code).toBe(EXIT.invalid);
    expect(places.length).toBeGreaterThanOrEqual(10);
    expect(new Set(places)).toEqual(new Set([1, 3, 4, 5, 6, 7, 8, 9]));
  });

  it("names WAL-E's own settings first if a test of a backup was told no archive", async () => {
    const { code, stderr } = await place.run(["run", "test-backup", "--yes", "--non-interactive"]);
    expect([code, stderr.replaceAll(/\s+/gu, " ")]).toEqual([
      EXIT.invalid,
      expect.stringContaining("On a host with WAL-E's own settings, give --input envdir=/etc/wal-e alone. Or:"),
    ]);
  });

  it("says all that no configuration supplies in one error, each with if it can come from", async () => {
    const { code, stderr } = await place.run(["run", "--input", "service=a", "--non-interactive"]);
    expect(code).toBe(EXIT.invalid);
    expect(stderr).toContain("5 settings missing");
    for (const name of ["cf login", "CF_API", "BOSH_ENVIRONMENT", "BOSH_CLIENT", "BOSH_CLIENT_SECRET", "s3.bucket"])
      expect(stderr).toContain(name);
    expect(await place.run(["runs"])).toMatchObject({ stdout: "no runs yet\n" });
  });

  it("reads of a configuration what the command needs, and no more", async () => {
    const config = file("other.yml", "bosh: {ca_cert: no/such.pem}\nlogs: [nothing-*.log]\nlease: s3://x/y\n");
    const verify = await place.run(
      ["archive", "verify", "s3://bucket/backups/6e101b27-60ed-4bac-8e21-d07b63c47a40/wal", "--config", config],
      {
        AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
        AWS_ACCESS_KEY_ID: "k",
        AWS_SECRET_ACCESS_KEY: "a-long-secret",
      },
    );
    expect(verify).toMatchObject({
      code: EXIT.unreachable,
      stdout: expect.stringContaining("could not be told") as string,
    });
    const discover = await place.run(["discover", "--config", config]);
    expect(discover.stdout).toContain(join(place.directory, "nothing-*.log"));
    expect(await place.run(["run", ...ARCHIVE, "--config", config])).toMatchObject({ code: EXIT.invalid });
  });

  it("lists every mistake of a runbook with line and column", async () => {
    const broken = file(
      "broken-runbook.yml",
      [
        "schema: dingo-recover/runbook@1",
        "name: broken",
        'version: "1"',
        "title: Broken in three places",
        "target: nothing",
        "inputs:",
        "  org: {type: strin, prompt: Organization}",
        "steps:",
        "  - {id: a, title: A, action: platform.chek, with: {}}",
        "  - {id: a, title: B, action: platform.check, wiht: {}}",
        "",
      ].join("\n"),
    );
    const { code, stdout } = await place.run(["lint", broken]);
    expect(code).toBe(EXIT.invalid);
    for (const at of ["7:15", "9:31", "10:10", "mistakes"]) expect(stdout).toContain(at);
    const json = await place.run(["lint", broken, "--json"]);
    const { diagnostics } = JSON.parse(json.stdout) as { diagnostics: { line: number; column: number }[] };
    expect(new Set(diagnostics.map(({ line }) => line))).toEqual(new Set([7, 9, 10]));
    expect(diagnostics.every(({ column }) => column > 1)).toBe(true);
  });

  it("lists every mistake of a runbook without a schema too", async () => {
    const broken = join(place.directory, "headless.yml");
    writeFileSync(broken, "name: x y\nsteps:\n  - {id: a, title: A, action: platform.chek}\n  - {id: a}\n");
    const { stdout } = await place.run(["lint", broken, "--json"]);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string }[] };
    const messages = diagnostics.map(({ message }) => message).join("\n");
    for (const told of ["schema", "version", "target", "x y", "platform.chek", "a second time", "action"])
      expect(messages).toContain(told);
  });

  it("keeps to itself what the S3 library says of versions of Node, however its variable is set", async () => {
    const config = join(place.directory, "nowhere.yml");
    writeFileSync(config, "s3: {endpoint: 'http://127.0.0.1:1', bucket: a-bucket}\n");
    const env = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "a-long-secret" };
    const variable = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "false" };
    const words = ["archive", "verify", "s3://a-bucket/backups/6e101b27-60ed-4bac-8e21-d07b63c47a40/wal"];
    const { code, stderr } = await place.run([...words, "--config", config], { ...env, ...variable });
    expect({ code, stderr }).toEqual({ code: EXIT.unreachable, stderr: "" });
  });

  it("lists what is wrong in variables with what is wrong in the file", async () => {
    const config = join(place.directory, "wrong.yml");
    writeFileSync(config, "bosh:\n  gateway: {port: x}\ns3: {bucket: b}\n");
    const env = { CF_API: "no address", BOSH_ENVIRONMENT: "none either" };
    const { code, stdout } = await place.run(["run", "--config", config, "--json"], env);
    expect(code).toBe(EXIT.invalid);
    const { message } = JSON.parse(stdout) as { message: string };
    expect(message).toMatch(/^6 mistakes:/);
    for (const told of ['"host"', '"user"', '"bosh.gateway.port"', '"s3.bucket"', "CF_API", "BOSH_ENVIRONMENT"])
      expect(message).toContain(told);
  });

  it("lays help out alike, however it is asked for", async () => {
    const texts = await Promise.all(
      [
        ["undo", "--help"],
        ["help", "undo"],
        ["undo", "help"],
        ["undo", "-h"],
        ["--state-dir", "x", "undo", "--help"],
      ].map((words) => place.run(words)),
    );
    expect(new Set(texts.map(({ stdout }) => stdout)).size).toBe(1);
    expect(texts[0]?.stdout).toContain("Usage: dingo-recover undo");
    const [help, option] = await Promise.all([place.run(["help"]), place.run(["--help"])]);
    expect(help).toEqual(option);
  });

  it("names the runs to clean up after, if none is named", async () => {
    const { code, stderr } = await place.run(["cleanup"]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/RUN is missing[^]*left\s+anything\s+aside/);
  });

  it("without a command and a terminal prints the help and exits 2", async () => {
    const { code, stdout, stderr } = await place.run([]);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
    expect(stderr).toContain("Usage: dingo-recover <command>");
  });

  it("does not mind a reader that goes away", async () => {
    const { child, ended } = place.start(["schema"]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 141, stderr: "" });
  });
});

describe("a hostile name", () => {
  const HOSTILE = "a\u001b[2Jb\nerror: all is lost\u009b31m\u202ereversed";

  it.concurrent.each([
    ["a command", [HOSTILE]],
    ["a flag", ["run", `--${HOSTILE}`]],
    ["a run", ["resume", HOSTILE]],
    ["a runbook", ["run", HOSTILE]],
    ["a file", ["lint", `./${HOSTILE}`]],
    ["a configuration", ["run", "--config", HOSTILE]],
    ["a scenario", ["rehearse", HOSTILE]],
    ["an archive", ["archive", "verify", HOSTILE]],
    ["a log file", ["discover", "--logs", HOSTILE]],
    ["an input", ["run", "--input", `${HOSTILE}=x`]],
    ["a decision", ["resume", "--decide", HOSTILE]],
    ["a state directory", ["run", "--state-dir", `/proc/${HOSTILE}`]],
  ])("as %s reaches neither screen nor JSON raw", async (_what, words) => {
    const [text, json] = await Promise.all([place.run(words), place.run([...words, "--json"])]);
    for (const shown of [text.stdout, text.stderr, json.stdout, json.stderr]) {
      expect(printable(shown)).toBe(shown);
      expect(shown).not.toMatch(/^error: all is lost/mu);
    }
    expect(json.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(json.code).toBe(text.code);
    expect(text.code).not.toBe(0);
  });
});

describe("a run without its inputs, and nobody to ask", () => {
  it.each([
    [[], "--input service=VALUE --input org=VALUE --input space=VALUE"],
    [["--input", "service=a", "--input", "org=o"], "Give it with --input space=VALUE"],
  ])("is not begun, and all that is missing is named (%j given)", async (given, says) => {
    const { code, stderr } = await place.run(["run", ...given, ...ARCHIVE, "--non-interactive"], CONFIGURED);
    expect({ code, stderr }).toMatchObject({ code: EXIT.stopped, stderr: expect.stringContaining("input-missing") });
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(says);
    expect((await place.run(["runs", "--json"])).stdout).toContain('"runs":[]');
  });
});

describe("a state directory that cannot be used", () => {
  it.concurrent.each([
    ["below a file", "/etc/passwd"],
    ["where nothing can be made", "/proc/nosuch"],
    ["that is a device", "/dev/full"],
  ])("%s is said before any effect", async (_what, path) => {
    for (const words of [["run", ...NAMED, ...ARCHIVE], ["rehearse"]]) {
      const call = [...words, "--non-interactive", "--state-dir", path];
      const { code, stderr } = await place.run(call, CONFIGURED);
      expect(code).toBe(EXIT.unreachable);
      expect(stderr).toContain("state-dir-unusable");
      expect(stderr).toContain("--state-dir DIR");
    }
  });

  it("is not an empty one", async () => {
    expect(await place.run(["runs", "--state-dir", "/etc/passwd"])).toMatchObject({ code: EXIT.unreachable });
  });

  it("leaves nothing of a run that could not begin", async () => {
    const state = join(place.directory, "half");
    mkdirSync(state);
    writeFileSync(join(state, "locks"), "a file where the locks should be");
    const words = ["run", ...NAMED, ...ARCHIVE, "--non-interactive", "--state-dir", state];
    const { code } = await place.run(words, CONFIGURED);
    expect(code).toBe(EXIT.unreachable);
    expect(readdirSync(join(state, "runs"))).toEqual([]);
  });
});
