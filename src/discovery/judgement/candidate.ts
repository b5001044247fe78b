/** The types of discovery's answer. `toDocument` (document.ts) prints it as `dingo-recover/discover@1`. */
import type { DocumentPlace, Place } from "../lines/fact.ts";

export type EvidenceSource =
  | "logs"
  | "log-store"
  | "cf-usage-events"
  | "cf-audit-events"
  | "cf-instances"
  | "inventory"
  | "clusterdata";

export interface Evidence {
  readonly source: EvidenceSource;
  /** Of an event, or of a document in a log store. */
  readonly id?: string;
  /** Of a document: address and pattern of indices, its own index, the store's time. */
  readonly store?: string;
  readonly index?: string;
  readonly time?: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** Of the line's first byte, in the inflated text. */
  readonly byteOffset?: number;
  /** Safe to show and without secrets. */
  readonly text: string;
}

/** `deleted`, or why it may not be. */
export type Kind =
  | "deleted"
  /** Deleted, then brought back under the same GUID. */
  | "recreated"
  /** Removed from Cloud Foundry only: the broker was never told, so the containers may live. */
  | "purged"
  /** The broker answered an error after it had removed nodes. */
  | "deletion-failed-halfway"
  /** It began and no end of it is in the logs. */
  | "deletion-unfinished"
  /** It ended without an error, but no line shows a node going. */
  | "deletion-unproven"
  /** Nodes went; no line says whether for a deletion. */
  | "nodes-removed-only"
  /** Cloud Foundry has an event of a request, and no proof that it ended. */
  | "deletion-requested"
  /** It was there once and is no more; no source says what happened, and when exactly. */
  | "gone"
  /** Deleted, but it never had a node: a failed create. */
  | "never-had-a-node";

export interface RemovedNode {
  readonly node: string;
  /** The cell's address as the broker names it: its IP, possibly with a port. */
  readonly cell?: string;
}

export interface BoundApp {
  readonly appGuid: string;
  /** Known if the app is still there, or an inventory has it. */
  readonly name?: string;
  /** Absent if an inventory has it as bound, and no event says until when. */
  readonly unboundAt?: string;
}

/** Of a line in a container's log; only `complete` proves that the object is in the archive. */
export type LastWal = {
  /** Absent if the line does not name it. */
  readonly segment?: string;
  readonly at: string;
  readonly state: "begun" | "complete";
} & (Place | DocumentPlace);

/**
 * Its last server came to an orderly end: its writes are in the archive up to the end of this segment. Absent when no
 * log shows it, which is no sign of another end.
 */
export interface CleanStop {
  readonly segment: string;
  /** The node that led. */
  readonly node: string;
  /** When that segment was in the archive, by the node's clock: RFC 3339 in UTC. */
  readonly at: string;
  readonly evidence: readonly Evidence[];
}

/** Who an instance was. */
export interface InstanceDescription {
  readonly name?: string;
  readonly orgGuid?: string;
  readonly org?: string;
  readonly spaceGuid?: string;
  readonly space?: string;
  readonly planGuid?: string;
  readonly plan?: string;
  readonly offering?: string;
  readonly boundApps?: readonly BoundApp[];
}

/** An instance that a source knows of, deleted or not. */
export interface KnownInstance extends InstanceDescription {
  readonly guid: string;
  readonly source: "inventory" | "clusterdata";
  /** When it was noted, RFC 3339. */
  readonly notedAt: string;
  /** When it was created, RFC 3339. */
  readonly createdAt?: string;
}

/** The words of one source about one instance that may have been deleted. */
export interface Sighting extends InstanceDescription {
  readonly guid: string;
  readonly source: "logs" | "cloud-foundry" | "inventory" | "clusterdata";
  readonly kind: Kind;
  /** The observation that gives it this kind. */
  readonly why: string;
  /** Weight of the proof in this source, before the question asked is compared. */
  readonly weight: number;
  /** RFC 3339 in UTC with every digit the source gave. */
  readonly deletedAt?: string;
  /** Present when nobody saw it go: it was there at the first time, and no more at the second. */
  readonly between?: { readonly after: string; readonly before: string };
  readonly deletedBy?: string;
  readonly nodes?: readonly RemovedNode[];
  /** The last upload to the archive that a log shows. */
  readonly lastWal?: LastWal;
  readonly cleanStop?: CleanStop;
  /** From its creation to the deletion, if the source tells both. */
  readonly livedMs?: number;
  /** Its container may still run: look for it on every cell before anything else. */
  readonly mayLive?: boolean;
  /** Sentences for a person. */
  readonly notes: readonly string[];
  readonly evidence: readonly Evidence[];
}

export interface Candidate extends Omit<Sighting, "source" | "weight"> {
  readonly score: number;
  /** It does not fit the question: kept with `all` only. */
  readonly misfit?: true;
  /** It is explained, and not meant (set-aside.ts). */
  readonly aside?: true;
  /** The name of its first days, which the broker keeps, if it has another now. */
  readonly firstName?: string;
  /** Sentences: why it is not confirmed. Empty if it is; absent before that was judged. */
  readonly open?: readonly string[];
  readonly sources: readonly Sighting["source"][];
  /** A living instance of the same name in the same space. */
  readonly nameTakenBy?: { readonly guid: string; readonly createdAt: string };
}

export interface NotDeleted {
  readonly guid: string;
  readonly name?: string;
  /** The time of the seeming deletion: RFC 3339 in UTC. */
  readonly at?: string;
  readonly why: string;
  readonly evidence: readonly Evidence[];
  /** Absent, or the kind that a deletion in another source gets then. */
  readonly insteadOfDeleted?: Kind;
  /** Seen alive now: no other source can outvote it. */
  readonly final?: boolean;
}

/**
 * The broker saw no node of it when it was deleted, and the logs show no node of its earlier life: it may never have had a
 * node, or its container may be dead or alive on a cell.
 */
export interface Unclear extends InstanceDescription {
  readonly guid: string;
  /** RFC 3339 in UTC. */
  readonly deletedAt?: string;
  readonly evidence: readonly Evidence[];
}

export interface Coverage {
  readonly source: EvidenceSource;
  readonly file?: string;
  /** Of a log store: address and pattern of indices; of a broker, its address. */
  readonly store?: string;
  readonly from?: string;
  readonly to?: string;
  readonly complete: boolean;
  readonly why?: string;
  /** A remedy in full sentences, when one is known. */
  readonly remedy?: string;
  /** Nothing of it was searched: it is no file, or this user may not read it. */
  readonly unread?: true;
  /** It did not answer, and may later. */
  readonly unanswered?: true;
  /** Zone offsets found for times without a zone, such as "-08:00". */
  readonly zones?: readonly string[];
  /** The span is a guess: its times have neither year nor zone, and no line of the file tells them. */
  readonly guessed?: boolean;
  /** It came out of a Papertrail archive, which is written at night or hourly. */
  readonly papertrail?: boolean;
  /** Of a time that no log reaches over. */
  readonly missing?: { readonly from: string; readonly to: string };
  /** Nothing that is known to have the asked name is left out. */
  readonly notByName?: true;
  /** Of the file only the time that was asked for was read, found by its lines' times. */
  readonly skipped?: boolean;
}

export interface SourceReport {
  readonly sightings: readonly Sighting[];
  readonly notDeleted: readonly NotDeleted[];
  readonly coverage: readonly Coverage[];
  readonly unclear?: readonly Unclear[];
  /** Instances that were asked for and have no deletion in the logs (living.ts). */
  readonly living?: readonly (InstanceDescription & { readonly guid: string; readonly lastAt?: string })[];
  /** Names and places, for candidates of any source. */
  readonly known?: readonly KnownInstance[];
}

export interface DiscoveryQuery {
  /** Name or GUID. */
  readonly name?: string | undefined;
  /** Name or GUID. */
  readonly org?: string | undefined;
  /** Name or GUID. */
  readonly space?: string | undefined;
  /** Present if the names' GUIDs are known. */
  readonly orgGuid?: string | undefined;
  readonly spaceGuid?: string | undefined;
  readonly around?: Date | undefined;
  /** On both sides of `around`; without it, all time is searched. */
  readonly windowMs?: number | undefined;
  /** Keeps candidates that do not fit the question, ranked low, and instance ids that are no GUIDs. */
  readonly all?: boolean | undefined;
}

export interface Discovery {
  /** The question as it was compared: with the GUIDs of its places, if they are known. */
  readonly asked?: DiscoveryQuery;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly notDeleted: readonly NotDeleted[];
  readonly coverage: readonly Coverage[];
  /**
   * Instances that fit the question, and of which no source tells whether they ever lived. Then nothing is complete.
   */
  readonly unclear?: readonly Unclear[];
  /** Deletions that hardly anybody asks for (set-aside.ts), when `all` does not list them. */
  readonly setAside?: readonly Candidate[];
  /** Deletions that do not fit the question, when only `all` keeps them among the candidates. */
  readonly unfit?: readonly Candidate[];
  /** True when nothing could have been missed: only then is an empty list a fact (law 5). */
  readonly complete: boolean;
}
