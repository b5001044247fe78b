/** The first value of a box: the scenario's worlds, a director that knows the machines, fresh keys and accounts. */
import { machines } from "../box/agent.ts";
import { DIRECTOR_ADDRESS } from "../box/box.ts";
import type { BoxState } from "../box/box-state.ts";
import { newDirector } from "../director/state.ts";
import { selfSignedCertificate } from "../http/certificate.ts";
import { OPERATOR, OPERATOR_PASSWORD } from "../scenarios/opening.ts";
import type { Opening, Scenario } from "../scenarios/scenario.ts";
import { makeKeyPair } from "../ssh/keys.ts";

export function firstState(scenario: Scenario, opening: Opening): BoxState {
  const { world, cloudController, directorIdentity, docker } = opening;
  const secret = makeKeyPair("secret")
    .privateKey.replace(/[^A-Za-z0-9]/g, "")
    .slice(-24);
  const director = newDirector({
    uuid: "2f0e3a3c-6f0b-4f4b-9a38-58a2d6f3c0de",
    ...(directorIdentity === undefined ? {} : { identity: directorIdentity }),
    clients: [{ id: "recovery", secret }],
    deployments: [
      { name: world.deployment, instances: machines(world) },
      { name: "cf-8f3b1d", instances: [] },
    ],
  });
  return {
    version: 1,
    scenario: scenario.name,
    world,
    cloudController,
    director,
    ...(docker === undefined ? {} : { docker }),
    accounts: {
      cf: { username: OPERATOR, password: OPERATOR_PASSWORD },
      bosh: { client: "recovery", clientSecret: secret },
      gatewayUser: "jumpbox",
    },
    keys: {
      gateway: makeKeyPair("gateway"),
      operator: makeKeyPair("operator"),
      cells: Object.fromEntries(world.cells.map(({ ip }) => [ip, makeKeyPair(ip)])),
      director: selfSignedCertificate([DIRECTOR_ADDRESS.replace(/:\d+$/, "")]),
    },
  };
}
