/** The output of initdb, in the locale of the image or of Patroni's configuration. */
import type { Container } from "../world.ts";
import { plays } from "./release.ts";

export const initdb = (container: Container): readonly string[] => [
  'The files belonging to this database system will be owned by user "postgres".',
  "This user must also own the server process.",
  "",
  'The database cluster will be initialized with locale "en_US.UTF-8".',
  // If the configuration says the encoding, initdb need not.
  ...(plays(container, "0.10.2") ? [] : ['The default database encoding has accordingly been set to "UTF8".']),
  'The default text search configuration will be set to "english".',
  "",
  "Data page checksums are disabled.",
  "",
  "creating directory /data/postgres0 ... ok",
  "creating subdirectories ... ok",
  "selecting default max_connections ... 100",
  "selecting default shared_buffers ... 128MB",
  "selecting default timezone ... Etc/UTC",
  "selecting dynamic shared memory implementation ... posix",
  "creating configuration files ... ok",
  "running bootstrap script ... ok",
  "performing post-bootstrap initialization ... ok",
  "syncing data to disk ... ok",
  "",
  'WARNING: enabling "trust" authentication for local connections',
  "You can change this by editing pg_hba.conf or using the option -A, or",
  "--auth-local and --auth-host, the next time you run initdb.",
  "",
  "Success. You can now start the database server using:",
  "",
  "    /usr/lib/postgresql/9.5/bin/pg_ctl -D /data/postgres0 -l logfile start",
  "",
];
