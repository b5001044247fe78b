/** The directory into which install.sh put its builds, and the names of its images. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder of built programs; outside the clone, shared by all clones of a machine. */
export const cacheDirectory = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "dingo-recover-rig");

/** A program that install.sh built: cf, bosh or minio. */
export function builtProgram(name: "cf" | "bosh" | "minio"): string {
  return join(cacheDirectory, "bin", name);
}

/** RIG_POSTGRESQL_IMAGE names another image than install.sh's, for a run of the suites over containers that are not ours. */
export const images = {
  postgresql: process.env["RIG_POSTGRESQL_IMAGE"] || "dingo-recover-rig/postgresql",
  cell: "dingo-recover-rig/cell",
} as const;
