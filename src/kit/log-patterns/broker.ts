/**
 * The broker's actions that mean something for an instance, all eras (dingo.md §2.2). An action is lager's message without
 * its source, without `cluster.` (eras A and B) and without `recreate.`; discovery reads the data beside it.
 */

import { GUID } from "./guid.ts";
import { rows } from "./log-pattern.ts";

export interface BrokerPattern {
  readonly actions: readonly string[];
  /** Pieces of its lines that no other program says, also when nothing else of a line can be read. */
  readonly telling?: readonly string[];
  /** Its meaning for a person: a clause. */
  readonly tells: string;
  /** Captured logs: a folder of fixtures/logs. */
  readonly seen: string;
  /** The first broker that says it. */
  readonly from: string;
}

const brokers = <Name extends string>(
  table: Readonly<Record<Name, BrokerPattern>>,
): Readonly<Record<Name, BrokerPattern>> => table;

export const BROKER = brokers({
  requested: {
    actions: ["request"],
    telling: ["new-node-count", "-broker.cluster.request"],
    tells: "an instance is asked for with a number of nodes; none means its deletion",
    seen: "a-0.1.2",
    from: "0.1.2",
  },
  requestPerformed: {
    actions: ["request.perform"],
    tells: "the broker acts on that request",
    seen: "a-0.1.2",
    from: "0.1.2",
  },
  nodeRemoved: {
    actions: ["remove-node.perform", "remove-random-node.perform", "remove-leader.perform"],
    telling: ["remove-node.perform", "remove-random-node.perform", "remove-leader.perform"],
    tells: "a node goes",
    seen: "a-0.1.2, d-0.9.2",
    from: "0.1.2",
  },
  cellUnreachable: {
    actions: ["remove-node.backend.do", "remove-node.cell.do"],
    telling: ["remove-node.cell.do", "remove-node.backend.do"],
    tells: "a cell did not answer, and its container may live",
    seen: "c-0.8.0, d-0.9.2",
    from: "0.1.2",
  },
  assignmentRemoved: {
    actions: ["etcd-delete.done", "remove-cluster-assignment"],
    telling: ["remove-cluster-assignment"],
    tells: "the router's port was given back",
    seen: "a-0.1.2, c-0.8.0",
    from: "0.1.2",
  },
  deletionBegan: {
    actions: ["deprovision.start"],
    telling: ["deprovision.start"],
    tells: "the broker begins to delete an instance",
    seen: "c-0.8.0",
    from: "0.6.0",
  },
  deletionDone: {
    actions: ["deprovision.done"],
    telling: ["deprovision.done"],
    tells: "the deletion is over, also after an error",
    seen: "c-0.8.0",
    from: "0.6.0",
  },
  refused: {
    actions: ["deprovision.unknown-error"],
    tells: "the broker answered 500",
    seen: "a-0.1.2",
    from: "0.1.2",
  },
  deletionPlanned: {
    actions: ["scheduler.stop-cluster"],
    telling: ["scheduler.stop-cluster"],
    tells: "how many nodes the deletion is going to remove",
    seen: "c-0.8.0",
    from: "0.6.0",
  },
  nodesPlanned: {
    actions: ["scheduler.run-cluster"],
    telling: ["scheduler.run-cluster"],
    tells: "which nodes a change adds and removes",
    seen: "c-0.8.0",
    from: "0.6.0",
  },
  updateBegan: {
    actions: ["update.start"],
    telling: ["-broker.update.start"],
    tells: "an instance is changed",
    seen: "c-0.8.0",
    from: "0.6.0",
  },
  nodeAdding: {
    actions: ["add-node.perform"],
    telling: ["add-node.perform"],
    tells: "a node is added",
    seen: "a-0.1.2",
    from: "0.1.2",
  },
  stateSaved: {
    actions: ["save-clusterState", "state.save-cluster"],
    telling: ["save-clusterState", "state.save-cluster"],
    tells: "who the instance is, and its nodes",
    seen: "c-0.8.0, d-0.9.2",
    from: "0.6.0",
  },
  createBegan: {
    actions: ["provision.start"],
    telling: ["provision.start"],
    tells: "an instance is made",
    seen: "c-0.8.0",
    from: "0.6.0",
  },
  createForked: {
    actions: ["provision.async-begin"],
    telling: ["provision.async-"],
    tells: "its create goes on in the background",
    seen: "f-0.10.2",
    from: "0.10.0",
  },
  createEnded: {
    actions: ["provision.async-complete"],
    tells: "its create is over",
    seen: "f-0.10.2",
    from: "0.10.0",
  },
  createFailed: {
    actions: ["provision.run-cluster", "provision.unknown-error", "provision.perform.error"],
    tells: "its create failed",
    seen: "a-0.1.2, c-0.8.0",
    from: "0.1.2",
  },
  cloned: {
    actions: ["callbacks.copy-database-backup.start"],
    tells: "its archive is copied to another instance's",
    seen: "f-0.10.2",
    from: "0.10.0",
  },
  named: {
    actions: [
      "provision.lookup-service-name.update-recreation-data.saved",
      "provision.backup-name.update-recreation-data.saved",
    ],
    telling: ["update-recreation-data.saved"],
    tells: "what its users call it",
    seen: "e-0.9.3, f-0.10.2",
    from: "0.9.3",
  },
});

export type BrokerEvent = keyof typeof BROKER;

/** The broker's name in its lines: until 0.5, and since. Other brokers write lager too, with the same words. */
const BROKERS: readonly string[] = ["patroni-broker", "dingo-postgresql-broker"];

/** Whether the broker's own line may stand in the text, in a form that hides it. */
export const namesBroker = (text: string): boolean => BROKERS.some((name) => text.includes(name));

/** How often. */
export const brokersNamed = (text: string): number =>
  BROKERS.reduce((sum, name) => sum + text.split(name).length - 1, 0);

export const isDingoBroker = (source: string): boolean => BROKERS.includes(source);

/** The broker whose message it is: lager begins each with its source. */
export const dingoBrokerOf = (message: string): string | undefined =>
  BROKERS.find((name) => message.startsWith(`${name}.`));

/** Words of the broker that no other program says: all its lines about a deletion (from 0.6 on) or a recreation too. */
const TELLING: readonly string[] = [
  ...BROKERS.map((name) => `${name}.deprovision.`),
  ...Object.values(BROKER).flatMap(({ telling = [] }) => telling),
  "-broker.recreate.",
];

export const isTelling = (text: string): boolean => TELLING.some((word) => text.includes(word));

/** An error while an instance is deleted: any action of `deprovision.` at lager's level 2 that no row names. */
export const DELETION_ERROR = { begins: "deprovision.", level: 2 } as const;

/** Words in its lines beside their action: errors, steps, addresses, ids. */
export const BROKER_WORDS = rows({
  nodeInError: {
    means: "identity",
    says: /\/service_instances\/([0-9a-f-]{36})/i,
    tells: "the node whose cell did not answer",
    seen: "fixtures/logs/a-0.1.2",
    from: "broker 0.1.2",
  },
  /** `s3://BUCKET/backups/GUID`. */
  archiveOwner: {
    means: "identity",
    says: new RegExp(`/(${GUID})(?:/|$)`, "i"),
    tells: "the instance whose archive the address names",
    seen: "fixtures/logs/f-0.10.2-containers",
    from: "broker 0.10.0",
  },
  /** Of an action. */
  recreates: {
    means: "change",
    says: /(?:^|\.)recreate\./,
    tells: "an instance that lived before is made again",
    seen: "fixtures/logs/a-0.3.2",
    from: "broker 0.3.2",
  },
  addsNode: {
    means: "change",
    says: /^AddNode/,
    tells: "a step adds a node",
    seen: "fixtures/logs/a-0.1.2",
    from: "broker 0.1.2",
  },
  removesNode: {
    means: "change",
    says: /^Remove/,
    tells: "a step removes a node",
    seen: "fixtures/logs/a-0.1.2",
    from: "broker 0.1.2",
  },
  keyNotFound: {
    means: "gone",
    says: /^100:/,
    tells: "etcd has no key of the instance",
    seen: "fixtures/logs/a-0.1.2",
    from: "broker 0.1.2",
  },
  /** Also of an instance that lives, if etcd is down (dingo.md §2.2). */
  saidToBeGone: {
    means: "gone",
    says: /doesn't exist|Key not found/,
    tells: "the broker does not find the instance",
    seen: "fixtures/logs/a-0.1.2",
    from: "broker 0.1.2",
  },
  /** Of an action: it names no instance. */
  clusterDeleted: {
    means: "gone",
    says: /^state\.delete-cluster(?:-state)?$/,
    tells: "the broker forgot an instance; other lines of the deletion tell which",
    seen: "fixtures/logs/c-0.8.0, fixtures/logs/d-0.9.2",
    from: "broker 0.6.0",
  },
  /** As an idle broker of 0.1 to 0.5 prints its offerings. */
  catalogue: {
    means: "identity",
    says: /^brokerapi\.CatalogResponse\{.{0,400}?Name:"(?:dingo-postgresql|postgresql|patroni)/,
    tells: "the lines are those of a Dingo broker",
    seen: "fixtures/logs/a-0.1.2",
    from: "broker 0.1.2",
  },
  sanityTest: {
    means: "identity",
    says: /^T-\d+/,
    tells: "the id is that of the release's sanity test, not of an instance",
    seen: "release tags v0.1.0 to v0.10.2, sanity-test errand",
    from: "0.1.0",
  },
});

/** The action of a message without what eras and recreations put before it. */
export const actionOf = (action: string): string => action.replace(/^(?:recreate\.)?cluster\./, "");

const EVENTS: ReadonlyMap<string, BrokerEvent> = new Map(
  (Object.entries(BROKER) as [BrokerEvent, BrokerPattern][]).flatMap(([event, { actions }]) =>
    actions.map((action) => [action, event] as const),
  ),
);

/** Undefined for an action that means nothing for an instance. */
export const brokerEvent = (action: string): BrokerEvent | undefined => EVENTS.get(actionOf(action));
