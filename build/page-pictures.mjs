/** The report and the live page of a rehearsal, as PNG: for build/pictures.mjs --page. Needs dist, and /usr/bin/chromium. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const WIDTH = 900;

/** @param {string} root @param {string} pictures */
export async function picturePages(root, pictures) {
  const state = mkdtempSync(join(tmpdir(), "dingo-recover-pictures-"));
  const program = [join(root, "src", "bin.cjs")];
  const env = { ...process.env, DINGO_RECOVER_STATE: state, TZ: "UTC" };
  const browser = await puppeteer.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-proxy-server"],
    timeout: 120_000,
  });
  try {
    const rehearsal = spawn(process.execPath, [...program, "rehearse"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => rehearsal.once("close", resolve));
    await said(rehearsal, "copy  Copy the old archive");
    const [run = ""] = readdirSync(join(state, "runs"));
    const serving = spawn(process.execPath, [...program, "serve", run, "--json"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const { address } = JSON.parse(await said(serving, "\n"));
    await pictured(browser, address, join(pictures, "live-page.png"), 620);
    await ended;
    serving.kill("SIGINT");
    const file = join(state, "report.html");
    spawnSync(process.execPath, [...program, "report", run, "--format", "html", "-o", file], { env, stdio: "ignore" });
    await pictured(browser, `file://${file}`, join(pictures, "report.png"), 900);
  } finally {
    await browser.close();
    rmSync(state, { recursive: true, force: true });
  }
}

/** Resolves with the program's output when it contains `text`. */
function said(child, text) {
  return new Promise((resolve, reject) => {
    let all = "";
    child.stdout.on("data", (chunk) => {
      all += String(chunk);
      if (all.includes(text)) resolve(all);
    });
    child.once("close", () => reject(new Error(`ended without "${text}": ${all.slice(-500)}`)));
  });
}

async function pictured(browser, where, path, height) {
  const page = await browser.newPage();
  await page.setViewport({ width: WIDTH, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  await page.goto(where, { waitUntil: "domcontentloaded" });
  await page.waitForFunction("document.querySelector('main') !== null");
  if (where.startsWith("http")) await page.waitForFunction("document.getElementById('link').className === 'live'");
  await page.screenshot({ path });
  await page.close();
}
