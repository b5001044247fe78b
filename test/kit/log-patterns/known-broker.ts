/** The lines of captured brokers, routers and collectors that mean nothing for an instance. Only tests need them. */

/** Actions of the broker without `cluster.`, `recreate.` and its source; with `.` or `-` at its end one is a beginning. */
export const KNOWN_ACTIONS: readonly string[] = [
  ...[
    "add-node.perform.",
    "admin.",
    "allocate-port",
    "allocate-port.increase",
    "assign-port-to-cluster",
    "bind.",
    "unbind.",
    "update.done",
  ],
  ...["callbacks.", "check-leader.", "cluster-data.member-data.waiting", "clusterdata.", "etcd-delete."],
  ...["failover-from.perform", "initialize-port", "last-operation.unknown-error", "last-opration.", "license-check."],
  ...[
    "load-member.etcd-get",
    "load",
    "load.etcd-get",
    "load.state",
    "member-status.",
    "new-broker.new-cf.success",
    "patroni.",
    "provision.done",
  ],
  ...[
    "provision.lookup-",
    "provision.recreation-data.",
    "provision.routing",
    "provision.routing.",
    "provision.running.",
    "provision.success.",
  ],
  ...["me", "not-exists", "restore.callback.received"],
  ...["routing-allocation.restored", "remove-cluster-assignment.delete", "request.no-steps", "state.", "start", "stop"],
  ...["wait-for-leader.perform", "wait-til-nodes-running.perform"],
];

/** Lines of programs that are no containers and no broker's JSON. */
export const KNOWN_LINES: readonly RegExp[] = [
  /^$/,
  // confd, and the watcher behind service_changes.log of eras A and B.
  /confd\[\d+\]: (?:INFO|ERROR|WARNING) /,
  /^(?:checking if cluster already has port assigned for:|new cluster discovered by router:|assigning port) /,
  /^\{"action":"set","node":\{"key":"\/routing\//,
  /service_changes_ctl: line \d+: null: unbound variable$/,
  // The broker's plain lines: Go dumps of its catalogue, and how it chooses a cell.
  /^&?brokerapi\./,
  /^(?:usage map\[|sorted &utils\.ValSorter\{)/,
  /^License status - /,
  /^No license file provided, entering trial mode\.$/,
  // clone-from copies with the AWS program, which writes over its own progress.
  /^(?:Completed |copy: s3:\/\/)/,
  /http: superfluous response\.WriteHeader call /,
  /^cat: \/var\/vcap\/store\/clusterdata\/\S+: No such file or directory$/,
  // rsyslog of the collector.
  /^ ?\[origin software="rsyslogd"/,
];
