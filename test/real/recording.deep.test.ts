/**
 * The film of a rehearsal that README shows: on a real terminal a rehearsal still goes as it was filmed. `UPDATE_GOLDENS=1` films it
 * anew, and `node build/pictures.mjs` draws docs/pictures/rehearsal.svg from it.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Place } from "../cli/program.ts";
import { film, read, type Recording, textOf, written } from "../rig/terminal/recording.ts";
import { TmuxScreen } from "../rig/terminal/tmux-screen.ts";
import { TOOL } from "../tool.ts";

const FILE = join(import.meta.dirname, "..", "cli", "screen", "recordings", "rehearsal.jsonl");
const END = /as it should[^]*\n\$$/u;

const place = new Place();
afterAll(() => place.remove());

/** The questions in their order, and the words of the end, without times and names that differ each time. */
function story(recording: Recording): readonly string[] {
  const texts = recording.frames.map((frame) => textOf(frame));
  const asked = texts.flatMap((text) => /\n\? (\w+ \w+)[^?]*$/u.exec(text)?.[1] ?? []);
  const said = (texts.at(-1) ?? "").match(/is back\.|What is (?:back|lost)|What to do next|125 rows|Nothing real/gu);
  return [...new Set(asked), ...(said ?? [])];
}

it("a rehearsal on a terminal goes as the film in README shows it", async () => {
  const bin = join(place.directory, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "dingo-recover"), `#!/bin/sh\nexec '${process.execPath}' '${TOOL}' "$@"\n`, { mode: 0o755 });
  const env = { ...place.env, PATH: `${bin}:${place.env["PATH"] ?? ""}`, PS1: "$ " };
  const argv = ["bash", "--norc", "--noprofile", "-i"];
  const screen = await TmuxScreen.open(argv, { size: { columns: 80, rows: 24 }, cwd: place.directory, env });
  try {
    const recording = await film(screen, END);
    if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(FILE, written(recording));
    expect(story(recording)).toEqual(story(read(readFileSync(FILE, "utf8"))));
    expect(story(recording).length).toBeGreaterThan(6);
  } finally {
    await screen.close();
  }
});
