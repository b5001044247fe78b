/** The box's `cf` as rehearsals have it: lines of bash on the disk, answered in this process. */
import { join } from "node:path";
import type { Served } from "../../src/rehearsal/served-programs.ts";
import { serveCf } from "../../src/rehearsal/cf-program/service.ts";

export class ServedCfProgram {
  readonly #services: Served[] = [];

  /** Puts the program into a directory and returns the path of its `cf`. */
  readonly put = async (directory: string): Promise<string> => {
    const { path, service } = await serveCf(join(directory, "bin"), Date.now);
    this.#services.push(service);
    return path;
  };

  async close(): Promise<void> {
    for (const service of this.#services) await service.close();
  }
}
