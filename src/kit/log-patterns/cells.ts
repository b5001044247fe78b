/** Lines about an instance by its cell, its broker and wal-e: its identity, its archiving, the end of its container. */
import { GUID, WHOLE_GUID } from "./guid.ts";
import { rows } from "./log-pattern.ts";

/** As words, for log stores: an analyser takes the colon away. */
export const SYSTEM_ID_PHRASE = "Database system identifier";

export const CELLS = rows({
  /** `<node> {<org> <plan> <service> <space> map[… PATRONI_SCOPE:<instance> …]}`, field order of brokerapi. */
  nodePrinted: {
    means: "identity",
    says: new RegExp(`${WHOLE_GUID} \\{(${GUID}) (\\S{1,80}) (\\S{1,80}) (${GUID}) map\\[`),
    tells: "the broker made a node of an instance",
    seen: "fixtures/logs/a-0.1.2, add_node.go",
    from: "broker 0.1.2",
  },
  scopePrinted: {
    means: "identity",
    says: new RegExp(`[ []PATRONI_SCOPE:(${GUID})[ \\]]`),
    tells: "the instance of that node",
    seen: "fixtures/logs/a-0.1.2, add_node.go",
    from: "broker 0.1.2",
  },
  configuration: {
    means: "identity",
    says: new RegExp(`scope: &scope ${WHOLE_GUID}\\s*$`),
    tells: "a container says whose it is",
    seen: "fixtures/logs/original-containers",
    from: "0.1.0",
  },
  /** With its prefix, from a whole line: a collector may have torn the tag before it. */
  systemIdPrinted: {
    means: "identity",
    says: /(?:^|([0-9a-f]{6})-|\s)backup> Database system identifier:\s+(\d{10,20})\s*$/,
    tells: "the system identifier of a container's database",
    seen: "fixtures/logs/f-0.10.2-containers",
    from: "0.1.0",
  },
  createOptions: {
    means: "container",
    says: /\+-> Create options: /,
    tells: "the cell's broker makes a container",
    seen: "cf-containers-broker 6a3e75c, docker_manager.rb; fixtures/formats/cell-broker.log",
    from: "0.1.0",
  },
  /** Of those options. */
  scopeOption: {
    means: "identity",
    says: new RegExp(`"PATRONI_SCOPE=(${GUID})"`),
    tells: "the instance of that container",
    seen: "cf-containers-broker 6a3e75c, docker_manager.rb; fixtures/formats/cell-broker.log",
    from: "0.1.0",
  },
  /** Of those options. */
  nodeOption: {
    means: "identity",
    says: new RegExp(`"(?:NODE_ID|NODE_NAME|NAME)=(?:cf-)?(${GUID})"`),
    tells: "the node of that container",
    seen: "cf-containers-broker 6a3e75c, docker_manager.rb; fixtures/formats/cell-broker.log",
    from: "0.1.0",
  },
  destroying: {
    means: "container",
    says: new RegExp(`Destroying Docker container .cf-(${GUID})(?![0-9a-f-])`),
    tells: "the cell's broker removes a container",
    seen: "cf-containers-broker 6a3e75c, docker_manager.rb; fixtures/formats/cell-broker.log",
    from: "0.1.0",
  },
  /** After `STRUCTURED: time=`. */
  pushed: {
    means: "archived",
    says: new RegExp(`^(\\S{10,40}) .{0,400}?action=push-wal .{0,800}?prefix=\\S{0,200}?${WHOLE_GUID}/wal/ (.{0,200})`),
    tells: "wal-e sends a segment to the archive",
    seen: "fixtures/logs/original-containers; wal-e 0.9.2, log_help.py",
    from: "0.1.0",
  },
  /** Not a file that is named after a base backup or a timeline's end. */
  pushedSegment: {
    means: "archived",
    says: /\bseg=([0-9A-F]{24})(?![\w.])/,
    tells: "the segment that wal-e sends",
    seen: "fixtures/logs/original-containers; wal-e 0.9.2, log_help.py",
    from: "0.1.0",
  },
  /** Of several messages on one line, the first one's. */
  pushedState: {
    means: "archived",
    says: /\bstate=(begin|complete)\b/,
    tells: "whether the store has the whole segment",
    seen: "fixtures/logs/original-containers; wal-e 0.9.2, log_help.py",
    from: "0.1.0",
  },
});
