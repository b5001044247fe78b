/**
 * A film of the terminal as an SVG that moves by itself: all frames stand below one another, and one animation shifts them past
 * the window. Each row is drawn once, and used by each frame that has it.
 */

const LETTER = 8.4;
const LINE = 18;
const MARGIN = 14;
const LONGEST_MS = 2200;
const LAST_MS = 6000;

/** Codes of colours and weights, and the class of each. */
const STYLES = { 1: "b", 2: "d", 31: "r", 32: "g", 33: "y", 36: "c", 90: "d", 91: "r", 92: "g", 93: "y", 96: "c" };

const SHEET = [
  "text{white-space:pre;font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d7dbe0}",
  ".b{font-weight:600;fill:#fff}.d{fill:#9aa4af}.g{fill:#7fd18b}.r{fill:#f08a84}.y{fill:#e5c07b}.c{fill:#7cc7d8}",
].join("");

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {string} row with escape codes */
function spans(row) {
  let name = "";
  return row
    .split(/(\u001B\[[\d;]*m)/u)
    .map((part) => {
      const codes = /^\u001B\[([\d;]*)m$/u.exec(part)?.[1];
      if (codes === undefined) return part === "" ? "" : name === "" ? escaped(part) : `<tspan class="${name}">${escaped(part)}</tspan>`;
      for (const code of codes.split(";")) name = STYLES[code] ?? (/^(?:0?|22|39)$/u.test(code) ? "" : name);
      return "";
    })
    .join("");
}

/** How long each frame stands: nobody waits for a slow reader, and the end stands longest. */
const shown = (frames) =>
  frames.map((frame, at) => ({ ...frame, ms: at === frames.length - 1 ? LAST_MS : Math.min(frame.ms, LONGEST_MS) }));

/** @param {{ readonly columns: number, readonly rows: number, readonly frames: readonly { readonly ms: number, readonly rows: readonly string[] }[] }} recording @param {string} title */
export function filmSvg(recording, title) {
  const frames = shown(recording.frames);
  const width = Math.ceil(recording.columns * LETTER + 2 * MARGIN);
  const height = recording.rows * LINE + 2 * MARGIN;
  const drawn = new Map();
  const idOf = (row) => {
    const text = spans(row.trimEnd());
    if (!drawn.has(text)) drawn.set(text, `l${drawn.size.toString(36)}`);
    return drawn.get(text);
  };
  const pictures = frames.map(({ rows }, at) => {
    const used = rows.flatMap((row, line) =>
      row.trim() === "" ? [] : [`<use href="#${idOf(row)}" y="${at * height + MARGIN + (line + 1) * LINE - 5}"/>`],
    );
    return used.join("");
  });
  const whole = frames.reduce((sum, { ms }) => sum + ms, 0);
  let passed = 0;
  const keys = frames.map(({ ms }, at) => {
    const key = `${((passed / whole) * 100).toFixed(2)}%{transform:translateY(-${at * height}px)}`;
    passed += ms;
    return key;
  });
  const last = (frames.length - 1) * height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${SHEET}.f{animation:f ${(whole / 1000).toFixed(1)}s step-end infinite}@keyframes f{${keys.join("")}}`,
    `@media(prefers-reduced-motion:reduce){.f{animation:none;transform:translateY(-${last}px)}}</style>`,
    `<defs>${[...drawn].map(([text, id]) => `<text id="${id}" x="${MARGIN}" xml:space="preserve">${text}</text>`).join("\n")}</defs>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#171a1e"/>`,
    `<g class="f">${pictures.join("\n")}</g>`,
    "</svg>",
    "",
  ].join("\n");
}
