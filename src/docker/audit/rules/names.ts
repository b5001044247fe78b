/** Host names that data are bound to, and that the engine chose: a container that is made anew has another one. */
import { dataIn } from "../../data-directory/recognise.ts";
import type { SystemName } from "../../data-directory/systems.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding, Severity } from "../finding.ts";
import type { Stock, UsedData } from "../stock.ts";
import type { SurveyedContainer } from "../survey.ts";

/** A row for each system whose data know the host that they lie on. */
interface Bound {
  readonly system: SystemName;
  /** A setting that gives it another name: `VARIABLE=value`, or a word of its command. */
  readonly named?: RegExp;
  /** The one setting by which it goes by the host's name at all. */
  readonly only?: RegExp;
  readonly severity: Severity;
  /** Both are parts of the finding's sentence. */
  readonly uses: string;
  readonly then: string;
  readonly source: string;
}

/** A word of a command that a shell gives the host's name. */
const OF_HOST = /\$\(hostname|`hostname|\$\{?HOSTNAME\b/u;

const BOUND: readonly Bound[] = [
  {
    system: "rabbitmq",
    named: /^RABBITMQ_NODENAME=/u,
    severity: "warning",
    ...{ uses: "keeps its data below", then: "an empty broker" },
    source: "RabbitMQ documentation, Clustering, Node Names; README of its image: data lie below the node's name",
  },
  {
    system: "elasticsearch",
    named: /^(?:-E)?(?:node\.name|ES_SETTING_NODE_NAME)=|^(?:-E)?discovery\.type=single-node$/u,
    severity: "warning",
    ...{ uses: "calls its node by", then: "what is allotted to that node by its name finds none" },
    source: "Elasticsearch guide, node.name: the host's name since 7.0; OpenSearch has it from there",
  },
  {
    system: "consul",
    named: /^--?node(?:=|$)/u,
    severity: "warning",
    ...{ uses: "calls its node by", then: "other members see a conflict of two names" },
    source: "Consul documentation, node_name: by default the host's name; hashicorp/consul issue 3974",
  },
  {
    system: "etcd",
    only: OF_HOST,
    severity: "warning",
    ...{ uses: "calls its member by", then: "other members look for the old one" },
    source: "etcd documentation, Configuration options: --name is `default` unless the command says another",
  },
  {
    system: "clickhouse",
    severity: "note",
    ...{ uses: "makes a replica known by", then: "other replicas look for the old one" },
    source: "ClickHouse documentation, interserver_http_host: by default as `hostname -f` says",
  },
  {
    system: "mongodb",
    only: /^--?replSet(?:=|$)/iu,
    severity: "note",
    ...{ uses: "may know a member of its replica set by", then: "is no member any more" },
    source: "MongoDB manual, rs.initiate(): without a document the member has the host's name",
  },
];

/** Any data are bound to it if their directory has it in its name, such as Kafka's `kafka-logs-HOST` of wurstmeister. */
const BELOW: Pick<Bound, "severity" | "uses" | "then"> = {
  severity: "warning",
  ...{ uses: "keeps its data below", then: "finds none of them" },
};

const CHOSEN = /^[0-9a-f]{12}$/u;

export function names(stock: Stock): readonly Finding[] {
  return stock.data.flatMap((data) => {
    const { container } = data;
    const { hostname = "", joins = [] } = container;
    if (!CHOSEN.test(hostname)) return [];
    const [first] = bound(data, hostname);
    if (first === undefined) return [];
    const { severity, title, uses, then } = first;
    return stock.of(container, {
      code: "name-left-to-chance",
      severity,
      what: `${title} ${uses} the name ${quoted(hostname)}, which the engine chose: a container that is made anew has another name, and ${then}.`,
      fix: `Give ${joins.length === 0 ? "it" : "the container whose network it shares"} that very name: hostname: ${quoted(hostname)} in a Compose file, or "--hostname ${hostname}".`,
    });
  });
}

const bound = ({ contents, container, path }: UsedData, hostname: string) =>
  dataIn(contents).flatMap((each) => {
    if (`${path}/${each.inside}`.includes(hostname)) return [{ ...each, ...BELOW }];
    const row = BOUND.find(({ system }) => system === each.system);
    return row === undefined || isNamed(container, row) ? [] : [{ ...each, ...row }];
  });

function isNamed({ env, entrypoint, command }: SurveyedContainer, { named, only }: Bound): boolean {
  const words = [...entrypoint, ...command].flatMap((word) => word.split(/\s+/u));
  const said = [...Object.entries(env).map((pair) => pair.join("=")), ...words];
  const has = (wanted: RegExp): boolean => said.some((each) => wanted.test(each));
  if (said.some((each) => named?.test(each) === true && OF_HOST.test(each))) return false;
  return (named !== undefined && has(named)) || (only !== undefined && !has(only));
}
