import { altered, nodeOn } from "../../../src/rehearsal/docker-engine/machine-files.ts";
import type { DockerEngineState } from "../../../src/rehearsal/docker-engine/state.ts";
import { LOST, lostHost } from "../../../src/rehearsal/scenarios/salvage-docker-volumes.ts";
import { file as fileOf, planted } from "../../../src/rehearsal/docker-engine/tree.ts";
import { describeDatabaseCopies, TEXT_DUMP } from "../../contract/database-copies.ts";
import { SalvageHost } from "../../fakes/counted-copies.ts";

describeDatabaseCopies("on the simulated engine", async () => {
  const host = new SalvageHost(lostHost(Date.UTC(2026, 10, 22)));
  const state = (): DockerEngineState => host.engine.state;
  const image = Object.values(state().images).find(({ tags }) => tags.includes("postgres:13"));
  return {
    copies: await host.copies(),
    programs: { image: image?.id ?? "", volumes: image?.volumes ?? [], directory: "", major: "13" },
    path: `/var/lib/docker/volumes/${LOST}/_data`,
    ...{ role: "shop", database: "shop", table: "orders", rows: 4212, uid: 999, out: "/var/tmp/out" },
    spoiled: (file) => {
      const node = nodeOn(state(), file);
      const whole = node?.kind === "file" ? Buffer.from(node.start, "base64").toString() : "";
      const plant = (path: string, text: string): void =>
        host.alter((before) => altered(before, path, (tree, at) => planted(tree, at, fileOf(text, {}))));
      plant(`${file}.torn`, whole.slice(0, -1));
      plant(`${file}.text`, TEXT_DUMP);
      return Promise.resolve({ torn: `${file}.torn`, text: `${file}.text` });
    },
    original: () => Promise.resolve(JSON.stringify(state().volumes[LOST])),
  };
});
