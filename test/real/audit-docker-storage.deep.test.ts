/**
 * The audit on a real engine: it tells the data and their places, its exit code tells the gravity, and nothing is
 * changed.
 */
import { chmod, copyFile, mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../src/docker/audit/finding.ts";
import { cacheDirectory } from "../rig/cache.ts";
import { OwnEngine } from "../rig/engine/own-engine.ts";
import { TOOL } from "../tool.ts";

const PGDATA = "/var/lib/postgresql/data";

interface Audit {
  readonly code: number | undefined;
  readonly findings: readonly Finding[];
}

describe("an audit of a real Docker host", () => {
  let engine: OwnEngine;
  let scratch: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "audit-"));
    engine = await OwnEngine.start();
    await engine.image("plain:1", ['CMD ["sleep", "100000"]']);
    await engine.image("postgres:13", [`VOLUME ${PGDATA}`, "ENV PG_MAJOR=13", 'CMD ["sleep", "100000"]']);
  });
  afterAll(async () => {
    await engine.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  const audit = async (...words: readonly string[]): Promise<Audit> => {
    const env = { DOCKER_HOST: engine.endpoint, HOME: scratch, PATH: process.env["PATH"] };
    const options = { env, extendEnv: false, reject: false, cwd: scratch } as const;
    const state = ["--state-dir", join(scratch, "state")];
    const ran = await execa(
      process.execPath,
      [TOOL, "run", "audit-docker-storage", "--json", ...state, ...words],
      options,
    );
    const last = JSON.parse(ran.stdout.split("\n").at(-1) ?? "") as { readonly run: string; readonly exitCode: number };
    expect(last.exitCode).toBe(ran.exitCode);
    const report = await execa(process.execPath, [TOOL, "report", last.run, "--format", "json", ...state], options);
    const { findings } = JSON.parse(report.stdout) as { readonly findings: readonly Finding[] };
    return { code: ran.exitCode, findings };
  };
  const run = (name: string, image: string, ...words: readonly string[]) =>
    engine.docker("run", "-d", "--network", "none", "--name", name, ...words, image);
  const codesOf = (findings: readonly Finding[], subject: string): readonly string[] =>
    findings.filter((each) => each.subject.includes(subject)).map(({ code }) => code);

  it("ends with 0 if there is nothing to lose", async () => {
    await run("idle", "plain:1", "--log-opt", "max-size=1m");
    const { code, findings } = await audit();
    // The disk of this machine may be nearly full.
    expect(findings.filter((each) => each.code !== "space-short")).toEqual([]);
    if (findings.length === 0) expect(code).toBe(0);
  });

  it("finds data in every wrong place, with the line of the Compose file, and changes nothing", async () => {
    const made = await mkdtemp("/var/tmp/dingo-recover-initdb-");
    const data = join(made, "pg");
    await execa("cp", ["-a", join(cacheDirectory, "pgsql-13.14"), join(made, "pgsql")]);
    await execa("chown", ["nobody", made]);
    const as = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    await execa(
      "setpriv",
      [...as, join(made, "pgsql", "bin", "initdb"), "-D", data, "-N", "-U", "postgres", "--locale=C"],
      { cwd: "/" },
    );

    const stack = join(scratch, "shop");
    await mkdir(stack);
    await writeFile(
      join(stack, "docker-compose.yml"),
      "version: '2'\nservices:\n  db:\n    image: postgres:13\n  cache:\n    image: redis:6\n",
    );
    const prefix = "com.docker.compose";
    const labels = [
      `project=shop`,
      `service=db`,
      `project.working_dir=${stack}`,
      "project.config_files=docker-compose.yml",
    ];
    await run("shop_db_1", "postgres:13", ...labels.flatMap((label) => ["--label", `${prefix}.${label}`]));
    await run("named", "postgres:13", "-v", `pg:${PGDATA}`, "--label", "backup=nightly");
    await run("in-layer", "plain:1");
    await run("forgotten", "postgres:13");
    await run("brief", "postgres:13", "--rm");
    await run("deeper", "plain:1", "-v", "deeper:/srv");
    const gone = await mkdtemp(join(scratch, "gone-"));
    await run("bound", "plain:1", "-v", `${gone}:/uploads`);
    for (const [name, path] of [
      ["shop_db_1", PGDATA],
      ["named", PGDATA],
      ["forgotten", PGDATA],
      ["brief", PGDATA],
      ["deeper", "/srv/pg/main"],
      ["in-layer", "/srv/pg"],
    ] as const) {
      await engine.docker("exec", name, "mkdir", "-p", path);
      await engine.docker("cp", "-a", `${data}/.`, `${name}:${path}`);
    }
    await engine.docker("rm", "-f", "forgotten", "deeper");
    await rmdir(gone);
    await rm(made, { recursive: true });

    const seen = async () => [
      await engine.docker("volume", "ls", "-q"),
      await engine.docker("ps", "-aq"),
      await treeOf(engine),
    ];
    const before = await seen();
    const { code, findings } = await audit();
    expect(code).toBe(21);
    expect(codesOf(findings, '"shop_db_1"')).toEqual(["data-in-anonymous-volume", "data-without-backup"]);
    expect(codesOf(findings, '"in-layer"')).toEqual(["data-in-layer", "data-without-backup"]);
    expect(codesOf(findings, '"named"')).toEqual(["data-without-backup"]);
    expect(codesOf(findings, '"deeper"')).toEqual(["data-in-unused-volume"]);
    // It goes with its container, as soon as that stops.
    expect(codesOf(findings, '"brief"')).toEqual(["data-in-anonymous-volume", "data-without-backup"]);
    const brief = findings.filter(({ subject }) => subject.includes('"brief"')).flatMap(({ commands }) => commands);
    expect(brief).toHaveLength(2);
    for (const line of brief) expect(line).toMatch(/^docker exec brief sh -c 'pg_dumpall /);
    expect(codesOf(findings, '"bound"')).toEqual(["bind-missing"]);
    expect(codesOf(findings, "anonymous volume")).toEqual(["data-in-unused-volume"]);
    expect(codesOf(findings, 'service "cache"')).toEqual(["database-without-storage"]);
    const at = (name: string) => findings.find(({ subject }) => subject.includes(name))?.at;
    expect([at('"shop_db_1"'), at('"cache"')]).toEqual(
      [3, 5].map((line) => `${join(stack, "docker-compose.yml")}:${line}`),
    );
    expect(await seen()).toEqual(before);

    // Its commands do their work: the rows are in the named volume, and the old one is as it was.
    const [dump, ...move] = findings.find((each) => each.subject.includes('"shop_db_1"'))?.commands ?? [];
    // No server runs in it: only the files are there.
    expect(dump).toMatch(/^docker exec shop_db_1 sh -c 'pg_dumpall/u);
    for (const line of move) await execa("sh", ["-c", line], { env: { DOCKER_HOST: engine.endpoint } });
    const mountpoint = (await engine.docker("volume", "inspect", "-f", "{{.Mountpoint}}", "shop_db-data")).trim();
    await execa("test", ["-s", join(mountpoint, "global", "pg_control")]);
  });

  it("prints lines that bring data into a volume without any program of their image", async () => {
    const image = await mkdtemp(join(scratch, "bare-"));
    await copyFile("/bin/busybox", join(image, "sleep"));
    await writeFile(join(image, "dump.rdb"), "REDIS0011");
    const archive = `${image}.tar`;
    await execa("tar", ["-C", image, "--owner=77", "--group=78", "-cf", archive, "sleep"]);
    await engine.docker(
      "import",
      "--change",
      "VOLUME /data",
      "--change",
      'CMD ["/sleep", "100000"]',
      archive,
      "bare:1",
    );
    await mkdir(join(image, "srv"));
    await copyFile(join(image, "dump.rdb"), join(image, "srv", "dump.rdb"));
    for (const [name, files, path] of [
      ["bare-volume", "dump.rdb", "/data"],
      ["bare-layer", "srv", "/"],
    ] as const) {
      await run(name, "bare:1");
      const packed = `tar -C "$0" --owner=77 --group=78 -cf - ${files} | docker cp - ${name}:${path}`;
      await execa("sh", ["-c", packed, image], { env: { DOCKER_HOST: engine.endpoint } });
    }
    const { findings } = await audit();
    for (const [name, code] of [
      ["bare-volume", "data-in-anonymous-volume"],
      ["bare-layer", "data-in-layer"],
    ] as const) {
      const found = findings.find((each) => each.code === code && each.subject.includes(`"${name}"`));
      // Such an image has no client that dumps, either.
      const [, ...move] = found?.commands ?? [];
      expect(move).toHaveLength(5);
      for (const line of move) await execa("sh", ["-c", line], { env: { DOCKER_HOST: engine.endpoint } });
      const mountpoint = (await engine.docker("volume", "inspect", "-f", "{{.Mountpoint}}", `${name}-data`)).trim();
      expect((await execa("stat", ["-c", "%u:%g %s", join(mountpoint, "dump.rdb")])).stdout).toBe("77:78 9");
    }
  });

  it("finds the same without any right but to the socket", async () => {
    const asRoot = await audit();
    await chmod(engine.socket, 0o666);
    await chmod(scratch, 0o777);
    const script = join(scratch, "audit.sh");
    const state = join(scratch, "nobodys-state");
    await writeFile(script, `exec "$0" "$@"`);
    const audited = [process.execPath, TOOL, "run", "audit-docker-storage", "--json", "--state-dir", state];
    const words = ["--reuid=65534", "--regid=65534", "--clear-groups", ...audited];
    const env = { DOCKER_HOST: engine.endpoint, HOME: scratch, PATH: process.env["PATH"] };
    const ran = await execa("setpriv", words, { env, extendEnv: false, reject: false, cwd: "/" });
    expect(ran.stdout).toContain("in a container that lives for it");
    expect(ran.exitCode).toBe(asRoot.code);
  });
});

/** Everything below the engine's volumes, with every time but that of access. */
async function treeOf({ directory }: OwnEngine): Promise<string> {
  const path = join(directory, "data", "volumes");
  const { stdout } = await execa("find", [path, "-mindepth", "2", "-printf", "%P %y %s %T@ %C@ %U:%G %m\\n"]);
  return stdout.split("\n").sort().join("\n");
}
