/** The package as it is installed: from the file that `npm pack` makes, with no registry in reach, into a new place. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect } from "vitest";

export class InstalledPackage {
  readonly place = realpathSync(mkdtempSync(join(tmpdir(), "package-")));
  readonly directory = join(this.place, "prefix/lib/node_modules/dingo-recover");
  readonly program = join(this.place, "prefix/bin/dingo-recover");
  readonly #env = {
    HOME: join(this.place, "home"),
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
    npm_config_cache: join(this.place, "cache"),
    npm_config_registry: "http://127.0.0.1:1/",
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  };

  get home(): string {
    return this.#env.HOME;
  }

  /** The file that `npm pack` has made. */
  get file(): string {
    return join(this.place, readdirSync(this.place).find((name) => name.endsWith(".tgz")) ?? "");
  }

  /** Of the output of `npm run build`. */
  install(): void {
    mkdirSync(this.home);
    const packed = this.run("npm", "pack", resolve("."), "--ignore-scripts", "--pack-destination", this.place);
    expect(packed.status, packed.stderr).toBe(0);
    const done = this.run("npm", "install", "--global", "--prefix", join(this.place, "prefix"), this.file);
    expect(done.status, done.stderr).toBe(0);
  }

  run(command: string, ...words: string[]) {
    const given = { cwd: this.home, env: this.#env, timeout: 300_000, maxBuffer: 1 << 26 };
    return spawnSync(command, words, { ...given, encoding: "utf8" });
  }

  remove(): void {
    rmSync(this.place, { recursive: true, force: true });
  }
}
