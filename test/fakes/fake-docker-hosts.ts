/** Docker hosts in memory, by their address; "" is this machine. One that nobody put there has no docker. */
import { RecoverError } from "../../src/errors.ts";
import type { DockerHost, DockerHosts } from "../../src/ports/docker-host.ts";
import type { DatabaseCopies } from "../../src/ports/database-copy.ts";
import type { DockerWork } from "../../src/ports/docker-work.ts";

export class FakeDockerHosts implements DockerHosts {
  readonly hosts = new Map<string, DockerHost>();
  /** Those on which something can be changed, each with its changes. */
  readonly workable = new Map<string, DockerWork & { readonly changed: readonly string[] }>();

  async open({ host }: { readonly host: string; readonly sudo: boolean }): Promise<DockerHost> {
    const found = this.hosts.get(host);
    if (found !== undefined) return found;
    throw new RecoverError("docker-missing", `"${host}" has no docker command`, {
      remedy: "Install it.",
      effect: "none",
    });
  }

  /** Where copies of databases are made. */
  readonly copying = new Map<string, DatabaseCopies & { readonly changed: readonly string[] }>();

  get changed(): readonly string[] {
    return [...this.workable.values(), ...this.copying.values()].flatMap(({ changed }) => changed);
  }

  async copies({ host }: { readonly host: string }): Promise<DatabaseCopies> {
    const found = this.copying.get(host);
    if (found === undefined) throw new Error("nothing is copied here");
    return found;
  }

  async work({ host }: { readonly host: string }): Promise<DockerWork> {
    const found = this.workable.get(host);
    if (found === undefined) throw new Error("nothing is changed here");
    return found;
  }

  async close(): Promise<void> {
    for (const host of this.hosts.values()) await host.close();
  }
}
