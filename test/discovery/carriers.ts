/** Ways in which collectors, stores, exports and terminals carry one line, or all lines, of a log. */

/** One line in, one line out. */
export type Carrier = (line: string, index: number) => string;

const STAMP = "2026-11-21T13:00:00.000Z";
/** As Go, journald and most shippers quote a text. */
const quoted = (text: string): string => JSON.stringify(text);
const entities = (line: string): string =>
  line.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const AROUND: Readonly<Record<string, Carrier>> = {
  "RFC 3164": (line) => `<14>Nov 21 05:00:00 router-0 broker.stdout.log: ${line}`,
  "RFC 5424": (line) => `<14>1 ${STAMP} router-0 broker.stdout.log - - - ${line}`,
  "kubectl, CRI": (line) => `2026-11-21T13:00:00.123456789Z stdout F ${line}`,
  "Docker's json-file": (line) => JSON.stringify({ log: `${line}\n`, stream: "stdout", time: STAMP }),
  journald: (line, at) => JSON.stringify({ __REALTIME_TIMESTAMP: String(1795266000000000 + at), MESSAGE: line }),
  Logsearch: (line) => JSON.stringify({ "@timestamp": STAMP, "@source": { job: "broker" }, "@message": line }),
  "Azure's SyslogMessage": (line) => `{"SyslogMessage":${quoted(line).replaceAll('\\"', "\\u0022")}}`,
  "AWS CLI, text": (line, at) =>
    `EVENTS\t${String(at).padStart(56, "0")}\t1795266000000\trouter-0\t${line}\t1795266000250`,
  CSV: (line) => `${STAMP},router-0,"${line.replaceAll('"', '""')}",info`,
  HTML: entities,
  nginx: (line) => line.replaceAll("\\", "\\x5C").replaceAll('"', "\\x22"),
  logfmt: (line) => `ts=${STAMP} level=info msg=${quoted(line)} component=tail`,
  "a URL": (line) => `GET /log?line=${line.replace(/[%"{}[\]\\ ]/g, (each) => `%${each.charCodeAt(0).toString(16)}`)}`,
  "text behind": (line) => `${line}\t(1 of 1)`,
  "Python's repr": (line) =>
    `${STAMP} INFO {'message': '${line.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}', 'n': None}`,
  "Ruby's inspect": (line) => `${STAMP} tag: {"message"=>${quoted(line).replaceAll("#{", "\\#{")}, "n"=>nil}`,
  "docker compose logs": (line) => `broker-1  | ${line}`,
  "kubectl logs --prefix": (line) => `[pod/broker-0/broker] ${STAMP} ${line}`,
  "an answered mail": (line) => `> > ${line}`,
  "psql's table": (line, at) => ` ${at} | ${STAMP} | ${line}`,
  "an SQL text": (line, at) => `INSERT INTO logs VALUES (${at},'${line.replaceAll("'", "''")}');`,
  "a table of Markdown": (line) => `| ${STAMP} | \`${line.replaceAll("|", "\\|")}\` |`,
  XML: (line) => `<event time="${STAMP}"><![CDATA[${line}]]></event>`,
  "jq -C": (line) => `\u001b[0;32m${line}\u001b[0m`,
  "a list": (line) => JSON.stringify([{ line }]),
};

type Fields = Readonly<Record<string, unknown>>;

const WORDS: Readonly<Record<string, readonly [ruby: string, python: string]>> = {
  ...{ null: ["nil", "None"], true: ["true", "True"], false: ["false", "False"] },
};

/** Another language's notation of a value of JSON. */
function noted(value: unknown, language: 0 | 1): string {
  const text = (each: string): string =>
    language === 0 ? quoted(each) : `'${each.replace(/['\\]/g, "\\$&").replaceAll("\n", "\\n")}'`;
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map((item) => noted(item, language)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return WORDS[String(value)]?.[language] ?? JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${text(key)}${language === 0 ? "=>" : ": "}${noted(item, language)}`,
  );
  return `{${entries.join(", ")}}`;
}
const ruby = (value: unknown): string => noted(value, 0);
const python = (value: unknown): string => noted(value, 1);
const flat = (value: unknown, by: string, name: string): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
    ? (Object.assign({}, ...Object.entries(value).map(([key, item]) => flat(item, by, `${name}${by}${key}`))) as Fields)
    : { [name]: value };

/** Lager's fields as a collector that reads JSON keeps them. Another line stays as it is. */
const fields =
  (write: (lager: Fields) => string): Carrier =>
  (line) => {
    try {
      return line.startsWith('{"timestamp"') ? write(JSON.parse(line) as Fields) : line;
    } catch {
      return line;
    }
  };
const json = (change: (lager: Fields) => unknown): Carrier => fields((lager) => JSON.stringify(change(lager)));

export const WITHIN: Readonly<Record<string, Carrier>> = {
  "the file as source": json((lager) => ({
    "@timestamp": STAMP,
    ...lager,
    source: "/var/vcap/sys/log/broker.stdout.log",
  })),
  "no source": json(({ source: _source, ...lager }) => lager),
  "data as JSON": json((lager) => ({ ...lager, data: JSON.stringify(lager["data"]) })),
  "data as Ruby's text": json((lager) => ({ ...lager, data: ruby(lager["data"]) })),
  "data as Python's text": json((lager) => ({ ...lager, data: python(lager["data"]) })),
  "data flattened by dots": json(({ data, ...lager }) => ({ ...lager, ...flat(data, ".", "data") })),
  "data flattened by underscores": json(({ data, ...lager }) => ({ ...lager, ...flat(data, "_", "data") })),
  "data under another name": json(({ data, ...lager }) => ({ ...lager, payload: data })),
  "below a parent": json((lager) => ({ "@timestamp": STAMP, host: { name: "r" }, app: { dingo: lager } })),
  "renamed fields": json(({ timestamp, source, message, log_level: level, data }) => ({
    ts: timestamp,
    logger: source,
    msg: message,
    level,
    data,
  })),
  "time as a number": json((lager) => ({ ...lager, timestamp: Number(lager["timestamp"]) })),
  "time in milliseconds": json((lager) => ({ ...lager, timestamp: Math.round(Number(lager["timestamp"]) * 1000) })),
  "sorted fields": json((lager) => Object.fromEntries(Object.entries(lager).sort(([a], [b]) => (a < b ? -1 : 1)))),
  "Python's repr of it": fields(python),
  "Ruby's inspect of it": fields(ruby),
  "its beginning as the tag": (line) =>
    line.startsWith('{"timestamp":')
      ? `<14>1 ${STAMP} router-0 {"timestamp" - - - ${line.slice('{"timestamp":'.length)}`
      : line,
};

/** All lines in one answer. */
export const ALL: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  "a page of a search": (lines) =>
    JSON.stringify({
      timed_out: false,
      _shards: { total: 5, failed: 0 },
      hits: {
        total: { value: lines.length },
        hits: lines.map((message, id) => ({ _id: String(id), _source: { message } })),
      },
    }),
  CloudWatch: (lines) =>
    JSON.stringify({
      messageType: "DATA_MESSAGE",
      logEvents: lines.map((message, id) => ({ id: String(id), timestamp: 1795266000000, message })),
    }),
  Loki: (lines) =>
    JSON.stringify({
      status: "success",
      data: {
        resultType: "streams",
        result: [{ stream: { job: "b" }, values: lines.map((line) => ["1795266000000000000", line]) }],
      },
    }),
  "one line of HTML": (lines) =>
    `<table>${lines.map((line) => `<tr><td>${entities(line)}</td></tr>`).join("")}</table>`,
  "newest first": (lines) => lines.toReversed().join("\n"),
};
