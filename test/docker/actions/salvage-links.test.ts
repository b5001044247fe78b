/** The WAL and the tablespaces of a data directory that lie elsewhere are found by what lies there, or named. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/action.ts";
import { checkRoom } from "../../../src/docker/actions/salvage/check-room.ts";
import { copyVolume } from "../../../src/docker/actions/salvage/copy.ts";
import { pickVolumes } from "../../../src/docker/actions/salvage/pick.ts";
import { putBack } from "../../../src/docker/actions/salvage/put-back.ts";
import { databaseFiles } from "../../../src/rehearsal/docker-engine/catalogue-files.ts";
import { volumeMount, withContainer, withVolume } from "../../../src/rehearsal/docker-engine/seed.ts";
import type { DockerEngineState } from "../../../src/rehearsal/docker-engine/state.ts";
import { directory, file, type TreeNode } from "../../../src/rehearsal/docker-engine/tree.ts";
import { LOST } from "../../../src/rehearsal/scenarios/salvage-docker-volumes.ts";
import type { Scene } from "../../traps/scene.ts";
import { HERE, lost, OUT, salvageHost, survey } from "../../wiring/mutations/salvage.ts";

const NOW = Date.UTC(2026, 10, 22);
const OWN = 7_600_000_000_000_000_002n;
const SEED = { major: "13", inProduction: false, checkpointAt: NOW, role: "shop", databases: { shop: {} } } as const;
const link = (target: string): TreeNode => ({ kind: "link", uid: 999, mode: 0o777, modified: NOW, target });
const SEGMENT = "000000010000000000000003";
const SPACE = "PG_13_202007201";

/** The first page's header, of the cluster with that number (xlog_internal.h, XLogLongPageHeaderData). */
function segmentOf(systemId: bigint): TreeNode {
  const bytes = Buffer.alloc(40);
  bytes.writeUInt16LE(0xd106, 0);
  bytes.writeUInt16LE(2, 2);
  bytes.writeUInt32LE(1, 4);
  bytes.writeBigUInt64LE(0x3_0000_00n, 8);
  bytes.writeBigUInt64LE(systemId, 24);
  bytes.writeUInt32LE(16 * 1024 * 1024, 32);
  return file(bytes);
}

type Files = Readonly<Record<string, TreeNode>>;
const withLinks = (links: Files): Files => {
  const { pg_wal: _wal, ...files } = databaseFiles({ ...SEED, systemId: OWN });
  return { ...files, ...links };
};

interface Planned {
  readonly scene: Scene;
  readonly copies: readonly (JsonObject & { readonly links: readonly JsonObject[] })[];
}

async function planned(
  links: Files,
  volumes: Readonly<Record<string, Files>>,
  change: (state: DockerEngineState) => DockerEngineState = (state) => state,
): Promise<Planned> {
  const scene = await lost();
  const all = Object.entries({ [LOST]: withLinks(links), ...volumes });
  salvageHost(scene).alter((state) =>
    change(all.reduce((seen, [name, files]) => withVolume(seen, { name, files, createdAt: NOW }), state)),
  );
  const candidates = (await survey(scene))["candidates"] ?? [];
  const { picked } = await scene.perform(pickVolumes, { ...HERE, candidates, volumes: [LOST] });
  const room = await scene.perform(checkRoom, { ...HERE, picked: picked ?? [], postgres_bin: "", out: OUT });
  return { scene, copies: room["copies"] as unknown as Planned["copies"] };
}

const mountedBy =
  (name: string, at: string, running = false) =>
  (state: DockerEngineState): DockerEngineState =>
    withContainer(state, {
      ...{ name: "old", image: "postgres:13", createdAt: NOW, status: running ? "running" : "exited" },
      mounts: [...(running ? [] : [volumeMount(LOST, "/var/lib/postgresql/data")]), volumeMount(name, at)],
    });

describe("WAL behind a link", () => {
  const LINK = { pg_wal: link("/walvol/pg_wal") };

  it("is found by the number of its cluster, and copied into the data", async () => {
    const { scene, copies } = await planned(LINK, {
      of_another: { [`pg_wal/${SEGMENT}`]: segmentOf(99n) },
      wal: { [`pg_wal/${SEGMENT}`]: segmentOf(OWN) },
    });
    const [copy] = copies;
    expect(copy?.links).toEqual([
      expect.objectContaining({ at: "pg_wal", target: "/walvol/pg_wal", inside: "pg_wal", text: "wal/pg_wal" }),
    ]);
    await expect(scene.perform(copyVolume, { ...HERE, copy: copy ?? {} })).resolves.toBeDefined();
    const put = { ...HERE, copies: [copy ?? {}], into: "new_db", compose: "" };
    await expect(scene.perform(putBack, put)).rejects.toMatchObject({
      code: "guard-refused",
      message: "its pg_wal is a link to another place",
    });
  });

  it("is not taken from another data directory of that cluster", async () => {
    const twin = { ...withLinks({}), [`pg_wal/${SEGMENT}`]: segmentOf(OWN) };
    const { copies } = await planned(LINK, { twin, wal: { [`pg_wal/${SEGMENT}`]: segmentOf(OWN) } });
    expect(copies).toMatchObject([{ links: [{ text: "wal/pg_wal" }] }]);
  });

  it.each([
    [
      "nowhere",
      {},
      /its pg_wal is a link to \/walvol\/pg_wal, and no volume or bind of this host has the segment 0{7}1/u,
    ],
    [
      "in a running container",
      { wal: { [`pg_wal/${SEGMENT}`]: segmentOf(OWN) } },
      /wal\/pg_wal may be it, and is in use: old/u,
    ],
  ])("that is %s stops that volume, and says why", async (_, volumes, says) => {
    const change = "wal" in volumes ? mountedBy("wal", "/x", true) : undefined;
    await expect(planned(LINK, volumes, change)).rejects.toMatchObject({
      code: "not-restorable",
      message: expect.stringMatching(says) as string,
    });
  });
});

describe("a tablespace behind a link", () => {
  const LINK = { pg_wal: directory(), "pg_tblspc/16385": link("/ts/fast") };
  const HAS = { [`fast/${SPACE}/16384/PG_VERSION`]: file("13\n") };

  const ofProject = (names: Readonly<Record<string, string>>) => (state: DockerEngineState) =>
    Object.entries(names).reduce((seen, [name, project]) => {
      const volume = seen.volumes[name];
      const labels = { "com.docker.compose.project": project, "com.docker.compose.volume": name };
      return volume === undefined ? seen : { ...seen, volumes: { ...seen.volumes, [name]: { ...volume, labels } } };
    }, state);

  it("is found by the directory of its release, at its path, in a volume of its project", async () => {
    const other = { [`slow/${SPACE}/16384/PG_VERSION`]: file("13\n") };
    const volumes = { spaces: { ...HAS, ...other }, of_another: HAS };
    const change = ofProject({ [LOST]: "shop", spaces: "shop", of_another: "bank" });
    const { copies } = await planned(LINK, volumes, change);
    expect(copies).toMatchObject([{ links: [{ at: "pg_tblspc/16385", inside: "fast", text: "spaces/fast" }] }]);
  });

  it.each([
    ["of another project", ofProject({ [LOST]: "shop", of_another: "bank" })],
    ["of none", undefined],
  ])("is not drawn from a volume %s by its path alone: the line that proves it is told", async (_, change) => {
    const { copies } = await planned(LINK, { of_another: HAS }, change);
    const says = `docker create -v ${LOST}:/data -v of_another:/ts IMAGE`;
    expect(copies).toMatchObject([
      { links: [{ path: "", inside: "", text: expect.stringContaining(says) as string }] },
    ]);
    const proven = (state: DockerEngineState): DockerEngineState =>
      mountedBy("of_another", "/ts")(change?.(state) ?? state);
    expect((await planned(LINK, { of_another: HAS }, proven)).copies).toMatchObject([{ links: [{ inside: "fast" }] }]);
  });

  it("is the one that the container had, if several could be it", async () => {
    const volumes = { one: HAS, two: HAS };
    expect((await planned(LINK, volumes, mountedBy("two", "/ts"))).copies).toMatchObject([
      { links: [{ text: "two/fast" }] },
    ]);
    expect((await planned(LINK, volumes)).copies).toMatchObject([
      { links: [{ path: "", text: "several places may be it: one/fast, two/fast" }] },
    ]);
  });

  it("that is nowhere leaves the rest of the volume to be saved", async () => {
    expect((await planned(LINK, {})).copies).toMatchObject([
      { links: [{ path: "", text: `no volume or bind of this host has ${SPACE} there` }] },
    ]);
  });
});
