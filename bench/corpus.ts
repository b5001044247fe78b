/**
 * Logs of a foundation as a collector writes them, made from a seed: a week of 300 instances on 12 cells, with 40
 * deletions and creations as the last brokers log them (era F, dingo.md §2.2). RFC 3164 with local times, UTC-8, as the real ones.
 */
import { closeSync, openSync, readSync, renameSync, writeSync } from "node:fs";

const BEGIN = Date.UTC(2016, 2, 12);
const SPAN_MS = 7 * 86_400_000;
const ZONE_MS = -8 * 3_600_000;
const CELLS = 12;
const MONTHS = ["Jan", "Feb", "Mar"];

/** How much the logs tell of. */
export interface Kept {
  readonly instances: number;
  readonly deletions: number;
}

const USUAL: Kept = { instances: 300, deletions: 40 };

export interface Deletion {
  readonly guid: string;
  readonly node: string;
  readonly at: Date;
}

export interface Corpus {
  readonly bytes: number;
  readonly deletions: readonly Deletion[];
}

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class Writer {
  readonly #next: () => number;
  readonly #instances: { guid: string; node: string; cell: string }[] = [];
  readonly #size: number;
  readonly #kept: Kept;
  readonly deletions: Deletion[] = [];
  #bytes = 0;
  #second = -1;
  #stamp = "";

  constructor(size: number, kept: Kept, seed = 20160317) {
    this.#size = size;
    this.#kept = kept;
    this.#next = random(seed);
    for (let index = 0; index < kept.instances; index += 1) this.#instances.push(this.#instance(index));
  }

  /** About `wanted` bytes of lines; empty at the end. */
  block(wanted: number): string {
    let text = "";
    while (text.length < wanted && this.#bytes + text.length < this.#size) {
      const ms = BEGIN + (SPAN_MS * (this.#bytes + text.length)) / this.#size;
      text += this.#due(ms) ? this.#delete(ms) : this.#line(ms);
    }
    this.#bytes += text.length;
    return text;
  }

  get bytes(): number {
    return this.#bytes;
  }

  #due(ms: number): boolean {
    return ms - BEGIN >= ((this.deletions.length + 0.5) * SPAN_MS) / this.#kept.deletions;
  }

  #hex(length: number): string {
    let text = "";
    while (text.length < length)
      text += Math.floor(this.#next() * 0x100000000)
        .toString(16)
        .padStart(8, "0");
    return text.slice(0, length);
  }

  #guid(): string {
    const all = this.#hex(32);
    return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join("-");
  }

  #instance(index: number): { guid: string; node: string; cell: string } {
    return { guid: this.#guid(), node: this.#guid(), cell: `10.10.5.${10 + (index % CELLS)}` };
  }

  #head(ms: number, host: string, program: string): string {
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      const local = new Date(ms + ZONE_MS);
      const month = MONTHS[local.getUTCMonth()] ?? "Dec";
      this.#stamp = `${month} ${String(local.getUTCDate()).padStart(2)} ${local.toISOString().slice(11, 19)}`;
      this.#second = second;
    }
    return `${this.#stamp} ${host} ${program}:  `;
  }

  #broker(ms: number, action: string, data: string): string {
    const stamp = `${Math.floor(ms / 1000)}.${String(Math.floor(ms % 1000)).padStart(3, "0")}017992`;
    const source = "dingo-postgresql-broker";
    const json = `{"timestamp":"${stamp}","source":"${source}","message":"${source}.${action}","log_level":1,"data":${data}}`;
    return `${this.#head(ms, "0.router-partition-cac94a070a81fd8f3931.dingo-postgresql-98b09c4b36af74181ee1", "broker.stdout.log")}${json}\n`;
  }

  #delete(ms: number): string {
    const index = Math.floor(this.#next() * this.#kept.instances);
    const { guid, node, cell } = this.#instances[index] ?? this.#instance(index);
    const created = this.#instance(index);
    this.#instances[index] = created;
    this.deletions.push({ guid, node, at: new Date(ms) });
    const id = `"instance-id":"${guid}"`;
    return [
      this.#broker(ms, "deprovision.start", `{${id},"session":"36"}`),
      this.#broker(ms, "scheduler.stop-cluster", `{${id},"plan":{},"steps":["RemoveRandomNode"],"steps-count":1}`),
      this.#broker(ms, "remove-random-node.perform", `{"cell":"${cell}",${id},"node-uuid":"${node}"}`),
      this.#broker(ms, "remove-cluster-assignment", `{"clusterID":"${guid}"}`),
      this.#broker(ms, "deprovision.done", `{${id},"session":"36"}`),
      this.#create(ms, created),
    ].join("");
  }

  #create(ms: number, { guid, node }: { readonly guid: string; readonly node: string }): string {
    const id = `"instance-id":"${guid}"`;
    return [
      this.#broker(ms, "provision.start", `{${id},"session":"37"}`),
      this.#broker(ms, "scheduler.run-cluster", `{${id},"steps":["AddNode"],"steps-count":1}`),
      this.#broker(ms, "add-node.perform", `{${id}}`),
      this.#broker(ms, "add-node.perform.success", `{${id},"member":"${node}"}`),
      this.#broker(ms, "provision.done", `{${id},"session":"37"}`),
    ].join("");
  }

  #line(ms: number): string {
    const kind = this.#next();
    const { guid, node, cell } = this.#instances[Math.floor(this.#next() * this.#kept.instances)] ?? this.#instance(0);
    if (kind < 0.45) return this.#access(ms);
    if (kind < 0.7) return this.#patroni(ms, guid, node, cell);
    if (kind < 0.85)
      return `${this.#head(ms, "10.10.5.3", "vcap.cloud_controller_ng")}{"timestamp":${ms / 1000},"message":"(0.00${this.#hex(3)}s) SELECT * FROM \`apps\` WHERE (\`guid\` = '${this.#guid()}') LIMIT 1","log_level":"debug2","source":"cc.background"}\n`;
    if (kind < 0.95) return this.#haproxy(ms, guid);
    if (kind < 0.99)
      return this.#broker(ms, "last-opration.done", `{"instance-id":"${guid}","session":"${Math.floor(kind * 1e6)}"}`);
    if (kind < 0.9975) return this.#upload(ms, guid, node, cell);
    return this.#broker(ms, "state.load-cluster", `{"instance-id":"${guid}"}`);
  }

  #access(ms: number): string {
    return `${this.#head(ms, "10.10.5.2", "vcap.gorouter")}app-${this.#hex(4)}.apps.example.com - [${new Date(ms).toISOString()}] "GET /api/v1/items/${this.#hex(8)} HTTP/1.1" 200 0 ${Math.floor(this.#next() * 90000)} "-" "Go-http-client/1.1" 10.10.2.${Math.floor(this.#next() * 250)}:4711 x_forwarded_for:"10.10.1.7" vcap_request_id:${this.#guid()} response_time:0.0${this.#hex(6)}\n`;
  }

  #patroni(ms: number, guid: string, node: string, cell: string): string {
    return `${this.#head(ms, cell, `docker/cf-${node}`)}${guid.slice(0, 6)}-patroni> ${new Date(ms).toISOString().slice(0, 23).replace("T", " ").replace(".", ",")} INFO: Lock owner: ${node.replaceAll("-", "_")}; I am ${node.replaceAll("-", "_")}\n`;
  }

  #haproxy(ms: number, guid: string): string {
    return `${this.#head(ms, "10.10.5.4", "haproxy[4242]")}10.10.2.9:${40000 + Math.floor(this.#next() * 20000)} [12/Mar/2016] ${guid} ${guid}_master/leader 1/0/${Math.floor(this.#next() * 900000)} 4711 -- 12/12/0/0/0 0/0\n`;
  }

  #upload(ms: number, guid: string, node: string, cell: string): string {
    const segment = `00000001${this.#hex(16).toUpperCase()}`;
    const prefix = `backups/${guid}/wal/`;
    const time = new Date(ms).toISOString().slice(0, 19);
    return `${this.#head(ms, cell, `docker/cf-${node}`)}        STRUCTURED: time=${time}.123456-00 pid=4711 action=push-wal key=s3://backups/${prefix}wal_005/${segment}.lzo prefix=${prefix} rate=9214.1 seg=${segment} state=complete\n`;
  }
}

export interface CorpusFile {
  readonly path: string;
  /** As a program that logs line by line writes, in 4 KiB; or at once, in 8 MiB. */
  readonly writes: "appended" | "large";
}

/** The same text in each set of files; a set has one file, or several that follow one another in time. */
export function writeCorpus(size: number, sets: readonly (readonly CorpusFile[])[], kept = USUAL): Corpus {
  const writer = new Writer(size, kept);
  const outputs = sets.map((files) => new SetWriter(files, size / files.length));
  for (let text = writer.block(1 << 20); text !== ""; text = writer.block(1 << 20)) {
    const bytes = Buffer.from(text, "latin1");
    for (const output of outputs) output.write(bytes);
  }
  for (const output of outputs) output.close();
  return { bytes: writer.bytes, deletions: writer.deletions };
}

/**
 * Writes the file anew, so that it lies in the page cache as its writer left it. When the system reads a dropped file
 * from the disk again, it uses large folios: ripgrep then takes little more than half of the time (November 2026).
 */
export function writeAnew({ path, writes }: CorpusFile): void {
  const input = openSync(path, "r");
  const fresh = `${path}.fresh`;
  const output = openSync(fresh, "w");
  const bytes = Buffer.alloc(writes === "appended" ? SMALL : LARGE);
  for (let length = readSync(input, bytes); length > 0; length = readSync(input, bytes))
    writeSync(output, bytes, 0, length);
  closeSync(output);
  closeSync(input);
  renameSync(fresh, path);
}

const SMALL = 4096;
const LARGE = 8 << 20;

class SetWriter {
  readonly #files: readonly CorpusFile[];
  readonly #each: number;
  #index = 0;
  #descriptor: number;
  #written = 0;
  #pending: Buffer[] = [];
  #waiting = 0;

  constructor(files: readonly CorpusFile[], each: number) {
    this.#files = files;
    this.#each = each;
    this.#descriptor = openSync(files[0]?.path ?? "", "w");
  }

  /** Whole lines. */
  write(bytes: Buffer): void {
    if (this.#written >= this.#each && this.#index + 1 < this.#files.length) this.#rotate();
    this.#written += bytes.length;
    if (this.#files[this.#index]?.writes === "appended") this.#inPieces(bytes, SMALL);
    else {
      this.#pending.push(bytes);
      this.#waiting += bytes.length;
      if (this.#waiting >= LARGE) this.#flush();
    }
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #rotate(): void {
    this.close();
    this.#index += 1;
    this.#written = 0;
    this.#descriptor = openSync(this.#files[this.#index]?.path ?? "", "w");
  }

  #flush(): void {
    this.#inPieces(Buffer.concat(this.#pending.splice(0)), LARGE);
    this.#waiting = 0;
  }

  #inPieces(bytes: Buffer, size: number): void {
    for (let at = 0; at < bytes.length; at += size)
      writeSync(this.#descriptor, bytes, at, Math.min(size, bytes.length - at));
  }
}
