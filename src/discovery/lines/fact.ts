/** The facts that one log line states about one instance. Facts are gathered first and judged together (verdict.ts). */
import type { Stamp } from "./stamp.ts";

/** Eras A and B work on `cluster.request`, C to F on `deprovision` and a scheduler (dingo.md §2.2). */
export type Style = "request" | "deprovision";

export type FactBody =
  | { readonly kind: "deletion-began"; readonly style: Style; readonly session?: string; readonly planned?: number }
  /** A, B: the broker acts on a request of any kind; joined to a deletion by its session. */
  | { readonly kind: "request-performed"; readonly session?: string }
  /** C–F: `stop-cluster`; era C does not say of which instance. */
  | { readonly kind: "deletion-planned"; readonly planned: number }
  | { readonly kind: "node-removed"; readonly node?: string; readonly cell?: string }
  | { readonly kind: "cell-unreachable"; readonly node?: string }
  /** The router's port was given back: the last change of a deletion. */
  | { readonly kind: "assignment-removed" }
  /** Deferred: logged after errors too, so it proves nothing alone. */
  | { readonly kind: "deletion-done"; readonly session?: string }
  | { readonly kind: "deletion-error"; readonly session?: string; readonly error: string }
  /** `deprovision.unknown-error`: the one sign common to all eras that the broker answered 500. */
  | { readonly kind: "refused"; readonly error: string }
  | { readonly kind: "create-began" }
  /** `fork`: F's background part has begun; only it makes an end line worth waiting for. */
  | { readonly kind: "create-forked" }
  | { readonly kind: "create-ended" }
  | { readonly kind: "create-failed"; readonly error: string }
  /**
   * The effect of a change on the instance's nodes. A change that adds and removes moves them; one that creates is the
   * instance's first.
   */
  | { readonly kind: "nodes-planned"; readonly adds: boolean; readonly removes?: boolean; readonly creates?: true }
  | { readonly kind: "node-adding" }
  | { readonly kind: "update-began" }
  | ({ readonly kind: "described" } & Description)
  /** A container of this instance sends a WAL segment to the archive: it lived then. Only `complete` proves an upload. */
  | {
      readonly kind: "archived";
      readonly state: "begun" | "complete";
      readonly segment?: string;
      /** The node whose server said so, if its container's name stands beside the line. */
      readonly from?: string;
    }
  /** A container of it, about its server's end or start. */
  | { readonly kind: "container-said"; readonly said: ContainerSaid; readonly node: string }
  /** Its cell says that the container went; the broker's "done" does not prove that (dingo.md §2.11). */
  | { readonly kind: "container-destroyed"; readonly node: string }
  /** A container of it said at its start that it sends nothing to any archive: there is no backup. */
  | { readonly kind: "archives-nothing"; readonly node: string }
  /** The broker copied its archive to that of a new instance (clone-from): perhaps somebody recovered it already. */
  | { readonly kind: "cloned"; readonly to: string };

export type ContainerSaid =
  /** The container was asked to end. */
  | "asked"
  /** Its server was. */
  | "began"
  /** The server came to its end. */
  | "ended"
  /** Its process is gone, and with it the archiver. */
  | "left"
  /** It takes writes. */
  | "ready"
  /** A segment could not be archived. */
  | "archive-failed";

/** Who the instance was. Names of org, space and plan never stand in logs, only GUIDs. */
export interface Description {
  readonly name?: string;
  readonly org?: string;
  readonly space?: string;
  readonly plan?: string;
  readonly node?: string;
  /** Who named the node: the broker does before there is one. */
  readonly by?: "container";
  /** Nodes that the broker's saved state has; absent if the line does not say. */
  readonly nodes?: number;
}

export interface Place {
  readonly file: string;
  /** From 1; absent if a search skipped ahead, and in lines of which only the newest is kept. */
  readonly line?: number;
  /** Of the line's first byte, in the inflated text. */
  readonly byteOffset: number;
}

/** A document of a log store. */
export interface DocumentPlace {
  /** Address and pattern of indices. */
  readonly store: string;
  readonly index: string;
  readonly id: string;
  /** The store's own time. */
  readonly time?: string;
}

export interface Fact {
  /** Absent only if the era's line names no instance. */
  readonly guid?: string;
  readonly at: Stamp;
  readonly body: FactBody;
  readonly place: Place | DocumentPlace;
  /** Its file begins with the newest line. */
  readonly newestFirst?: true;
  /** Its file holds its lines in no order of time. */
  readonly unsorted?: true;
  /** The line, safe to show and without secrets; empty if a fact is no evidence. */
  readonly text: string;
}
