/**
 * The text on a real terminal, at three sizes. The pictures are test/cli/screen/goldens; `UPDATE_GOLDENS=1` writes them
 * anew, and `node build/pictures.mjs` makes those of docs/pictures from them.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ARCHIVE, CONFIGURED, Place } from "../cli/program.ts";
import { TOOL } from "../tool.ts";
import { broken, lasting } from "../rig/terminal/screen-text.ts";
import { type Size, TmuxScreen } from "../rig/terminal/tmux-screen.ts";

const GOLDENS = join(import.meta.dirname, "..", "cli", "screen", "goldens");
const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 60, rows: 24 },
] as const;

const place = new Place();
const open: TmuxScreen[] = [];
afterEach(async () => {
  for (const screen of open.splice(0)) await screen.close();
});
afterAll(() => place.remove());

async function on(
  size: Size,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TmuxScreen> {
  const screen = await TmuxScreen.open(argv, { size, cwd: place.directory, env: { ...place.env, ...env } });
  open.push(screen);
  return screen;
}

const tool = (size: Size, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TmuxScreen> =>
  on(size, [process.execPath, TOOL, ...words], env);

/**
 * Blanks tell of widths that times and names take, and a quick step has no time; the words and their order are held.
 */
const said = (text: string): string => lasting(text.replace(/\s+/gu, " ")).replaceAll("3 s", "").replaceAll(" ", "");
/** A time that takes a row more pushes as much off the screen's top. */
const PUSHED_ROWS = 3;

/** `isStill`: nothing in it is another one each time but the dots that turn. */
function heldTo(name: string, screen: TmuxScreen, text: string, isStill = false): void {
  const { columns, rows } = screen.size;
  const file = join(GOLDENS, `${name}.${columns}x${rows}.txt`);
  const shown = isStill ? text.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/gu, "⠋") : lasting(text);
  if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(file, broken(shown, columns));
  expect(existsSync(file), file).toBe(true);
  const [now, golden] = [said(shown), said(readFileSync(file, "utf8"))];
  const common = Math.min(now.length, golden.length);
  expect(Math.max(now.length, golden.length) - common).toBeLessThanOrEqual(PUSHED_ROWS * columns);
  expect(now.slice(-common)).toBe(golden.slice(-common));
}

/** Wherever it is broken. */
const loose = (text: string): RegExp =>
  new RegExp(
    text
      .split(" ")
      .map((word) => word.replace(/\W/gu, "\\$&"))
      .join("\\s+"),
    "u",
  );

/** Past pages that a low screen is turned over by. */
async function turned(screen: TmuxScreen, wanted: RegExp): Promise<string> {
  for (let page = 1; ; page += 1) {
    const text = await screen.saw(
      new RegExp(`Page ${page} of \\d+; Enter shows the next(?:, b the one before)?$|${wanted.source}`, "u"),
    );
    if (wanted.test(text)) return text;
    await screen.type("");
  }
}

describe.each(SIZES)("on $columns columns and $rows rows", (size) => {
  it("the first screen asks what happened", async () => {
    const screen = await tool(size, []);
    heldTo("welcome", screen, await turned(screen, /\? What happened\? [^]*:$/));
    await screen.type("rehaerse");
    await screen.saw('"rehaerse" is none of them; did you mean rehearse?');
  });

  it("a mistake says what to type", async () => {
    const screen = await tool(size, ["run", "recover-deleted-service", "--dryrun"]);
    heldTo("error", screen, await screen.saw("(usage)"));
  });

  it("a step at work says how far it is, what is usual, next and known, and how to stop", async () => {
    const screen = await on(size, [process.execPath, join(process.cwd(), "test", "rig", "live-scene.ts")]);
    // The steps before it stood there too, each for a moment, and so did this one before it was told how far it is.
    heldTo("at-work", screen, await screen.saw(/880\.0 MB[^]*resume goes on$/u), true);
  });

  it("a recovery is asked for, shown before it changes anything, and tells its end", async () => {
    const state = join(place.directory, `state-${size.columns}`);
    const screen = await tool(size, ["rehearse", "--pace", "max"], { DINGO_RECOVER_STATE: state });
    heldTo("first-question", screen, await screen.saw(loose("? Name of the service that was deleted")));
    await screen.type("important-db");
    await screen.saw(loose("? Organization that it was in"));
    await screen.type("acme");
    await screen.saw(loose("? Space that it was in"));
    await screen.type("production");
    heldTo("creation", screen, await turned(screen, /\?\s+Create\s+the\s+new\s+service[^]*\)$/));
    await screen.type("y");
    await turned(screen, /\?\s+Create\s+a\s+service\s+key[^]*\)$/);
    await screen.type("y");
    heldTo("consent", screen, await turned(screen, /Ctrl-C\s+stops\):$/));
    await screen.type("acme/production/important-db");
    await turned(screen, /application[^]*Ctrl-C\s+stops\):$/);
    await screen.type("acme/production/important-db");
    heldTo("end", screen, await screen.saw(/rehearse wal-gap\s*$/u));
  });
});

describe("a terminal that is resized while a step is at work", () => {
  it("has the step once, at its new width", async () => {
    const screen = await on({ columns: 120, rows: 40 }, [
      process.execPath,
      join(process.cwd(), "test", "rig", "live-scene.ts"),
    ]);
    const wide = /step 3 of 4, for 1 min 27 s \(usually 2 min 10 s\), last word [^]*resume goes on$/u;
    await screen.saw(wide);
    await screen.resize({ columns: 60, rows: 24 });
    const text = await screen.saw(
      /step 3 of 4, for 1 min 27 s \(usually 2 min 10 s\),\n +last word [^]*resume goes on$/u,
    );
    expect(text.match(/resume goes on/g)).toHaveLength(1);
  });
});

describe("a question", () => {
  const size = { columns: 80, rows: 40 };
  const rehearsed = (env: Readonly<Record<string, string>> = {}): Promise<TmuxScreen> =>
    tool(size, ["rehearse", "--pace", "max"], { DINGO_RECOVER_STATE: join(place.directory, "state-asked"), ...env });

  it("is left by Ctrl-Z, with all that waits for its answer, and gone back to by fg", async () => {
    const screen = await on(size, ["bash", "--norc", "--noprofile", "-i"], { PS1: "shell> " });
    await screen.type(`${process.execPath} ${TOOL} rehearse --pace max`);
    await screen.saw("? Name of the service that was deleted");
    await screen.press("C-z");
    await screen.saw(/Stopped[^]*shell>$/u);
    await screen.type("fg");
    await screen.saw(/shell> fg[^]*\? Name of the service that was deleted$/u);
    await screen.type("important-db");
    await screen.saw("? Organization that it was in");
    await screen.press("C-c");
    await screen.saw("stopped at a question");
  });

  it("is taken away by a stop that comes while it stands there", async () => {
    const file = join(place.directory, "pid");
    const argv = ["sh", "-c", 'echo $$ > "$0"; exec "$@"', file, process.execPath, TOOL, "run", ...ARCHIVE];
    const screen = await on(size, argv, CONFIGURED);
    await screen.saw("? Name of the service that was deleted");
    process.kill(Number(readFileSync(file, "utf8")), "SIGTERM");
    expect(await screen.saw("(interrupted")).not.toContain("Organization");
  });

  it("takes m for a name only if it is typed twice", async () => {
    const screen = await rehearsed();
    await screen.saw("? Name of the service that was deleted");
    await screen.type("m");
    await screen.saw("m once more is taken as the answer.");
    await screen.type("important-db");
    expect(await screen.saw("? Organization that it was in")).toContain("no step is at hand");
  });

  it("is asked on a terminal that cannot move its cursor, line by line, and says what an answer is", async () => {
    const screen = await rehearsed({ TERM: "dumb" });
    for (const [asked, answer] of [
      ["? Name of the service that was deleted", "important-db"],
      ["? Organization that it was in", "acme"],
      ["? Space that it was in", "production"],
    ] as const) {
      await screen.saw(asked);
      await screen.type(answer);
    }
    await screen.saw(/Create the new service[^]*\(y\/n[^]*\)$/u);
    await screen.type("maybe");
    await screen.saw("type y or n, or done when it was done by hand");
    await screen.type("y");
    await screen.saw(/Create a service key[^]*\(y\/n[^]*\)$/u);
    await screen.type("y");
    const consent = await screen.saw(/Type[^]*Ctrl-C stops\):$/u);
    expect(consent).toMatch(/source {2}[^]*way back[^]*\? Go on with/u);
    await screen.press("C-c");
    await screen.saw("stopped at a question");
  });
});
