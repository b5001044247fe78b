/**
 * The image that is shipped as docs/test-backup/Dockerfile, built of this very tree from a base made here (no image
 * registry is asked), and its verdict on a real archive. The archive is of PostgreSQL 9.6, whose server comes in by a
 * volume.
 */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Archives } from "../rig/archives/archives.ts";
import type { Snapshot } from "../rig/archives/snapshot.ts";
import { Workshop } from "../rig/archives/workshop.ts";
import { variablesOf } from "../rig/sts.ts";

const BASE = "dingo-recover-rig/base:trixie";
const IMAGE = "dingo-recover-rig/test-backup";
const COUNT = "select count(*) from marks";

let workshop: Workshop;
let snapshot: Snapshot;
let directory: string;

/** As the first lines of the Dockerfile say, but for the files that the build of this suite has made already. */
async function build(): Promise<void> {
  const context = join(directory, "context");
  await mkdir(context);
  await copyFile(resolve("docs/test-backup/Dockerfile"), join(context, "Dockerfile"));
  const release = join(directory, "release");
  await execa(process.execPath, ["build/executable.mjs", "--out", release]);
  const name = `dingo-recover-${process.platform}-${process.arch}`;
  await copyFile(join(release, name), join(context, "dingo-recover"));
  // The distribution's engine has no buildx.
  await execa("docker", ["build", "-q", "--build-arg", `BASE=${BASE}`, "-t", IMAGE, context], {
    env: { DOCKER_BUILDKIT: "0" },
  });
}

async function envdir(at: Snapshot): Promise<string> {
  const { objects } = workshop;
  const place = await mkdtemp(join(directory, "wal-e-"));
  const settings = {
    WALE_S3_PREFIX: `s3://${objects.bucket}/${at.prefix}`,
    WALE_S3_ENDPOINT: objects.endpoint.replace("http://", "http+path://"),
    ...variablesOf(objects.credentials),
    AWS_REGION: objects.region,
  };
  for (const [name, value] of Object.entries(settings)) await writeFile(join(place, name), `${value}\n`);
  await execa("chgrp", ["-R", POSTGRES, place]);
  await execa("chmod", ["-R", "u=rwX,g=rX,o=", place]);
  return place;
}

let POSTGRES = "";
/** As the first lines of the Dockerfile say. */
const NAMESPACES = ["--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined"];

const run = async (at: Snapshot, inputs: readonly string[]) => {
  const volumes = [`${await envdir(at)}:/etc/wal-e:ro`, `${workshop.program("pgsql-9.6.24")}:/pgsql:ro`];
  const flags = [...NAMESPACES, "--rm", "--network", "host", ...volumes.flatMap((each) => ["-v", each])];
  const words = ["postgres_bin=/pgsql/bin", `sanity_query=${COUNT}`, ...inputs].flatMap((each) => ["--input", each]);
  const { exitCode, stdout, stderr } = await execa("docker", ["run", ...flags, IMAGE, ...words], { reject: false });
  return { exitCode, stdout, stderr };
};

beforeAll(async () => {
  workshop = await Workshop.open();
  directory = await mkdtemp("/var/tmp/dr-image-");
  await chmod(directory, 0o755);
  const archives = new Archives(workshop);
  [snapshot] = await Promise.all([archives.of("line"), build()]);
  POSTGRES = (await execa("docker", ["run", "--rm", "--entrypoint", "id", IMAGE, "-g"])).stdout;
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await workshop.close();
});

describe("the image of the Dockerfile that is shipped", () => {
  it("has the tool, a PostgreSQL, and runs as nobody of importance", async () => {
    const inside = async (...words: readonly string[]) => {
      const [program = "", ...rest] = words;
      return (await execa("docker", ["run", "--rm", "--entrypoint", program, IMAGE, ...rest])).stdout;
    };
    expect(await inside("dingo-recover", "--version")).toContain("built as a single executable");
    expect(await inside("postgres", "--version")).toMatch(/ 17\./);
    expect(await inside("gpg", "--version")).toMatch(/GnuPG\) 2\./);
    expect(await inside("id", "-un")).toBe("postgres");
  });

  it("says nothing of a good backup, and ends with 0", async () => {
    const rows = snapshot.made.chronicle.all(1).length;
    const before = await workshop.objects.list(`${snapshot.prefix}/`);
    expect(await run(snapshot, [`expect=value == ${rows}`])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await workshop.objects.list(`${snapshot.prefix}/`)).toEqual(before);
  });

  it("says of a bad one what is wrong, and ends with 21", async () => {
    const ended = await run(snapshot, ["expect=value == 1000"]);
    expect(ended.stdout).toMatch(/value\s+==\s+1000\s+was\s+expected/);
    expect(ended.exitCode).toBe(21);
  });
});
