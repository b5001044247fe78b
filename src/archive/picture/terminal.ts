/**
 * The WAL of an archive in characters, a row for each timeline. A cell that holds a gap shows it, however small it is, unless a
 * base backup begins there.
 */
import { type Drawn, type Row, type Scene, sceneOf } from "./scene.ts";

export interface TerminalOptions {
  /** Columns; fewer than 60 are taken for 60. */
  readonly width: number;
  /** Characters beyond ASCII. */
  readonly unicode: boolean;
}

interface Signs {
  readonly reached: string;
  readonly left: string;
  readonly gap: string;
  readonly base: string;
  readonly broken: string;
  readonly joint: string;
  readonly point: string;
}

const UNICODE: Signs = { reached: "━", left: "─", gap: "×", base: "◆", broken: "◇", joint: "└", point: "▲" };
const ASCII: Signs = { reached: "=", left: "-", gap: "x", base: "B", broken: "b", joint: "\\", point: "^" };

const NARROWEST = 60;

/** No lines if there is no WAL. */
export function terminalPicture(verdict: Drawn, { width, unicode }: TerminalOptions): readonly string[] {
  const scene = sceneOf(verdict);
  if (scene.rows.length === 0) return [];
  const signs = unicode ? UNICODE : ASCII;
  const labels = scene.rows.map(({ timeline }) => `timeline ${timeline} `);
  const margin = Math.max(...labels.map((label) => label.length)) + 2;
  const cells = Math.max(width, NARROWEST) - margin - 1;
  const canvas = { scene, signs, cells };
  return [
    ...scene.rows.map((row, index) => `  ${(labels[index] ?? "").padEnd(margin - 2)}${drawRow(row, canvas)}`.trimEnd()),
    ...pointLine(canvas, margin),
    ...legend(canvas, Math.max(width, NARROWEST)),
  ];
}

interface Canvas {
  readonly scene: Scene;
  readonly signs: Signs;
  readonly cells: number;
}

function drawRow(row: Row, { scene, signs, cells }: Canvas): string {
  const line = Array.from({ length: cells }, () => " ");
  const fill = (from: number, to: number, sign: string): void => {
    const first = cellOf(from, { scene, cells });
    const last = Math.max(first, cellOf(to + 1, { scene, cells }) - 1);
    for (let cell = first; cell <= last; cell += 1) line[cell] = sign;
  };
  for (const run of row.runs) fill(run.first, run.last, run.reached ? signs.reached : signs.left);
  for (const gap of row.gaps) fill(gap.first, gap.last, signs.gap);
  if (row.joint !== undefined) joint(line, cellOf(row.joint.number, { scene, cells }), signs);
  for (const { number, usable } of row.bases)
    line[cellOf(number, { scene, cells })] = usable ? signs.base : signs.broken;
  return line.join("");
}

/** In front of the timeline's first cell, if there is room. */
function joint(line: string[], cell: number, signs: Signs): void {
  if (cell > 0 && line[cell - 1] === " ") line[cell - 1] = signs.joint;
}

function cellOf(number: number, { scene, cells }: Pick<Canvas, "scene" | "cells">): number {
  return Math.min(cells - 1, Math.floor(scene.axis.at(number) * cells));
}

function pointLine({ scene, signs, cells }: Canvas, margin: number): readonly string[] {
  const { point } = scene;
  if (point === undefined) return [];
  // The last cell that is replayed.
  const cell = Math.max(0, Math.ceil(scene.axis.at(point.behind) * cells) - 1);
  const text = `recovery point ${point.time.slice(0, 19).replace("T", " ")}Z`;
  return besides(cell, { sign: signs.point, text, cells }).map((line) => `${" ".repeat(margin)}${line}`);
}

/** The text beside its sign: before it, behind it, or below if neither has room. */
function besides(
  cell: number,
  { sign, text, cells }: { readonly sign: string; readonly text: string; readonly cells: number },
): readonly string[] {
  const blank = (count: number): string => " ".repeat(Math.max(0, count));
  if (cell > text.length) return [`${blank(cell - text.length - 1)}${text} ${sign}`];
  if (cell + text.length + 2 <= cells) return [`${blank(cell)}${sign} ${text}`];
  return [`${blank(cell)}${sign}`, `${blank(Math.min(cell, cells - text.length))}${text}`];
}

function legend({ scene, signs }: Canvas, width: number): readonly string[] {
  const { rows, left } = scene;
  const runs = rows.flatMap((row) => row.runs);
  const bases = rows.flatMap((row) => row.bases);
  const shown = [
    ...(runs.some(({ reached }) => reached) ? [`${signs.reached} replayed`] : []),
    ...(runs.some(({ reached }) => !reached) ? [`${signs.left} not replayed`] : []),
    ...(rows.some(({ gaps }) => gaps.length > 0) ? [`${signs.gap} gap`] : []),
    ...(bases.some(({ usable }) => usable) ? [`${signs.base} base backup`] : []),
    ...(bases.some(({ usable }) => !usable) ? [`${signs.broken} not usable`] : []),
  ];
  const more = left === 0 ? [] : [`  ${left} older timelines are not shown`];
  const lines = shown.reduce<string[]>((all, each) => {
    const last = all.at(-1);
    const longer = `${last ?? " "}   ${each}`;
    return last !== undefined && longer.length <= width ? [...all.slice(0, -1), longer] : [...all, `  ${each}`];
  }, []);
  return [...lines, ...more];
}
