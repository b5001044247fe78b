/** Writes what the tool says of itself into dist: the help of every command as text, and as a manual page. After tsc. */
import { writeFileSync } from "node:fs";
import { renderHelp } from "../dist/cli/render-help.js";
import { manualPage } from "./manual-page.mjs";

const file = (name) => new URL(`../dist/${name}`, import.meta.url);
const help = await renderHelp();

writeFileSync(file("help.json"), JSON.stringify(help));
writeFileSync(file("dingo-recover.1"), manualPage(help));
