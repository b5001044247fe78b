/** An archive out of fixtures/archive/reported, in memory: its real WAL, and in place of its base backup one that is nearly empty. */
import { readFileSync } from "node:fs";
import { decompressed } from "../../src/archive/compression/decompressed.ts";
import { lzop } from "../../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../../src/rehearsal/world/formats/tar.ts";
import { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { packed } from "./restorable-archive.ts";
import { bytesOf, vitalMembers } from "./vital-members.ts";
import { OLD } from "./sample-archive.ts";

export type Reported = "partial-under-full-name" | "reborn-cluster" | "segments-64MB";

interface Listed {
  readonly at: string;
  readonly text?: string;
}

const folder = (name: Reported): URL => new URL(`../../fixtures/archive/reported/${name}/`, import.meta.url);

export async function reportedArchive(name: Reported): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  const listed = JSON.parse(readFileSync(new URL("objects.json", folder(name)), "utf8")) as Record<string, Listed>;
  const texts = Object.values(listed).flatMap(({ text }) => text ?? []);
  const history = Object.keys(listed).find((key) => key.endsWith(".backup.lzo")) ?? "";
  const label = (await unpacked(name, history)).toString().replace(/^STOP .*\n/gmu, "");
  for (const [key, { at, text }] of Object.entries(listed)) {
    const content = text ?? (key.startsWith("wal_005/") ? packed(await unpacked(name, key)) : partOf(texts, label));
    store.seed(OLD.bucket, `${OLD.prefix}/${key}`, content, { lastModified: at });
  }
  return store;
}

/** The content of a WAL object of the report. */
export async function unpacked(name: Reported, key: string): Promise<Buffer> {
  const file = readFileSync(new URL(key.replace("wal_005/", "").replace(/lzo$/, "zst"), folder(name)));
  const pieces: Uint8Array[] = [];
  for await (const piece of decompressed(once(file), "zstd")) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** With the system identifier and the label, and as large as the sentinel says. */
function partOf(texts: readonly string[], label: string): Buffer {
  const systemId = texts.find((text) => /^\d+\n?$/.test(text)) ?? "";
  const [, expanded] = /"expanded_size_bytes": (\d+)/.exec(texts.join()) ?? [];
  const vital = vitalMembers("", systemId.trim(), { release: "15", label });
  const files = [...vital, { name: "base/1/1", content: [Number(expanded) - bytesOf(vital)] }];
  return lzop(tar(files), { mtime: 0, fileMode: 0 });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
