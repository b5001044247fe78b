/** An SSH agent in this process: holds one key and signs with it. */
import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";

export interface RunningAgent {
  readonly socket: string;
  readonly signatures: number;
  close(): void;
}

export async function serveAgent(privateKey: string): Promise<RunningAgent> {
  const key: unknown = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  const held = key as ssh2.ParsedKey;
  const socket = join(mkdtempSync(join(tmpdir(), "agent-")), "socket");
  let signatures = 0;
  const server: Server = createServer((stream) => {
    const protocol = new ssh2.AgentProtocol(false);
    protocol.on("identities", (request) => protocol.getIdentitiesReply(request, [held]));
    protocol.on("sign", (request, _key, data, options) => {
      signatures += 1;
      const signature: Buffer | Error = held.sign(data, options.hash);
      if (signature instanceof Error) protocol.failureReply(request);
      else protocol.signReply(request, signature);
    });
    stream.on("error", () => undefined);
    stream.pipe(protocol).pipe(stream);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    get signatures() {
      return signatures;
    },
    close: () => server.close(),
  };
}
