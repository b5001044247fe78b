/**
 * Makes src/discovery/scan/kernel-bytes.ts from src/discovery/scan/kernel.wat:
 *
 *   npx node test/discovery/scan/assemble-kernel.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import wabt from "wabt";

const SOURCE = new URL("../../../src/discovery/scan/kernel.wat", import.meta.url);
const TARGET = new URL("../../../src/discovery/scan/kernel-bytes.ts", import.meta.url);
const WIDTH = 100;

/** The module that the source says, as WebAssembly's binary format has it. */
export async function assembleKernel(): Promise<Uint8Array> {
  const toolkit = await wabt();
  const module = toolkit.parseWat("kernel.wat", readFileSync(SOURCE, "utf8"), { simd: true, bulk_memory: true });
  try {
    module.validate();
    return module.toBinary({ write_debug_names: false }).buffer;
  } finally {
    module.destroy();
  }
}

function asTypeScript(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64");
  const lines = text.match(new RegExp(`.{1,${WIDTH}}`, "g")) ?? [];
  return [
    "/** kernel.wat, assembled by test/discovery/scan/assemble-kernel.ts: a test compares the two. */",
    "export const KERNEL_BASE64 = [",
    ...lines.map((line) => `  "${line}",`),
    '].join("");',
    "",
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  writeFileSync(TARGET, asTypeScript(await assembleKernel()));
