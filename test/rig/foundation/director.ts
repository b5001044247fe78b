/** The director stand-in in front of the rig's cell: the agent that makes ssh users there is real. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { serveDirector } from "../../../src/rehearsal/director/server.ts";
import { type DirectorState, newDirector } from "../../../src/rehearsal/director/state.ts";
import type { Rig } from "../rig.ts";

export const DEPLOYMENT = "dingo-postgresql-98b09c4b36af74181ee1";

export interface RigDirector {
  readonly url: string;
  /** Certificate of the director, which is its own authority. */
  readonly caFile: string;
  /** For other servers on the rig's address. */
  readonly tls: { readonly key: string; readonly cert: string };
  readonly client: string;
  readonly clientSecret: string;
  state(): DirectorState;
  change(next: (state: DirectorState) => DirectorState): void;
  close(): Promise<void>;
}

export async function startDirector(rig: Rig, directory: string): Promise<RigDirector> {
  const caFile = join(directory, "director.pem");
  const keyFile = join(directory, "director-key.pem");
  await execa("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=director"],
    // The tool comes to it through the gateway, by the rig's own address.
    ...["-addext", `subjectAltName=IP:${rig.address},IP:127.0.0.1`, "-keyout", keyFile, "-out", caFile],
  ]);
  const client = "ops_manager";
  const clientSecret = `canary-bosh-${randomBytes(6).toString("hex")}`;
  let state = newDirector({
    uuid: "3a977637-afdc-4a51-bb8a-d82aa4f0dcd4",
    clients: [{ id: client, secret: clientSecret }],
    deployments: [
      {
        name: DEPLOYMENT,
        instances: [
          {
            group: "cell_z1-partition-cac94a070a81fd8f3931",
            index: 0,
            id: "14ddd22e-719e-4aca-b318-7f291c97fbba",
            ips: [rig.address],
            agentId: "6f2a0a7e-0c7c-4d53-9d1d-1f4f4f4f4f4f",
            az: "z1",
            jobState: "running",
            processes: [{ name: "docker", state: "running" }],
            hasVm: true,
          },
        ],
      },
    ],
  });
  const tls = { key: await readFile(keyFile, "utf8"), cert: await readFile(caFile, "utf8") };
  const server = await serveDirector({
    get: () => state,
    set: (next) => {
      state = next;
    },
    agent: {
      setupUser: async (_target, user, publicKey) => (await rig.cell.agent.setupSshUser(user, publicKey)).hostPublicKey,
      cleanupUsers: async (_target, userRegex) => {
        await rig.cell.agent.cleanupSshUser(userRegex);
      },
    },
    now: () => new Date(),
    listen: { host: rig.address, tls },
  });
  return {
    url: `https://${rig.address}:${server.port}`,
    caFile,
    tls,
    client,
    clientSecret,
    state: () => state,
    change: (next) => {
      state = next(state);
    },
    close: () => server.close(),
  };
}
