/** The contract of every Docker host that is looked at: a real engine, as root and without rights, and the stand-in. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DockerHost, Looked, LookOrder, Place } from "../../src/ports/docker-host.ts";
import { control } from "../docker/data-directory/control-file.ts";

export type SeedFile = string | Uint8Array | { readonly link: string } | { readonly pipe: true };
export type SeedFiles = Readonly<Record<string, SeedFile>>;

/** Makes the objects that the host then shows, by other means than the host itself. */
export interface DockerFixture {
  readonly host: DockerHost;
  /** An image with a shell, and with no volumes. */
  readonly image: string;
  /** One that makes a volume of /data and has files there. */
  readonly imageWithVolume: string;
  volume(
    name: string,
    seed?: { readonly labels?: Readonly<Record<string, string>>; readonly files?: SeedFiles },
  ): Promise<void>;
  /** The content of a volume: names, bytes, owners and times. */
  snapshot(name: string): Promise<string>;
  removeVolume(name: string): Promise<void>;
  /** Running, and doing nothing; its anonymous volumes are made by its image. */
  container(seed: {
    readonly name: string;
    readonly image: string;
    readonly volumes?: Readonly<Record<string, string>>;
    readonly binds?: Readonly<Record<string, { readonly path: string; readonly readOnly?: true }>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly layer?: SeedFiles;
  }): Promise<void>;
  /** A directory on the engine's machine; its path. */
  directory(files: SeedFiles): Promise<string>;
  /** A file that the adapter can read on the machine of the CLI; its path. */
  localFile(content: string): Promise<string>;
  close(): Promise<void>;
}

const LABELS = { note: 'two\nlines "$(id)" `id`', "com.docker.compose.project": "shop" };
const ORDER: LookOrder = {
  files: [
    { path: "PG_VERSION", bytes: 4 },
    { path: "global/pg_control", bytes: 512 },
  ],
  entries: 3,
};
const DATABASE: SeedFiles = {
  PG_VERSION: "13\n",
  "global/pg_control": Buffer.concat([control(), Buffer.alloc(8192 - 512)]),
  "base/1/PG_VERSION": "13\n",
};

export function describeDockerHost(what: string, open: () => Promise<DockerFixture>): void {
  describe(`a Docker host (${what})`, () => {
    let opened: DockerFixture | undefined;
    let fixture: DockerFixture;
    let host: DockerHost;

    beforeAll(async () => {
      fixture = await open();
      opened = fixture;
      ({ host } = fixture);
      await fixture.volume("named", { labels: LABELS, files: DATABASE });
      await fixture.volume("empty");
      await fixture.volume("vanished");
      await fixture.volume("odd", {
        files: {
          PG_VERSION: { link: "/etc/hostname" },
          "global/pg_control": { pipe: true },
          "a\nb \u001b[2J": "x",
          elsewhere: { link: "/etc" },
          c: "x",
          d: "x",
        },
      });
      const bind = await fixture.directory({ "upload.txt": "x" });
      await fixture.container({
        name: "contract-db",
        image: fixture.imageWithVolume,
        volumes: { named: "/srv/pg" },
        binds: { "/uploads": { path: bind, readOnly: true } },
        labels: { "com.docker.compose.service": "db", ...LABELS },
        env: { PGDATA: "/srv/pg", POSTGRES_PASSWORD: "must-not-be-seen" },
        layer: { "var/lib/redis/dump.rdb": "REDIS0011" },
      });
    });
    afterAll(async () => {
      await opened?.close();
    });

    const place = async (name: string, inside?: string): Promise<Place> => {
      const volume = (await host.volumes()).find((each) => each.name === name);
      if (volume === undefined) throw new Error(`there is no volume ${name}`);
      return { key: name, path: volume.mountpoint, ...(inside === undefined ? {} : { inside }) };
    };
    const lookAt = async (at: Place, order = ORDER): Promise<Looked> => {
      const [looked] = await host.look([at], order);
      if (looked === undefined) throw new Error("nothing was answered");
      return looked;
    };

    it("says what the engine is and where it keeps its things", async () => {
      const engine = await host.engine();
      expect(engine.version).toMatch(/^\d+\.\d+/);
      expect(engine.root).toMatch(/^\/./);
      expect(engine.endpoint).toMatch(/^(?:unix|tcp):\/\//);
      expect(engine).toMatchObject({ rootless: false, remapped: false, id: expect.stringMatching(/./) });
    });

    it("lists volumes with their labels as they are, and tells those that nobody named", async () => {
      const volumes = await host.volumes();
      const named = volumes.find(({ name }) => name === "named");
      expect(named).toMatchObject({ driver: "local", labels: LABELS, options: {}, anonymous: false });
      expect(Number.isNaN(Date.parse(named?.createdAt ?? ""))).toBe(false);
      expect(volumes.filter(({ anonymous }) => anonymous)).toHaveLength(1);
    });

    it("lists containers with mounts, labels and layer, and none of their secrets", async () => {
      const containers = await host.containers();
      const db = containers.find(({ name }) => name === "contract-db");
      expect(db).toMatchObject({
        running: true,
        status: "running",
        labels: { "com.docker.compose.service": "db", ...LABELS },
        env: { PGDATA: "/srv/pg" },
      });
      expect(JSON.stringify(containers)).not.toContain("must-not-be-seen");
      expect(db?.mounts).toMatchObject([
        { kind: "volume", destination: "/data", writable: true, volume: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { kind: "volume", destination: "/srv/pg", writable: true, volume: "named" },
        { kind: "bind", destination: "/uploads", writable: false, volume: "" },
      ]);
      expect(db?.layer).toMatch(/^\//);
    });

    it("lists images with the volumes that they make", async () => {
      const images = await host.images();
      const found = images.find(({ tags }) => tags.includes(fixture.imageWithVolume));
      expect(found?.volumes).toEqual(["/data"]);
      expect(images.find(({ tags }) => tags.includes(fixture.image))?.volumes).toEqual([]);
    });

    it("knows about how large volumes are", async () => {
      const { volumes, unknown } = await host.sizes();
      expect(unknown).toBeUndefined();
      expect(volumes.get("empty")).toBe(0);
      expect(volumes.get("named") ?? 0).toBeGreaterThanOrEqual(8190);
    });

    it("reads the first bytes of files in a volume, with size and owner, and names what lies there", async () => {
      const looked = await lookAt(await place("named"));
      expect(looked).toMatchObject({ state: "seen", more: false, unread: [] });
      if (looked.state !== "seen") return;
      expect(looked.entries).toEqual([
        { kind: "file", name: "PG_VERSION" },
        { kind: "directory", name: "base" },
        { kind: "directory", name: "global" },
      ]);
      expect(looked.files.map(({ path, size }) => [path, size])).toEqual([
        ["PG_VERSION", 3],
        ["global/pg_control", 8192],
      ]);
      expect(Buffer.from(looked.files[0]?.content ?? []).toString()).toBe("13\n");
      expect(Buffer.from(looked.files[1]?.content ?? [])).toEqual(Buffer.from(control()));
      expect(looked.space?.bytes).toBeGreaterThan(0);
    });

    it("looks below a place, and keeps empty, absent and a file apart", async () => {
      expect(await lookAt(await place("named", "base/1"))).toMatchObject({
        state: "seen",
        entries: [{ name: "PG_VERSION" }],
      });
      expect(await lookAt(await place("empty"))).toMatchObject({ state: "seen", entries: [], more: false });
      expect(await lookAt(await place("named", "base/2"))).toMatchObject({ state: "absent" });
      expect(await lookAt(await place("named", "PG_VERSION"))).toMatchObject({ state: "file", size: 3 });
    });

    it("follows no link, opens no pipe, and shows names as they are", async () => {
      const looked = await lookAt(await place("odd"), { ...ORDER, entries: 10 });
      expect(looked).toMatchObject({ state: "seen", files: [] });
      if (looked.state !== "seen") return;
      expect([...looked.unread].sort()).toEqual(["PG_VERSION", "global/pg_control"]);
      expect(looked.entries).toContainEqual({ kind: "file", name: "a\nb \u001b[2J" });
      expect(looked.entries).toContainEqual({ kind: "other", name: "elsewhere" });
      expect(await lookAt(await place("odd", "elsewhere"))).toMatchObject({
        state: "unknown",
        why: "a link lies on the way",
      });
    });

    it("says that there are more names than were asked for", async () => {
      expect(await lookAt(await place("odd"))).toMatchObject({ state: "seen", more: true });
    });

    it("answers for each of many places, also if one of them has vanished since it was listed", async () => {
      const gone = await place("vanished");
      await fixture.removeVolume("vanished");
      const places = [await place("named"), gone, await place("empty")];
      const looked = await host.look(places, ORDER);
      expect(looked.map(({ key, state }) => [key, state])).toEqual([
        ["named", "seen"],
        ["vanished", "absent"],
        ["empty", "seen"],
      ]);
      // Looked at by its name it would have been made anew.
      expect((await host.volumes()).map(({ name }) => name)).not.toContain("vanished");
    });

    it("changes not one byte, owner or time of what it looks at, and leaves nothing behind", async () => {
      const names = ["named", "empty", "odd"];
      const before = await Promise.all(names.map((name) => fixture.snapshot(name)));
      const [volumes, containers] = [await host.volumes(), await host.containers()];
      await host.look(await Promise.all(names.map((name) => place(name))), ORDER);
      await host.search(await Promise.all(names.map((name) => place(name))), ["PG_VERSION"]);
      expect(await Promise.all(names.map((name) => fixture.snapshot(name)))).toEqual(before);
      expect((await host.volumes()).map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
      expect((await host.containers()).map(({ id }) => id)).toEqual(containers.map(({ id }) => id));
    });

    it("measures what lies in a place, and keeps one that is not there apart", async () => {
      const named = await place("named");
      const [whole, part, gone] = await host.measure([
        ...[named, { ...named, inside: "base" }, { key: "gone", path: `${named.path}-gone` }],
      ]);
      expect(whole).toMatchObject({ state: "seen", key: "named" });
      const bytes = [whole, part].map((each) => (each?.state === "seen" ? each.bytes : 0));
      expect(bytes[0]).toBeGreaterThanOrEqual(8192);
      expect(bytes[1]).toBeLessThan(bytes[0] ?? 0);
      expect(gone).toEqual({ state: "absent", key: "gone" });
    });

    it("finds what a container wrote over its image, by the ends of paths", async () => {
      const db = (await host.containers()).find(({ name }) => name === "contract-db");
      const [searched] = await host.search([{ key: "db", path: db?.layer ?? "" }], ["dump.rdb", "global/pg_control"]);
      expect(searched).toEqual({ state: "seen", key: "db", paths: ["var/lib/redis/dump.rdb"], more: false });
      const [nowhere] = await host.search([{ key: "x", path: `${db?.layer ?? ""}-not-there` }], ["dump.rdb"]);
      expect(nowhere).toEqual({ state: "absent", key: "x" });
    });

    it("has the engine say what a container changed, and tells that there is no such container", async () => {
      const db = (await host.containers()).find(({ name }) => name === "contract-db");
      expect(await host.changes(db?.id ?? "")).toContainEqual({ how: "added", path: "/var/lib/redis/dump.rdb" });
      expect(await host.changes("f".repeat(64))).toBeUndefined();
    });

    it("says in what a container is not like another, and none of the values", async () => {
      const env = { PGDATA: "/srv/other", POSTGRES_USER: "shop" };
      await fixture.container({ name: "contract-db-again", image: fixture.imageWithVolume, env });
      const named = async (name: string): Promise<string> =>
        (await host.containers()).find((each) => each.name === name)?.id ?? "";
      const [before, after] = [await named("contract-db"), await named("contract-db-again")];
      expect(await host.unlike(before, after)).toEqual([
        { what: "the variable", name: "PGDATA", how: "changed" },
        { what: "the variable", name: "POSTGRES_PASSWORD", how: "lost" },
      ]);
      expect(await host.unlike(before, before)).toEqual([]);
      expect(await host.unlike(before, "f".repeat(64))).toBeUndefined();
    });

    it("reads a text file beside the CLI, and keeps absent, too long and no ordinary file apart", async () => {
      const path = await fixture.localFile("services: {}\n");
      expect(await host.file(path, 100)).toBe("services: {}\n");
      expect(await host.file(`${path}-not-there`, 100)).toBeUndefined();
      await expect(host.file(path, 4)).rejects.toMatchObject({
        code: "command-failed",
        message: expect.stringContaining("too long"),
      });
      await expect(host.file("/", 100)).rejects.toMatchObject({ code: "command-failed" });
    });
  });
}
