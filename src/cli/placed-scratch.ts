/**
 * The adapter's own scratch databases, in a directory that stands for this machine's: a run that was killed many times over
 * is resumed many times at once, and its journal names one place.
 */
import { join, relative } from "node:path";
import type {
  DumpOrder,
  RestoredCopy,
  RestoreOrder,
  ScratchDatabases,
  ScratchFile,
  ScratchPrograms,
  ScratchServer,
  ScratchState,
  Standing,
} from "../ports/scratch-database.js";

const SHOWN = "/var/tmp";

export class PlacedScratch implements ScratchDatabases {
  readonly #own: ScratchDatabases;
  readonly #directory: string;

  /** `directory` is what the run takes for `/var/tmp`. */
  constructor(own: ScratchDatabases, directory: string) {
    this.#own = own;
    this.#directory = directory;
  }

  placeOf(run: string): string {
    return join(SHOWN, `dingo-recover-${run}`);
  }

  programs(directory: string): Promise<ScratchPrograms> {
    return this.#own.programs(directory);
  }

  closedAbove(place: string): Promise<string | undefined> {
    return this.#own.closedAbove(this.#at(place));
  }

  freeBytes(place: string): Promise<number> {
    return this.#own.freeBytes(this.#at(place));
  }

  look(place: string, run: string): Promise<ScratchState> {
    return this.#own.look(this.#at(place), run);
  }

  restore(order: RestoreOrder): Promise<RestoredCopy> {
    return this.#own.restore({ ...order, place: this.#at(order.place) });
  }

  start(server: ScratchServer): Promise<void> {
    return this.#own.start(this.#of(server));
  }

  standing(server: ScratchServer): Promise<Standing> {
    return this.#own.standing(this.#of(server));
  }

  stop(server: ScratchServer, how: "fast" | "at-once"): Promise<void> {
    return this.#own.stop(this.#of(server), how);
  }

  said(place: string): Promise<readonly string[]> {
    return this.#own.said(this.#at(place));
  }

  sql(server: ScratchServer, database: string, sql: string): Promise<readonly (readonly string[])[]> {
    return this.#own.sql(this.#of(server), database, sql);
  }

  async dump(server: ScratchServer, order: DumpOrder): Promise<ScratchFile> {
    return this.#shown(await this.#own.dump(this.#of(server), order));
  }

  async dumped(place: string): Promise<ScratchFile | undefined> {
    const found = await this.#own.dumped(this.#at(place));
    return found === undefined ? undefined : this.#shown(found);
  }

  readDump(place: string): Promise<Uint8Array> {
    return this.#own.readDump(this.#at(place));
  }

  remove(place: string, run: string): Promise<void> {
    return this.#own.remove(this.#at(place), run);
  }

  moveAside(place: string, to: string): Promise<void> {
    return this.#own.moveAside(this.#at(place), this.#at(to));
  }

  #at(place: string): string {
    return join(this.#directory, relative(SHOWN, place));
  }

  #of({ place, programs }: ScratchServer): ScratchServer {
    return { place: this.#at(place), programs };
  }

  #shown(file: ScratchFile): ScratchFile {
    return { ...file, path: join(SHOWN, relative(this.#directory, file.path)) };
  }
}
