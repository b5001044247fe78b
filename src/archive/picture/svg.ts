/** The WAL of an archive as SVG: one file without anything from elsewhere, for light and dark pages, with its text escaped. */
import { counted } from "../../kit/text/counted.ts";
import { segmentName } from "../names/segment.ts";
import { type Drawn, type Row, type Scene, sceneOf } from "./scene.ts";

const WIDTH = 960;
const MARGIN = 110;
const RIGHT = 24;
const TOP = 56;
const ROW = 40;
const BAR = 12;
const FOOT = 62;
/** Characters of a title that fit beside each other. */
const TITLE = 120;

/** `title`: where the archive lies. */
export function svgPicture(verdict: Drawn, title: string): string {
  const scene = sceneOf(verdict);
  const bottom = TOP + Math.max(1, scene.rows.length) * ROW;
  const height = bottom + FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" class="wal-picture" role="img" aria-label="${escaped(`WAL of ${title}`)}">`,
    `<title>${escaped(`WAL of ${title}`)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    text({ x: 16, y: 26, style: "strong", words: shortened(title) }),
    ...scene.rows.flatMap((row, index) => drawRow(row, { scene, y: TOP + index * ROW })),
    ...point(scene),
    ...ends(scene, bottom + 10),
    ...legend(height - 16),
    "</svg>",
    "",
  ].join("\n");
}

/** The styles of each class, in light and in dark. */
const PAINT: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ["fill:#fff", "fill:#14171a"],
  ink: ["fill:#1a1d21", "fill:#e8eaed"],
  strong: ["fill:#1a1d21;font-weight:600", "fill:#e8eaed"],
  faint: ["fill:#5c6570", "fill:#9aa4af"],
  reached: ["fill:#1f7a4d", "fill:#4bb37f"],
  left: ["fill:#a8b0b9", "fill:#59626c"],
  gap: ["fill:#c2312b", "fill:#ef6a63"],
  base: ["fill:#1d5fa8;stroke:#fff;stroke-width:1.5", "fill:#6aa9ef;stroke:#14171a"],
  taken: ["fill:#1d5fa8;stroke:#b25b00;stroke-width:3", "fill:#6aa9ef;stroke:#f0a04b"],
  broken: ["fill:#fff;stroke:#c2312b;stroke-width:2", "fill:#14171a;stroke:#ef6a63"],
  joint: ["fill:none;stroke:#5c6570;stroke-width:1.5", "stroke:#9aa4af"],
  point: ["stroke:#b25b00;stroke-width:2", "stroke:#f0a04b"],
  mark: ["fill:#b25b00;font-weight:600", "fill:#f0a04b"],
};

/** Class names below `.wal-picture`: a picture inside a page must not paint the page. */
const rules = (which: 0 | 1): string =>
  Object.entries(PAINT)
    .map(([name, styles]) => `.wal-picture .${name}{${styles[which]}}`)
    .join("\n");

const STYLE = `
.wal-picture{font:13px system-ui,sans-serif}
${rules(0)}
@media (prefers-color-scheme:dark){
${rules(1)}
}
`;

interface Place {
  readonly scene: Scene;
  readonly y: number;
}

const xOf = ({ axis }: Scene, number: number): number => MARGIN + axis.at(number) * (WIDTH - MARGIN - RIGHT);

function drawRow(row: Row, { scene, y }: Place): readonly string[] {
  const middle = y + ROW / 2;
  const bar = (style: string, span: { readonly first: number; readonly last: number }): string => {
    const [from, to] = [xOf(scene, span.first), xOf(scene, span.last + 1)];
    const named = rangeText(row.timeline, span);
    // A gap of one segment among thousands is to be seen as well.
    const width = Math.max(style === "gap" ? 3 : 1, to - from);
    return `<rect class="${style}" x="${round(from)}" y="${middle - BAR / 2}" width="${round(width)}" height="${BAR}"><title>${escaped(named)}</title></rect>`;
  };
  return [
    text({ x: 16, y: middle + 4, style: "ink", words: `timeline ${row.timeline}` }),
    ...jointLine(row, { scene, y: middle }),
    ...row.runs.map((run) => bar(run.reached ? "reached" : "left", run)),
    ...row.gaps.map((gap) => bar("gap", gap)),
    ...row.bases.map(({ name, number, usable, chosen }) => {
      const x = round(xOf(scene, number));
      const points = `${x},${middle - 11} ${round(x + 9)},${middle} ${x},${middle + 11} ${round(x - 9)},${middle}`;
      const told = `${name}${usable ? "" : ", not usable"}${chosen ? ", taken" : ""}`;
      const style = chosen && usable ? "taken" : usable ? "base" : "broken";
      return `<polygon class="${style}" points="${points}"><title>${escaped(told)}</title></polygon>`;
    }),
  ];
}

/** From the parent's row down to where the child begins. */
function jointLine({ joint }: Row, { scene, y }: Place): readonly string[] {
  const parent = joint === undefined ? -1 : scene.rows.findIndex(({ timeline }) => timeline === joint.parent);
  if (joint === undefined || parent < 0) return [];
  const x = round(xOf(scene, joint.number));
  return [`<path class="joint" d="M${x} ${TOP + parent * ROW + ROW / 2}V${y}"/>`];
}

function rangeText(timeline: number, { first, last }: { readonly first: number; readonly last: number }): string {
  const [from, to] = [first, last].map((number) => segmentName({ timeline, number }));
  return first === last ? (from ?? "") : `${from ?? ""} to ${to ?? ""} (${last - first + 1} segments)`;
}

function point(scene: Scene): readonly string[] {
  if (scene.point === undefined) return [];
  const x = round(xOf(scene, scene.point.behind));
  const bottom = TOP + scene.rows.length * ROW;
  const words = `recovery point ${scene.point.time.slice(0, 19).replace("T", " ")}Z`;
  const atEnd = x > WIDTH / 2;
  return [
    `<line class="point" x1="${x}" y1="${TOP - 8}" x2="${x}" y2="${bottom}"/>`,
    text({ x: atEnd ? x - 6 : x + 6, y: TOP - 4, style: "mark", words, atEnd }),
  ];
}

const LEGEND = [
  ["reached", "replayed"],
  ["left", "not replayed"],
  ["gap", "gap"],
  ["base", "base backup"],
  ["taken", "the one taken"],
  ["broken", "not usable"],
] as const;

function legend(y: number): readonly string[] {
  return LEGEND.flatMap(([style, words], index) => {
    const x = 16 + index * 130;
    return [
      `<rect class="${style}" x="${x}" y="${y - 10}" width="14" height="10"/>`,
      text({ x: x + 20, y, style: "faint", words }),
    ];
  });
}

/** The names at the left and right end of the drawing: a printed page shows no titles of marks. */
function ends({ rows, left }: Scene, y: number): readonly string[] {
  const runs = rows.flatMap(({ timeline, runs }) => runs.map((run) => ({ timeline, ...run })));
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const from = others.reduce((one, other) => (other.first < one.first ? other : one), first);
  const to = others.reduce((one, other) => (other.last >= one.last ? other : one), first);
  const older = left === 0 ? "" : `, ${counted(left, "older timeline")} not shown`;
  const begin = `from ${segmentName({ timeline: from.timeline, number: from.first })}${older}`;
  const end = `to ${segmentName({ timeline: to.timeline, number: to.last })}`;
  return [
    text({ x: MARGIN, y, style: "faint", words: begin }),
    text({ x: WIDTH - RIGHT, y, style: "faint", words: end, atEnd: true }),
  ];
}

/** The picture's own title has all of it. */
function shortened(title: string): string {
  const half = (TITLE - 1) / 2;
  return title.length <= TITLE ? title : `${title.slice(0, Math.ceil(half))}…${title.slice(-Math.floor(half))}`;
}

interface Words {
  readonly x: number;
  readonly y: number;
  readonly style: string;
  readonly words: string;
  readonly atEnd?: boolean;
}

function text({ x, y, style, words, atEnd = false }: Words): string {
  return `<text class="${style}" x="${x}" y="${y}"${atEnd ? ' text-anchor="end"' : ""}>${escaped(words)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Control characters are no part of XML; the rest is written so that it stays text. */
function escaped(words: string): string {
  return words
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
