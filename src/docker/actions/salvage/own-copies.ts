/** The volumes that a run made on one engine, and the servers on them: told by their label, never by name alone (law 7). */
import type { Context } from "../../../action.ts";
import { giveUp, RecoverError } from "../../../errors.ts";
import { type CopyServer, fillerName } from "../../../kit/commands/database-copy-commands.ts";
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { waitFor } from "../../../kit/wait.ts";
import type { DatabaseCopies } from "../../../ports/database-copy.ts";
import type { DockerHost, DockerPlace, DockerVolume } from "../../../ports/docker-host.ts";
import { refuse } from "./copied.ts";
import { explainEnd } from "./explain-end.ts";

/** The wait for a start: a crash recovery over a large WAL may take hours. */
const READY_MS = 24 * 3_600_000;
const POLL_MS = 300;

type Refused<T> = (one: T, error: RecoverError) => Promise<void> | void;

export class OwnCopies {
  readonly host: DockerHost;
  readonly copies: DatabaseCopies;
  readonly #context: Context;

  private constructor(context: Context, host: DockerHost, copies: DatabaseCopies) {
    this.#context = context;
    this.host = host;
    this.copies = copies;
  }

  static async open(context: Context, at: DockerPlace): Promise<OwnCopies> {
    const { docker } = context.ports;
    return new OwnCopies(context, await docker.open(at), await docker.copies(at));
  }

  /** Undefined if there is none. Throws `guard-refused` if somebody else's has that name. */
  async volume(name: string): Promise<DockerVolume | undefined> {
    const found = (await this.host.volumes()).find((volume) => volume.name === name);
    if (found === undefined || found.labels[RUN_LABEL] === this.#context.run.id) return found;
    throw refuse(
      `the volume "${name}" is not this run's`,
      name,
      "Nothing was changed. Look at it with `docker volume inspect`.",
    );
  }

  /** The mark of a copy is written when all of it is on disk. */
  async isWhole(name: string): Promise<boolean> {
    const volume = await this.volume(name);
    if (volume === undefined) return false;
    const order = { entries: 1, files: [{ path: "complete", bytes: 16 }] };
    const [looked] = await this.host.look([{ key: name, path: volume.mountpoint }], order);
    return looked?.state === "seen" && looked.files.some((file) => file.path === "complete" && file.size > 0);
  }

  async make(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#context.beforeEffect();
    await this.copies.makeVolume(name, { ...labels, [RUN_LABEL]: this.#context.run.id });
  }

  /** Whether a server of this run is on that volume. */
  async isServed(name: string): Promise<boolean> {
    return await this.copies.isThere(name, this.#context.run.id);
  }

  /** Ends the container of that name; nothing if there is none. */
  async end(name: string): Promise<void> {
    if (!(await this.isServed(name))) return;
    await this.#context.beforeEffect();
    await this.copies.end(name, this.#context.run.id);
  }

  /** Ends what works on a copy, and removes it: its original is still there. */
  async remove(name: string): Promise<void> {
    await this.end(fillerName(name));
    await this.end(name);
    if ((await this.volume(name)) === undefined) return;
    await this.#context.beforeEffect();
    await this.copies.removeVolume(name);
  }

  /** A server for as long as one piece of work takes. A kill leaves its container: the next process ends it. */
  async whileUp<T>(server: CopyServer, start: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    await this.end(server.volume);
    await this.#context.beforeEffect();
    await start();
    await this.#awaitAccepting(server);
    const result = await work();
    await this.end(server.volume);
    return result;
  }

  /** One that a program refuses leaves the others alone. */
  async each<T>(
    server: CopyServer,
    all: readonly T[],
    { work, refused }: { readonly work: (one: T) => Promise<void>; readonly refused: Refused<T> },
  ): Promise<void> {
    for (const one of all) {
      try {
        await work(one);
      } catch (error) {
        await refused(one, await this.#refused(server, error));
      }
    }
  }

  /** The error of work that a program refused, once the server goes on: it may have crashed over it. Throws all other errors. */
  async #refused(server: CopyServer, error: unknown): Promise<RecoverError> {
    if (!(error instanceof RecoverError) || !["command-failed", "proof-failed"].includes(error.code)) throw error;
    await this.#awaitAccepting(server);
    return error;
  }

  async #awaitAccepting(server: CopyServer): Promise<void> {
    await waitFor(this.#context, {
      deadlineMs: READY_MS,
      pollMs: POLL_MS,
      look: async () => {
        const standing = await this.copies.standing(server);
        if (standing === "accepting") return { found: standing };
        const said = await this.copies.said(server);
        if (standing === "ended") throw explainEnd(said, server.volume);
        return { instead: said.at(-1) ?? "it has said nothing" };
      },
      tell: onOneLine,
      late: (said) =>
        giveUp("proof-failed", `the server on the copy takes no connections: ${onOneLine(said)}`)
          .at(server.volume)
          .advise(`Look at "docker logs ${server.volume}"; the volume that was copied is as it was.`),
    });
  }
}
