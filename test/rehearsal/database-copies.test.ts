import type { DockerEngineState } from "../../src/rehearsal/docker-engine/state.js";
import { LOST, lostHost } from "../../src/rehearsal/scenarios/salvage-docker-volumes.js";
import { describeDatabaseCopies } from "../contract/database-copies.js";
import { SalvageHost } from "../fakes/counted-copies.js";

describeDatabaseCopies("on the simulated engine", async () => {
  const host = new SalvageHost(lostHost(Date.UTC(2026, 10, 22)));
  const state = (): DockerEngineState => host.engine.state;
  const image = Object.values(state().images).find(({ tags }) => tags.includes("postgres:13"));
  return {
    copies: await host.copies(),
    programs: { image: image?.id ?? "", volumes: image?.volumes ?? [], directory: "", major: "13" },
    path: `/var/lib/docker/volumes/${LOST}/_data`,
    ...{ role: "shop", database: "shop", table: "orders", rows: 4212, uid: 999, out: "/var/tmp/out" },
    original: () => Promise.resolve(JSON.stringify(state().volumes[LOST])),
  };
});
