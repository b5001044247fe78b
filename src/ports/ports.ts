/** All ports that an action may speak to. Real adapters and rehearsals fill the same interface. */
import type { ArchiveStore } from "./object-store.ts";
import type { Cells } from "./cells.ts";
import type { Clock } from "./clock.ts";
import type { CloudFoundry } from "./cloud-foundry.ts";
import type { Decryption } from "./decryption.ts";
import type { Director } from "./director.ts";
import type { DockerHosts } from "./docker-host.ts";
import type { LogFiles } from "./log-files.ts";
import type { LogSearch } from "./log-search.ts";
import type { ScratchDatabases } from "./scratch-database.ts";
import type { Settings } from "./settings.ts";

export interface Ports {
  readonly clock: Clock;
  readonly cf: CloudFoundry;
  readonly director: Director;
  readonly cells: Cells;
  readonly store: ArchiveStore;
  /** Only if a key for encrypted archives is given. */
  readonly decryption?: Decryption;
  readonly logs: LogFiles;
  /** Log stores of the configuration. */
  readonly logStores: readonly LogSearch[];
  readonly scratch: ScratchDatabases;
  /** Docker hosts without a foundation. */
  readonly docker: DockerHosts;
  readonly settings: Settings;
}
