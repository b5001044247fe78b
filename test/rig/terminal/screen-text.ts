/** A screen without the parts that differ each time: times, names of runs, ports, new GUIDs, and which dots turn. */
const RULES: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  [
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g,
    (found) => "2026-11-21T02:00:00.000000000Z".slice(0, found.length - 1).concat("Z"),
  ],
  [/\d{8}-\d{6}-[a-z0-9]{4}/g, "20261121-020000-demo"],
  [/127\.0\.0\.1:\d{4,5}/g, "127.0.0.1:40000"],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (found) => (found === OLD ? found : NEW)],
  // The screen's top may have cut a new GUID.
  [/^[0-9a-f-]{1,35}(?=\/data\.dingo-recover-)/, (found) => NEW.slice(-found.length)],
  [/\b[0-9a-f]{64}\b/g, "0".repeat(64)],
  [/\b77\d{17}\b/g, "7710000000000000000"],
  [/AKIA[A-Z0-9]{16}/g, "AKIAEXAMPLEEXAMPLE00"],
  [/\b(?:(?:\d+ min )?\d+(?:\.\d)? s|\d+ h \d+ min)\b/g, "3 s"],
  [/\d+\.\d GB free/g, "42.9 GB free"],
  [/\/(\d) \(10\.58\.\d+\.\d+\)/g, "/0 (10.58.111.15)"],
  [/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, "⠋"],
];

const OLD = "6e101b27-60ed-4bac-8e21-d07b63c47a40";
const NEW = "c7eb316a-c0d2-44a9-b927-2f4108c87115";

export function lasting(screen: string): string {
  return RULES.reduce(
    (text, [pattern, by]) => (typeof by === "string" ? text.replace(pattern, by) : text.replace(pattern, by)),
    screen,
  );
}

/** As the terminal shows it: lines that are too long go on in the next row. */
export function broken(screen: string, columns: number): string {
  const rows = screen.split("\n").flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
  return `${rows.join("\n")}\n`;
}
