/** The events that can happen by themselves. */

/** Deeds of somebody else on a container in the middle of a recovery: no fault of any part, and no doing of the tool's. */
export type Deed =
  /** `docker start` of a container that was stopped. */
  | { readonly is: "start" }
  /** The Docker daemon of its cell restarts, and with it every container that is to run always. */
  | { readonly is: "daemon-restart" }
  /** The broker moves the node to another cell, as it does when a cell is demoted. */
  | { readonly is: "move" }
  /** Keys of the instance are removed from etcd, named below `/service/GUID`. */
  | { readonly is: "drop-keys"; readonly keys: readonly string[] };

/** Steps of one life of a container; `life` guards against steps of an earlier one. */
export type LifeStep =
  | { readonly is: "register" }
  | { readonly is: "look-up"; readonly attempt: number }
  | { readonly is: "configure" }
  | { readonly is: "decide" }
  | { readonly is: "patroni-begins" }
  | { readonly is: "patroni-loop" }
  | { readonly is: "initdb-done" }
  | { readonly is: "base-fetched"; readonly backup: string }
  | { readonly is: "replay"; readonly backup: string }
  | { readonly is: "copied-from-leader"; readonly leader: string }
  | { readonly is: "postgres-up" }
  | { readonly is: "roles-made" }
  | { readonly is: "upload-sysid" }
  | { readonly is: "prune" }
  | { readonly is: "backup-begins" }
  | { readonly is: "backup-ends"; readonly name: string; readonly segment: number }
  | { readonly is: "publish-list" }
  | { readonly is: "in-recovery" }
  | { readonly is: "advertise" }
  | { readonly is: "archive-timeout" }
  | { readonly is: "switch"; readonly segment: number }
  | { readonly is: "die"; readonly exitCode: number }
  | { readonly is: "clean-exit" }
  | { readonly is: "kill" };

export type Appointment = { readonly at: number; readonly order: number } & (
  | {
      readonly kind: "container";
      readonly cell: string;
      readonly name: string;
      readonly life: number;
      readonly step: LifeStep;
    }
  | { readonly kind: "restart-by-policy"; readonly cell: string; readonly name: string; readonly life: number }
  | { readonly kind: "deed"; readonly cell: string; readonly name: string; readonly deed: Deed }
  | { readonly kind: "broker"; readonly guid: string; readonly step: string }
);
