/**
 * The contract of every Docker host that is changed: a real engine with both generations of Compose, and the stand-in.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readModel } from "../../src/docker/compose/model.ts";
import type { DockerContainer, DockerHost } from "../../src/ports/docker-host.ts";
import type { ComposeCall, ComposeGeneration, DockerWork } from "../../src/ports/docker-work.ts";

export interface SeedOwner {
  readonly uid?: number;
  readonly mode?: number;
  /** Milliseconds of the epoch. Default: any time. */
  readonly modified?: number;
}

/** Makes the objects that are then changed, by other means than the port itself. */
export interface WorkFixture {
  readonly host: DockerHost;
  readonly work: DockerWork;
  /** The same with an engine that is not there. */
  readonly unreachable: DockerWork;
  /** Sleeps for ever, and makes a volume of /data. */
  readonly image: string;
  /** On the engine's machine, for this suite alone. */
  readonly directory: string;
  put(path: string, content: string, owner?: SeedOwner): Promise<void>;
  /** Undefined if there is no file. */
  text(path: string): Promise<string | undefined>;
  /** Running; its id. */
  container(seed: {
    readonly name: string;
    readonly layer?: Readonly<Record<string, string>>;
    readonly port?: number;
  }): Promise<string>;
  rename(container: string, name: string): Promise<void>;
  /** Gives a directory of a file system on which about so many bytes are left, until the work has ended. */
  withLittleSpace(bytes: number, work: (directory: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const RUN = "20261122-080000-aaaa";
const GENERATIONS: readonly ComposeGeneration[] = ["v1", "v2"];
const LONG = 600_000;
const PORT = 18_765;
const UNKNOWN = { code: "command-failed", effect: "unknown" };
const REFUSED = { code: "guard-refused", effect: "none" };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export function describeDockerWork(what: string, open: () => Promise<WorkFixture>): void {
  describe(`changes on a Docker host (${what})`, { timeout: LONG }, () => {
    let opened: WorkFixture | undefined;
    let fixture: WorkFixture;
    let host: DockerHost;
    let work: DockerWork;
    let top: string;
    let made = 0;

    beforeAll(async () => {
      fixture = await open();
      opened = fixture;
      ({ host, work } = fixture);
    }, LONG);
    beforeEach(() => {
      made += 1;
      top = `${fixture.directory}/case-${made}`;
    });
    afterAll(async () => {
      await opened?.close();
    });

    const found = async (id: string): Promise<DockerContainer | undefined> =>
      (await host.containers()).find((container) => container.id === id);
    const there = async (id: string): Promise<DockerContainer> => {
      const container = await found(id);
      if (container === undefined) throw new Error(`there is no container ${id}`);
      return container;
    };
    const unnamed = ({ mounts }: DockerContainer): string =>
      mounts.find(({ destination }) => destination === "/data")?.volume ?? "";
    /** For IPv4 and IPv6 alike. */
    const portsOf = ({ ports }: DockerContainer): readonly number[] => [...new Set(ports.map((port) => port.host))];
    /** A few files of two owners, one of them long. */
    const filled = async (directory: string): Promise<void> => {
      await fixture.put(`${directory}/PG_VERSION`, "15\n", { uid: 999, mode: 0o600 });
      await fixture.put(`${directory}/base/1/a b`, "x".repeat(30_000), { uid: 999, mode: 0o640 });
      await fixture.put(`${directory}/base/1/2`, "two", { uid: 998 });
    };

    describe("containers", () => {
      it("are stopped and started, and one that is gone is said to be", async () => {
        const id = await fixture.container({ name: "stopped" });
        await work.stop(id, 0);
        expect(await there(id)).toMatchObject({ running: false, status: "exited" });
        await work.stop(id, 0);
        await work.start(id);
        expect(await there(id)).toMatchObject({ running: true, status: "running" });
        await expect(work.stop("f".repeat(64), 0)).rejects.toMatchObject(UNKNOWN);
        await expect(work.start("f".repeat(64))).rejects.toMatchObject(UNKNOWN);
      });

      it("are removed when they have stopped, and their volumes stay", async () => {
        const id = await fixture.container({ name: "removed" });
        const volume = unnamed(await there(id));
        await expect(work.remove(id)).rejects.toMatchObject(UNKNOWN);
        expect(await there(id)).toMatchObject({ running: true });
        await work.stop(id, 0);
        await work.remove(id);
        expect(await found(id)).toBeUndefined();
        expect((await host.volumes()).map(({ name }) => name)).toContain(volume);
      });

      it("are made again like another, with what it had written, its very volume, its ports and other labels", async () => {
        const id = await fixture.container({ name: "original", layer: { "srv/note.txt": "kept" }, port: PORT });
        const volume = unnamed(await there(id));
        expect(portsOf(await there(id))).toEqual([PORT]);
        await work.stop(id, 0);
        // Of a stopped one the engine tells none.
        expect((await there(id)).ports).toEqual([]);
        await work.commit(id, `dingo-recover/${RUN}:original`);
        const order = { of: id, name: "twin", image: `dingo-recover/${RUN}:original`, labels: { note: "a twin" } };
        const twin = await work.createLike(order);
        expect(await there(twin)).toMatchObject({ name: "twin", running: false, status: "created" });
        expect((await there(twin)).labels).toMatchObject({ note: "a twin", kind: "contract" });
        expect(unnamed(await there(twin))).toBe(volume);
        await expect(work.createLike(order)).rejects.toMatchObject(UNKNOWN);
        await work.remove(id);
        await work.start(twin);
        expect(portsOf(await there(twin))).toEqual([PORT]);
        expect(await work.exec(twin, ["cat", "/srv/note.txt"])).toMatchObject({ code: 0, stdout: "kept" });
        await work.stop(twin, 0);
        expect(await work.exec(twin, ["cat", "/srv/note.txt"])).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/is not running/u),
        });
      });

      it("do not start on a port that another one has", async () => {
        const id = await fixture.container({ name: "first", port: PORT });
        await work.stop(id, 0);
        const other = await fixture.container({ name: "second", port: PORT });
        await expect(work.start(id)).rejects.toMatchObject({
          ...UNKNOWN,
          message: expect.stringMatching(/port is already/u),
        });
        expect(await there(id)).toMatchObject({ running: false });
        await work.stop(other, 0);
      });

      it("live for a proof on one directory, without ports or network, and only their run's own is ended", async () => {
        const id = await fixture.container({ name: "asked" });
        await work.stop(id, 0);
        const directory = `${top}/data.dingo-recover-${RUN}-proof`;
        await fixture.put(`${directory}/seen`, "on a copy");
        const order = { of: id, name: "asked-proof", directory, target: "/data", labels: { "dingo-recover.run": RUN } };
        const proof = await work.startProof(order);
        expect(await there(proof)).toMatchObject({ running: true, ports: [] });
        expect((await there(proof)).mounts).toMatchObject([{ kind: "bind", source: directory, destination: "/data" }]);
        expect(await work.exec(proof, ["cat", "/data/seen"])).toMatchObject({ code: 0, stdout: "on a copy" });
        expect(await work.said(proof, 5)).toBe("");
        await work.endProof("asked-proof", "20261122-080000-bbbb");
        expect(await there(proof)).toMatchObject({ running: true });
        await work.endProof("asked-proof", RUN);
        expect(await found(proof)).toBeUndefined();
        await work.endProof("asked-proof", RUN);
      });

      it("are in doubt, and not untouched, if the engine is gone in the midst of it", async () => {
        await expect(fixture.unreachable.stop("x", 1)).rejects.toMatchObject({
          code: "unreachable",
          effect: "unknown",
        });
      });
    });

    describe("directories", () => {
      it("are told from files and from nothing, named, and measured", async () => {
        await filled(`${top}/data`);
        expect(await work.kind(`${top}/data`)).toBe("directory");
        expect(await work.kind(`${top}/data/PG_VERSION`)).toBe("file");
        expect(await work.kind(`${top}/data/none`)).toBe("absent");
        expect(await work.entries(`${top}/data`)).toEqual(["PG_VERSION", "base"]);
        expect(await work.bytesBelow(`${top}/data`)).toBeGreaterThan(30_000);
        expect(await work.freeBytes(top)).toBeGreaterThan(1_000_000);
        await work.makeParents(`${top}/new/place/data`);
        expect(await work.kind(`${top}/new/place`)).toBe("directory");
        expect(await work.kind(`${top}/new/place/data`)).toBe("absent");
      });

      it("are copied with owners and modes, and never over what is there", async () => {
        await filled(`${top}/data`);
        await work.copyTree(`${top}/data`, `${top}/copy`);
        const print = await work.fingerprint(`${top}/data`);
        expect(print).toMatchObject({ files: 3, bytes: 30_006 });
        expect(await work.fingerprint(`${top}/copy`)).toEqual(print);
        await expect(work.copyTree(`${top}/data`, `${top}/copy`)).rejects.toMatchObject(REFUSED);
      });

      it("are not copied with a program that has its owner's rights", async () => {
        await filled(`${top}/data`);
        await fixture.put(`${top}/data/base/su`, "", { mode: 0o4755 });
        await expect(work.copyTree(`${top}/data`, `${top}/copy`)).rejects.toMatchObject({
          code: "guard-refused",
          message: expect.stringContaining("base/su") as unknown,
        });
        expect(await work.kind(`${top}/copy`)).toBe("absent");
      });

      it.each<readonly [string, (directory: string) => Promise<void>]>([
        ["a byte", (directory) => fixture.put(`${directory}/base/1/2`, "twO", { uid: 998 })],
        ["an owner", (directory) => fixture.put(`${directory}/base/1/2`, "two", { uid: 999 })],
        ["a mode", (directory) => fixture.put(`${directory}/base/1/2`, "two", { uid: 998, mode: 0o666 })],
        ["a file", (directory) => fixture.put(`${directory}/base/1/3`, "")],
      ])("have another fingerprint by %s", async (_what, change) => {
        await filled(`${top}/data`);
        const print = await work.fingerprint(`${top}/data`);
        await change(`${top}/data`);
        expect((await work.fingerprint(`${top}/data`)).sha256).not.toBe(print.sha256);
      });

      it("are brought up to date: what is new, changed or gone, also if a file has an older time than before", async () => {
        const [from, to] = [`${top}/data`, `${top}/to.dingo-recover-${RUN}-part`];
        await filled(from);
        await fixture.put(`${from}/pg_wal/gone`, "x".repeat(500));
        await work.alignTree(from, to, { isLive: true });
        expect(await work.fingerprint(to)).toEqual(await work.fingerprint(from));
        await fixture.put(`${from}/PG_VERSION`, "16\n", { uid: 999, mode: 0o600, modified: 1_000_000_000_000 });
        await fixture.put(`${from}/new`, "x");
        await work.rename(`${from}/pg_wal`, `${from}/away`);
        await fixture.put(`${to}/base/1/strange`, "x");
        await work.alignTree(from, to, { isLive: false });
        expect(await work.fingerprint(to)).toEqual(await work.fingerprint(from));
        expect(await fixture.text(`${to}/PG_VERSION`)).toBe("16\n");
        await expect(work.alignTree(from, `${top}/copy`, { isLive: false })).rejects.toMatchObject(REFUSED);
        // A volume that is gone as a whole is none of whose files some have gone.
        await work.rename(from, `${top}/gone`);
        for (const part of [to, `${top}/other.dingo-recover-${RUN}-part`])
          await expect(work.alignTree(from, part, { isLive: true })).rejects.toMatchObject(UNKNOWN);
      });

      it("are alike until something differs in kind, size, time, owner, mode or name, and never if one is not there", async () => {
        const [one, other] = [`${top}/data`, `${top}/copy`];
        await filled(one);
        await work.copyTree(one, other);
        expect(await work.alike(one, other)).toBe(true);
        await fixture.put(`${one}/base/1/2`, "two", { uid: 998, modified: 1_000_000_000_000 });
        expect(await work.alike(one, other)).toBe(false);
        await work.copyTree(one, `${top}/again`);
        expect(await work.alike(one, `${top}/again`)).toBe(true);
        await fixture.put(`${top}/again/base/3`, "");
        expect(await work.alike(one, `${top}/again`)).toBe(false);
        await expect(work.alike(one, `${top}/none`)).rejects.toMatchObject(UNKNOWN);
        await expect(work.alike(`${top}/none`, `${top}/none`)).rejects.toMatchObject(UNKNOWN);
      });

      it("are copied out of a stopped container's own layer", async () => {
        const id = await fixture.container({ name: "layered", layer: { "srv/lib/dump.rdb": "REDIS" } });
        await work.stop(id, 0);
        await work.copyOut(id, "/srv/lib", `${top}-out`);
        expect(await fixture.text(`${top}-out/dump.rdb`)).toBe("REDIS");
        await expect(work.copyOut(id, "/srv/lib", `${top}-out`)).rejects.toMatchObject(REFUSED);
        await expect(work.copyOut(id, "/srv/none", `${top}-none`)).rejects.toMatchObject(UNKNOWN);
      });

      it("are cut if the disk is full, which is said, and the source stays as it is", async () => {
        await filled(`${top}/data`);
        const print = await work.fingerprint(`${top}/data`);
        await fixture.withLittleSpace(16_384, async (small) => {
          const to = `${small}/to.dingo-recover-${RUN}-part`;
          await expect(work.copyTree(`${top}/data`, to)).rejects.toMatchObject({
            ...UNKNOWN,
            message: expect.stringMatching(/No space left on device/u),
          });
          await expect(work.alignTree(`${top}/data`, to, { isLive: true })).rejects.toMatchObject(UNKNOWN);
          expect(await work.kind(to)).toBe("directory");
          await work.removeOwn(to);
          expect(await work.kind(to)).toBe("absent");
        });
        expect(await work.fingerprint(`${top}/data`)).toEqual(print);
      });

      it("are renamed, never over what is there, and only a run's own copies are removed", async () => {
        await filled(`${top}/data`);
        await fixture.put(`${top}/other/file`, "x");
        await expect(work.rename(`${top}/data`, `${top}/other`)).rejects.toMatchObject(REFUSED);
        await work.rename(`${top}/data`, `${top}/moved`);
        expect(await work.kind(`${top}/data`)).toBe("absent");
        expect(await work.kind(`${top}/moved/base/1`)).toBe("directory");
        await expect(work.removeOwn(`${top}/moved`)).rejects.toMatchObject(REFUSED);
      });
    });

    describe("files", () => {
      it("are written and removed only if they are what was expected", async () => {
        const path = `${top}/docker-compose.yml`;
        await fixture.put(path, "before\n", { uid: 1000, mode: 0o640 });
        expect(await work.hashOf(path)).toBe(sha256("before\n"));
        expect(await work.hashOf(`${top}/none`)).toBeUndefined();
        await expect(work.writeFile(path, "x", { sha256: sha256("else") })).rejects.toMatchObject(REFUSED);
        await expect(work.writeFile(path, "x", {})).rejects.toMatchObject(REFUSED);
        expect(await fixture.text(path)).toBe("before\n");
        await work.writeFile(path, "after ü\n", { sha256: sha256("before\n") });
        expect(await fixture.text(path)).toBe("after ü\n");
        await work.writeFile(`${top}/new`, "n", {});
        expect(await fixture.text(`${top}/new`)).toBe("n");
        await expect(work.removeFile(`${top}/new`, sha256("else"))).rejects.toMatchObject(REFUSED);
        await work.removeFile(`${top}/new`, sha256("n"));
        expect(await fixture.text(`${top}/new`)).toBeUndefined();
        await work.removeFile(`${top}/new`, sha256("n"));
        expect(await work.whyUnwritable(path, [`${top}/data`, "/srv-of-nobody/data"])).toBeUndefined();
        expect(await work.whyUnwritable(`${top}/none`, [])).toBeUndefined();
        expect(await work.whyLed(top)).toBeUndefined();
      });
    });

    it("says that nothing answers if nothing does", async () => {
      expect(await work.httpStatus("http://127.0.0.1:9/")).toBeUndefined();
    });

    describe.each(GENERATIONS)("Compose %s", (generation) => {
      const callFor = (project: string): ComposeCall => ({
        generation,
        project,
        directory: top,
        files: [`${top}/docker-compose.yml`],
      });
      const lines = (...more: readonly string[]): string =>
        [
          ...["version: '2'", "services:", "  db:", `    image: ${fixture.image}`, "    stop_signal: SIGKILL", ...more],
          ...["  web:", `    image: ${fixture.image}`, "    stop_signal: SIGKILL", ""],
        ].join("\n");
      const write = (...more: readonly string[]) => fixture.put(`${top}/docker-compose.yml`, lines(...more));
      const member = async (project: string, service: string): Promise<DockerContainer> => {
        const container = (await host.containers()).find(
          ({ labels }) =>
            labels["com.docker.compose.project"] === project && labels["com.docker.compose.service"] === service,
        );
        if (container === undefined) throw new Error(`${service} of ${project} is not there`);
        return container;
      };

      it("says its version, and what it would write to the labels of what it brings up", async () => {
        expect(await work.composeVersion(generation)).toMatch(generation === "v1" ? /^1\./u : /^[2-9]\d*\./u);
        const call = callFor(`hashes${generation}`);
        await fixture.put(`${top}/db.env`, "KEY=s3cret\n");
        await write("    env_file:", "      - db.env");
        await work.composeUp(call, []);
        const [db, hashes] = [await member(call.project, "db"), await work.composeHashes(call, ["db", "web"])];
        expect([...hashes.keys()].sort()).toEqual(["db", "web"]);
        expect(hashes.get("db")).toBe(db.labels["com.docker.compose.config-hash"]);
        expect(db.name).toBe([call.project, "db", "1"].join(generation === "v1" ? "_" : "-"));
        expect(db.labels["com.docker.compose.project.working_dir"]).toBe(top);
        expect(db.running).toBe(true);
        // Nothing has changed: it stays as it is.
        await work.composeUp(call, []);
        expect((await member(call.project, "db")).id).toBe(db.id);
        await write("    environment:", "      A: b");
        expect((await work.composeHashes(call, ["db"])).get("db")).not.toBe(hashes.get("db"));
        // One that is to be kept keeps what lies in its own layer.
        await work.stop(db.id, 0);
        await work.composeUp(call, ["db"], { keeps: true, scales: { db: 1 } });
        expect(await member(call.project, "db")).toMatchObject({ id: db.id, running: true });
      });

      it("says what the files mean, with a text in the place of one of them, and without a file that is refused", async () => {
        const call = callFor(`config${generation}`);
        await write("    volumes:", "      - ./db-data:/data");
        const modelOf = async (over?: { readonly file: string; readonly text: string }) => {
          const answer = await host.composed(call, over);
          if (answer.state !== "told") throw new Error(JSON.stringify(answer));
          expect(answer.unset).toEqual([]);
          return readModel(answer.text, generation, "here").services;
        };
        const mounts = [{ kind: "bind", source: `${top}/db-data`, target: "/data" }];
        expect(await modelOf()).toMatchObject([
          { name: "db", image: fixture.image, mounts },
          { name: "web", image: fixture.image, mounts: [] },
        ]);
        const file = `${top}/docker-compose.override.yml`;
        const text = "services:\n  web:\n    volumes:\n      - ./web-data:/data\n";
        const web = [{ kind: "bind", source: `${top}/web-data`, target: "/data" }];
        expect(await modelOf({ file, text })).toMatchObject([{ mounts }, { name: "web", mounts: web }]);
        const refused = await host.composed({ ...call, files: [`${top}/none.yml`] });
        expect(refused).toMatchObject({ state: "refused", why: expect.stringMatching(/no such file/iu) as string });
      });

      it("finds a container by its labels: one that was renamed is made anew and removed", async () => {
        const call = callFor(`renamed${generation}`);
        await write();
        await work.composeUp(call, ["db"]);
        const old = await member(call.project, "db");
        await fixture.rename(old.id, `kept-${generation}`);
        await write("    environment:", "      A: b");
        await work.composeUp(call, ["db"]);
        expect(await found(old.id)).toBeUndefined();
        // The first generation asks the image's `ContainerConfig` for its volumes, which an imported one has not.
        if (generation === "v2") expect(unnamed(await member(call.project, "db"))).toBe(unnamed(old));
      });

      it("leaves one without its label alone, and puts the new one on the directory that the file names", async () => {
        const call = callFor(`twin${generation}`);
        await write();
        await work.composeUp(call, []);
        const old = await member(call.project, "db");
        await work.stop(old.id, 0);
        const labels = { "com.docker.compose.project": "" };
        const twin = await work.createLike({ of: old.id, name: `twin-${generation}`, image: old.imageId, labels });
        await work.remove(old.id);
        await fixture.put(`${top}/db-data/rows`, "x");
        await write("    volumes:", "      - ./db-data:/data");
        await work.composeUp(call, ["db"]);
        const db = await member(call.project, "db");
        expect(db.mounts).toMatchObject([{ kind: "bind", source: `${top}/db-data`, destination: "/data" }]);
        expect(unnamed(await there(twin))).toBe(unnamed(old));
        expect((await there(twin)).status).toBe("created");
      });

      it("ends with an error if a port is taken, and if a service is not known", async () => {
        const call = callFor(`port${generation}`);
        const other = await fixture.container({ name: `holds-${generation}`, port: PORT });
        await write("    ports:", `      - "${PORT}:80"`);
        await expect(work.composeUp(call, ["db"])).rejects.toMatchObject(UNKNOWN);
        expect((await member(call.project, "db")).running).toBe(false);
        await expect(work.composeUp(call, ["none"])).rejects.toMatchObject(UNKNOWN);
        await work.stop(other, 0);
      });
    });
  });
}
