/** Gauges for the textfile collector of Prometheus' node exporter (exposition format 0.0.4). Pure. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  /** Undefined: not known, and left out. */
  readonly value: number | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

/** `labels`: of every gauge, before its own. Those of one name stand together and are described once. */
export function gaugesText(
  gauges: readonly Gauge[],
  { prefix, labels: common }: { readonly prefix: string; readonly labels: Readonly<Record<string, string>> },
): string {
  const lines = gauges.flatMap(({ name, help, value, labels = {} }, index) => {
    if (value === undefined) return [];
    const head = gauges.slice(0, index).some((other) => other.name === name && other.value !== undefined);
    const described = head ? [] : [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} gauge`];
    return [...described, `${prefix}${name}${labelText({ ...common, ...labels })} ${value}`];
  });
  return `${lines.join("\n")}\n`;
}

/** Backslash, quotation mark and line feed are escaped; everything else is UTF-8 as it is. */
const labelText = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(
      ([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    )
    .join(",")}}`;
