/**
 * Every action that disrupts or destroys shows first that it has the very container of this run (law 7; dingo.md §9.3,
 * §9.4).
 */
import { describe, expect, it } from "vitest";
import { openCell } from "../../src/foundation/actions/bosh/cell-instances.ts";
import { locateContainer } from "../../src/foundation/actions/docker/locate-container.ts";
import { setDataAside } from "../../src/foundation/actions/docker/set-data-aside.ts";
import { stopContainer } from "../../src/foundation/actions/docker/stop-container.ts";
import { cellInstance, DEPLOYMENT } from "../fakes/fake-director.ts";
import { CONTAINER, containerOf, DATA, NEW_GUID, OLD_GUID, RUN, Scene, TARGET } from "./scene.ts";

describe("the container that is about to change", () => {
  it("is refused if it belongs to another instance, whatever its name", async () => {
    const scene = new Scene().withNew();
    scene.cell.put(containerOf(OLD_GUID));
    await scene.refuses(stopContainer, TARGET, "guard-refused", /belongs to instance/);
  });

  it("is refused if its instance does not carry the tag of this run", async () => {
    const scene = new Scene().withNew();
    scene.cf.change(NEW_GUID, { tags: ["dingo-recover-another-run"] });
    await scene.refuses(stopContainer, TARGET, "guard-refused", /does not carry the tag/);
  });

  it("is refused if Cloud Foundry has taken the instance back", async () => {
    const scene = new Scene().withNew();
    scene.cf.instances.length = 0;
    await scene.refuses(stopContainer, TARGET, "guard-refused", /has no service instance/);
  });

  it("is refused while somebody updates or deletes the instance", async () => {
    const scene = new Scene().withNew();
    scene.cf.change(NEW_GUID, { lastOperation: { type: "update", state: "in progress", description: "" } });
    await scene.refuses(stopContainer, TARGET, "guard-refused", /update in progress/);
  });

  it("is found by PATRONI_SCOPE alone, among others", async () => {
    const scene = new Scene().withNew();
    scene.cell.put(containerOf(OLD_GUID, { name: "cf-00000000-0000-4000-8000-000000000000" }));
    const input = { guid: NEW_GUID, deployment: DEPLOYMENT };
    expect(await scene.perform(locateContainer, input)).toMatchObject({ container: CONTAINER, cell: "cell_z1/0" });
  });

  it("is not one of two: an instance with several nodes is refused", async () => {
    const scene = new Scene().withNew();
    scene.cell.put(containerOf(NEW_GUID, { name: "cf-00000000-0000-4000-8000-000000000000" }));
    const asked = { guid: NEW_GUID, deployment: DEPLOYMENT };
    await scene.refuses(locateContainer, asked, "guard-refused", /has 2 containers/);
  });

  it("is not assumed if a create succeeded and no cell has one", async () => {
    const scene = new Scene().withNew();
    scene.cell.containers.clear();
    const asked = { guid: NEW_GUID, deployment: DEPLOYMENT };
    await scene.refuses(locateContainer, asked, "guard-refused", /no cell has a container/);
  });

  it("lies on the cell of exactly that name, not on one that begins alike", async () => {
    const scene = new Scene();
    scene.director.instanceList.unshift(cellInstance("01", "10.58.111.150"));
    scene.addCell(0);
    const cell = await openCell(scene.context.ports, { deployment: DEPLOYMENT, cell: "cell_z1/0" });
    expect(cell.instance.ips).toEqual(["10.58.111.15"]);
  });
});

describe("the data directory", () => {
  it.each([[undefined], ["/"], [""], ["/var/vcap/store/cf-containers-broker/cf-another/data"]])(
    "is never moved if the container mounts %j",
    async (dataDirectory) => {
      const scene = new Scene().withNew().stopped();
      scene.cell.alter(CONTAINER, { dataDirectory });
      await scene.refuses(setDataAside, { ...TARGET, run: RUN }, "guard-refused", /the data directory of/);
    },
  );

  it("is renamed, never removed, and the journal knew the new name before", async () => {
    const scene = new Scene().withNew().stopped();
    const aside = `${DATA}.dingo-recover-${RUN}`;
    expect(await scene.perform(setDataAside, { ...TARGET, run: RUN })).toMatchObject({ aside });
    expect(scene.cell.changes).toEqual([`rename ${DATA} ${aside}`, `mkdir ${DATA}`]);
    expect(scene.context.records("data-set-aside")).toEqual([{ from: DATA, to: aside }]);
    expect(scene.cell.directories.has(`${aside}/postgres0/global`)).toBe(true);
  });

  it("stays where it is while the container runs", async () => {
    const scene = new Scene().withNew();
    await scene.refuses(setDataAside, { ...TARGET, run: RUN }, "guard-refused", /in use/);
  });

  it("is left empty: whatever PostgreSQL had there would be started instead of restored", async () => {
    const scene = new Scene().withNew().stopped();
    await scene.perform(setDataAside, { ...TARGET, run: RUN });
    expect(await scene.cell.files.entries(DATA)).toEqual([]);
    scene.cell.directories.add(`${DATA}/postgres0`);
    expect(await scene.probe(setDataAside, { ...TARGET, run: RUN })).toBe("partly");
  });
});
