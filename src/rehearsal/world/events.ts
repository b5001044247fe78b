/** Events that can come to a world from outside, as data. Each kind has its answer in `Answers`. */
import type { Change } from "./database/database.ts";
import type { EtcdAnswer, EtcdRequest } from "./etcd.ts";
import type { Meaning } from "./objects.ts";
import type { ProvisionRequest } from "./broker.ts";
import type { ExpiryRule, StoreRequest } from "./store-state.ts";
import type { SqlOutcome } from "./database/sql.ts";
import type { Faults } from "./world.ts";

type In<T> = Readonly<T>;

/** A command's end, as a shell sees it. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type WorldEvent =
  | In<{ is: "etcd"; request: EtcdRequest }>
  | In<{ is: "docker-stop"; cell: string; name: string; graceSeconds: number }>
  | In<{ is: "docker-start"; cell: string; name: string }>
  | In<{ is: "docker-policy"; cell: string; name: string; policy: "no" | "always" }>
  | In<{ is: "docker-kill"; cell: string; name: string }>
  | In<{ is: "daemon-restart"; cell: string }>
  | In<{ is: "rename"; cell: string; from: string; to: string }>
  | In<{ is: "copy-tree"; cell: string; from: string; to: string }>
  | In<{ is: "make-directory"; cell: string; path: string; mode: string }>
  | In<{ is: "change-like"; cell: string; path: string; like: string; what: "owner" | "mode" }>
  | In<{ is: "remove-tree"; cell: string; path: string }>
  | In<{ is: "sql"; cell: string; name: string; user: string; script: string }>
  /** An application of the foundation commits a transaction on the leader of an instance. */
  | In<{ is: "write"; scope: string; change: Change; thenSwitch: boolean }>
  | In<{ is: "put-object"; bucket: string; key: string; meaning: Meaning; by: string }>
  | In<{ is: "copy-object"; bucket: string; key: string; from: { bucket: string; key: string }; by: string }>
  | In<{ is: "delete-object"; bucket: string; key: string; by: string }>
  /** Replaces the bucket's lifecycle rules. */
  | In<{ is: "expire-objects"; bucket: string; rules: readonly ExpiryRule[] }>
  /** A request to the store that changed nothing, refused ones included. */
  | In<{ is: "store-request"; request: Omit<StoreRequest, "at"> }>
  | In<{ is: "provision"; request: ProvisionRequest }>
  | In<{ is: "deprovision"; guid: string }>
  | In<{ is: "scale-in"; guid: string }>
  | In<{ is: "bind"; guid: string; binding: string }>
  | In<{ is: "unbind"; guid: string; binding: string }>
  | In<{ is: "ssh-user"; cell: string; user: string; publicKey: string }>
  | In<{ is: "no-ssh-user"; cell: string; user: string }>
  | In<{ is: "faults"; faults: Partial<Faults> }>
  | In<{ is: "stray"; where: string; what: string }>;

export type EventKind = WorldEvent["is"];
export type EventOf<K extends EventKind> = Extract<WorldEvent, { readonly is: K }>;

interface OwnAnswers {
  readonly etcd: EtcdAnswer;
  readonly "docker-stop": boolean;
  readonly "docker-start": boolean;
  readonly "docker-policy": boolean;
  readonly "docker-kill": boolean;
  readonly rename: Ended;
  readonly "copy-tree": Ended;
  readonly "make-directory": Ended;
  readonly "change-like": Ended;
  readonly sql: SqlOutcome;
  readonly "put-object": { readonly etag: string };
  readonly "copy-object": { readonly etag: string; readonly lastModified: number } | undefined;
}

/**
 * The answer to an event; none for the kinds that are not named. For the Docker kinds: whether there is such a
 * container.
 */
export type AnswerTo<K extends EventKind> = (OwnAnswers & Record<Exclude<EventKind, keyof OwnAnswers>, void>)[K];
