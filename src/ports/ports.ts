/** All ports that an action may speak to. Real adapters and rehearsals fill the same interface. */
import type { ArchiveStore } from "./object-store.js";
import type { Cells } from "./cells.js";
import type { Clock } from "./clock.js";
import type { CloudFoundry } from "./cloud-foundry.js";
import type { Decryption } from "./decryption.js";
import type { Director } from "./director.js";
import type { DockerHosts } from "./docker-host.js";
import type { LogFiles } from "./log-files.js";
import type { LogSearch } from "./log-search.js";
import type { ScratchDatabases } from "./scratch-database.js";
import type { Settings } from "./settings.js";

export interface Ports {
  readonly clock: Clock;
  readonly cf: CloudFoundry;
  readonly director: Director;
  readonly cells: Cells;
  readonly store: ArchiveStore;
  /** Where a key for encrypted archives is given. */
  readonly decryption?: Decryption;
  readonly logs: LogFiles;
  /** Log stores of the configuration. */
  readonly logStores: readonly LogSearch[];
  readonly scratch: ScratchDatabases;
  /** Docker hosts without a foundation. */
  readonly docker: DockerHosts;
  readonly settings: Settings;
}
