/**
 * Deeds of somebody else on a container in the middle of a recovery: no fault of any part, and no doing of the tool's.
 */
export type Deed =
  /** `docker start` of a container that was stopped. */
  | { readonly is: "start" }
  /** The Docker daemon of its cell restarts, and with it every container that is to run always. */
  | { readonly is: "daemon-restart" }
  /** The broker moves the node to another cell, as it does when a cell is demoted. */
  | { readonly is: "move" }
  /** Keys of the instance are removed from etcd, named below `/service/GUID`. */
  | { readonly is: "drop-keys"; readonly keys: readonly string[] };
