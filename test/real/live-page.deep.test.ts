/** The report and the live page in a real Chromium: a person's view, by keyboard and for a screen reader, live. */
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EntryBody } from "../../src/engine/journal/entry.ts";
import type { Journal } from "../../src/engine/journal/journal.ts";
import { StateDirectory } from "../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { Place, type Started } from "../cli/program.ts";
import { STARTED, step } from "../report/journals.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** The patience for everything in a browser: the machine may be busy. */
const PATIENCE_MS = 180_000;
const PICTURES = process.env["DINGO_RECOVER_PICTURES"];

/** 210 mm less two margins of 10 mm, at 96 to the inch. */
const A4_WITHIN_MARGINS = 718;

const place = new Place();
const state = new StateDirectory({ path: place.state, secrets: new Secrets(), now: () => new Date() });
let browser: Browser;
let served: Started;
let address = "";
let journal: Journal;
let run = "";

beforeAll(async () => {
  browser = await puppeteer.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-proxy-server"],
    timeout: PATIENCE_MS,
  });
  const opened = state.create();
  ({ journal, run } = opened);
  await append(STARTED, ...step("log-in", "platform.check", "read", {}));
  await serve();
});

/** Each has a separate address. */
async function serve(): Promise<void> {
  served = place.start(["serve", run, "--json"]);
  let said = "";
  served.child.stdout?.on("data", (chunk: unknown) => {
    said += String(chunk);
  });
  await served.saw("}\n");
  ({ address } = JSON.parse(said) as { address: string });
}

afterAll(async () => {
  await browser.close();
  served.child.kill("SIGINT");
  await served.ended;
  place.remove();
});

async function append(...bodies: readonly EntryBody[]): Promise<void> {
  for (const body of bodies) await journal.append(body);
}

/** A new page, and the complaints of its console and its network. */
async function opened(
  where: string,
  [width, height, scheme]: readonly [number, number, "light" | "dark"],
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith("data:") && !url.startsWith("file:")) complaints.push(url);
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(where, { waitUntil: "domcontentloaded" });
  return { page, complaints };
}

async function violations(page: Page): Promise<readonly string[]> {
  // The page's own policy forbids scripts: this one comes by the browser's back door.
  await page.evaluate(await (await import("node:fs/promises")).readFile(AXE, "utf8"));
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`);
}

async function pictured(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

const text = async (page: Page, selector: string): Promise<string> =>
  await page.$eval(selector, (element) => element.textContent);

describe("the live page in a browser", () => {
  it("goes on with the run, keeps what has the focus and where it was scrolled to", async () => {
    const { page, complaints } = await opened(address, [1200, 800, "light"]);
    await page.waitForFunction("document.getElementById('link').className === 'live'");
    await page.keyboard.press("Tab");
    const focused = await page.evaluate("document.activeElement.textContent");
    expect(focused).toBe("In short");
    await pictured(page, "live-begun");
    await append(...step("discover", "discovery.find-deleted-instance", "read", { guid: "g-old", name: "orders-db" }), {
      type: "target-fixed",
      target: "acme/prod/orders-db",
      locks: [],
    });
    await page.waitForFunction("document.querySelector('main').textContent.includes('We have found orders-db')");
    expect(await page.title()).toBe("Recovery of acme/prod/orders-db");
    expect(await page.evaluate("document.activeElement.textContent")).toBe(focused);
    await page.evaluate("window.scrollTo(0, 300)");
    const before = await page.evaluate("window.scrollY");
    await append({ type: "run-stopped", why: "stopped by Ctrl-C", exitCode: 130 });
    await page.waitForFunction("document.querySelector('main').textContent.includes('stopped by Ctrl-C')");
    expect(await page.evaluate("window.scrollY")).toBe(before);
    await pictured(page, "live-stopped");
    expect(complaints).toEqual([]);
  });

  it("says when its server is gone, and goes on at the address of the next one", async () => {
    const { page } = await opened(address, [500, 800, "dark"]);
    await page.waitForFunction("document.getElementById('link').className === 'live'");
    served.child.kill("SIGINT");
    await served.ended;
    await page.waitForFunction("document.getElementById('link').className === 'lost'");
    expect(await page.evaluate("document.getElementById('link').textContent")).toContain(`dingo-recover serve ${run} `);
    await pictured(page, "live-lost-dark-narrow");
    const before = address;
    await serve();
    expect(address).not.toBe(before);
    const { page: next } = await opened(address, [500, 800, "dark"]);
    await next.waitForFunction("document.getElementById('link').className === 'live'");
    await append({ type: "run-resumed", operator: "eve", host: "laptop", toolVersion: "0.1.0", takeOver: false });
    await next.waitForFunction("document.querySelector('main').textContent.includes('eve resumed the run')");
    expect(await page.evaluate("document.getElementById('link').className")).toBe("lost");
  });

  it.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 400],
  ] as const)("has nothing that axe objects to, %s, %i wide", async (scheme, width) => {
    const { page } = await opened(address, [width, 800, scheme]);
    await page.waitForFunction("document.getElementById('link').className === 'live'");
    expect(await violations(page)).toEqual([]);
  });
});

describe("the report's file in a browser", () => {
  it("is whole without a network, and has nothing that axe or the console objects to", async () => {
    const file = join(place.directory, "report.html");
    expect((await place.run(["report", run, "--format", "html", "-o", file])).code).toBe(0);
    for (const scheme of ["light", "dark"] as const) {
      const { page, complaints } = await opened(`file://${file}`, [1000, 1400, scheme]);
      expect(await text(page, "h1")).toBe("Recovery of acme/prod/orders-db");
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await pictured(page, `report-${scheme}`);
    }
  });

  it("is not cut at the edge of a sheet of A4", async () => {
    const file = join(place.directory, "printed.html");
    await append({
      ...{ type: "step-succeeded", step: "copy", attempt: 1, how: "ran", durationMs: 1000, output: {} },
      evidence: `${"x".repeat(200)}, started 2026-11-22T12:43:23.881000000Z`,
    });
    await place.run(["report", run, "--format", "html", "-o", file]);
    const { page } = await opened(`file://${file}`, [A4_WITHIN_MARGINS, 1000, "light"]);
    await page.emulateMediaType("print");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(A4_WITHIN_MARGINS);
  });

  it("runs nothing and fetches nothing, whatever its texts say", async () => {
    const evil = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
    await append({ type: "target-fixed", target: evil, locks: [] });
    const file = join(place.directory, "evil.html");
    await place.run(["report", run, "--format", "html", "-o", file]);
    const { page, complaints } = await opened(`file://${file}`, [1000, 800, "light"]);
    expect(await page.title()).toBe(`Recovery of ${evil}`);
    expect(await text(page, "h1")).toBe(`Recovery of ${evil}`);
    expect(complaints).toEqual([]);
  });
});
