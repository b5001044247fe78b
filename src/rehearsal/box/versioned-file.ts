/**
 * A file that is replaced often and must never be read half: `NAME.N.json`, the highest N counts. A rename over an
 * existing name would make ext4 flush the new content first (auto_da_alloc), many times a second.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class VersionedFile {
  readonly #directory: string;
  readonly #name: string;
  #version: number;

  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#name = name;
    this.#version = Math.max(0, ...this.#versions());
  }

  get isThere(): boolean {
    return this.#version > 0;
  }

  /**
   * Throws a refusal of the file system (ENOSPC) a second time, outside of any caller. A server of the box would answer
   * with the first one, as if it belonged to the foundation; the box must end.
   */
  write(text: string): void {
    try {
      this.#replace(text);
    } catch (refused) {
      setImmediate(() => {
        throw refused;
      });
      throw refused;
    }
  }

  #replace(text: string): void {
    const next = this.#path(this.#version + 1);
    writeFileSync(`${next}.part`, text, { mode: 0o600 });
    renameSync(`${next}.part`, next);
    if (this.#version > 0) rmSync(this.#path(this.#version), { force: true });
    this.#version += 1;
  }

  read(): string {
    return readFileSync(this.#path(this.#version), "utf8");
  }

  #path(version: number): string {
    return join(this.#directory, `${this.#name}.${version}.json`);
  }

  #versions(): number[] {
    const pattern = new RegExp(`^${this.#name}\\.(\\d+)\\.json$`);
    return readdirSync(this.#directory).flatMap((file) => {
      const version = pattern.exec(file)?.[1];
      return version === undefined ? [] : [Number(version)];
    });
  }
}
