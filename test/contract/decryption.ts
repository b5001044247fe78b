/** The programs that open messages of OpenPGP: the stand-in and gpg itself, behind the adapter as it is. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GpgDecryption, type GpgSettings } from "../../src/archive/adapters/gpg/gpg-decryption.ts";
import { OwnHomes } from "../../src/kit/spawn/own-homes.ts";
import { RecoverError } from "../../src/errors.ts";
import { BrokenMessage } from "../../src/ports/decryption.ts";

/** Whose key a message is encrypted to. `locked` is locked by the passphrase "open sesame". */
export type Owner = "ours" | "other" | "locked";

export interface DecryptionFixture {
  /** PATH with the program. */
  readonly path: string;
  /** Files with private keys, and one with a public key alone. */
  readonly keys: Readonly<Record<Owner | "public", string>>;
  encrypt(content: Uint8Array, owner: Owner): Promise<Buffer>;
  close(): Promise<void>;
}

export const PASSPHRASE = "open sesame";

export function decryptionContract(name: string, open: () => Promise<DecryptionFixture>): void {
  describe(`messages of OpenPGP, by ${name}`, () => {
    const content = randomBytes(700_001);
    let fixture: DecryptionFixture;
    let parent: string;
    let message: Buffer;

    beforeAll(async () => {
      fixture = await open();
      message = await fixture.encrypt(content, "ours");
    });
    beforeEach(async () => {
      parent = await mkdtemp("/tmp/dr-gpg-");
      return () => rm(parent, { recursive: true, force: true });
    });
    afterAll(() => fixture.close());

    const decryption = (more: Partial<GpgSettings> = {}): GpgDecryption =>
      new GpgDecryption({
        key: fixture.keys.ours,
        path: fixture.path,
        parent,
        signal: new AbortController().signal,
        ...more,
      });

    const opened = async (bytes: Uint8Array, more: Partial<GpgSettings> = {}): Promise<Buffer> => {
      const gpg = decryption(more);
      try {
        return await all(gpg.clear("an/object", inPieces(bytes)));
      } finally {
        await gpg.close();
        expect(await readdir(parent)).toEqual([]);
      }
    };
    const refused = async (bytes: Uint8Array, more: Partial<GpgSettings> = {}): Promise<unknown> =>
      await opened(bytes, more).catch((error: unknown) => error);

    it("gives what a message holds, and leaves nothing of the key", async () => {
      expect((await opened(message)).equals(content)).toBe(true);
    });

    it("opens many at a time, one after the other if they are too many", async () => {
      const gpg = decryption();
      const found = await Promise.all(
        Array.from({ length: 7 }, async (_, at) => all(gpg.clear(`object ${at}`, inPieces(message)))),
      );
      expect(found.map((each) => each.equals(content))).toEqual(Array<boolean>(7).fill(true));
      const [home = ""] = await readdir(parent);
      expect((await stat(join(parent, home))).mode & 0o777).toBe(0o700);
      await gpg.close();
      expect(await readdir(parent)).toEqual([]);
    });

    it.each<readonly [string, (whole: Buffer) => Buffer]>([
      ["cut", (whole) => whole.subarray(0, whole.length - 70_000)],
      ["cut of its last bytes", (whole) => whole.subarray(0, whole.length - 3)],
      ["changed in one bit", (whole) => Buffer.from(whole.map((byte, at) => (at === 400_000 ? byte ^ 1 : byte)))],
      ["longer by a few bytes", (whole) => Buffer.concat([whole, Buffer.from("and more")])],
      ["cut in its first packet", (whole) => whole.subarray(0, 10)],
    ])("says of a message that is %s that it is broken", async (_how, damage) => {
      expect(await refused(damage(message))).toBeInstanceOf(BrokenMessage);
    });

    it("says of another key that it does not open the message, and to which one it is", async () => {
      const error = await refused(await fixture.encrypt(content, "other"));
      expect(error).toMatchObject({ code: "key-unusable", exitCode: 15, place: "an/object" });
      expect(String(error)).toMatch(/"an\/object" is encrypted to the key [0-9A-F]{16}, and ".*" does not open it/);
    });

    it("says of a passphrase that it is missing, or wrong, and takes the right one", async () => {
      const locked = await fixture.encrypt(content, "locked");
      const key = fixture.keys.locked;
      expect(String(await refused(locked, { key }))).toMatch(/is locked by a passphrase, and no passphrase was given/);
      const wrong = await refused(locked, { key, passphrase: () => Promise.resolve("sesame") });
      expect(String(wrong)).toMatch(/the passphrase that was given does not fit/);
      expect(wrong).toMatchObject({ code: "key-unusable" });
      const right = await opened(locked, { key, passphrase: () => Promise.resolve(PASSPHRASE) });
      expect(right.equals(content)).toBe(true);
    });

    it("takes no file for a key that holds none", async () => {
      for (const [key, says] of [
        [fixture.keys.public, /holds no private key of OpenPGP/],
        ["/nowhere/at/all", /is not there/],
        ["/tmp", /is no file/],
        ["/dev/zero", /is no file/],
        [process.execPath, /bytes, which no key has/],
      ] as const) {
        const error = await refused(message, { key });
        expect(error).toMatchObject({ code: "key-unusable", effect: "none" });
        expect(String(error)).toMatch(says);
      }
    });

    it("gives the failure of the store, and not what gpg makes of half a message", async () => {
      const gpg = decryption();
      const failure = new RecoverError("answer-incomplete", "the store went away", { remedy: "Wait." });
      async function* half(): AsyncGenerator<Uint8Array> {
        yield message.subarray(0, 100_000);
        throw await Promise.resolve(failure);
      }
      await expect(all(gpg.clear("an/object", half()))).rejects.toBe(failure);
      await gpg.close();
    });

    it("ends the program if nobody wants the rest, and lets go of the store", async () => {
      const gpg = decryption();
      const long = await fixture.encrypt(randomBytes(6_000_000), "ours");
      let closed = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield* inPieces(long);
        } finally {
          closed = true;
        }
      }
      for await (const piece of gpg.clear("an/object", source())) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect((await all(gpg.clear("an/object", inPieces(message)))).equals(content)).toBe(true);
      await gpg.close();
      expect(closed).toBe(true);
    });

    it("stops at the signal", async () => {
      const stopper = new AbortController();
      const gpg = decryption({ signal: stopper.signal });
      async function* endless(): AsyncGenerator<Uint8Array> {
        yield message.subarray(0, 100_000);
        stopper.abort();
        await new Promise(() => undefined);
      }
      await expect(all(gpg.clear("an/object", endless()))).rejects.toMatchObject({ code: "interrupted" });
      await gpg.close();
      expect(await readdir(parent)).toEqual([]);
    });

    it.runIf(process.platform === "linux")(
      "removes what a killed process left, with the agent that holds the key",
      async () => {
        const dead = join(parent, nameOfDead(new OwnHomes("gpg", "GNUPGHOME").newName()));
        await mkdir(dead, { mode: 0o700 });
        await writeFile(join(dead, "private-keys"), "secret");
        const agent = spawn("/bin/sleep", ["600"], { env: { GNUPGHOME: dead }, stdio: "ignore" });
        const ended = once(agent, "exit");
        // Neither a living process's, nor one that only looks like ours.
        await mkdir(join(parent, new OwnHomes("gpg", "GNUPGHOME").newName()));
        await symlink("/etc", join(parent, nameOfDead(new OwnHomes("gpg", "GNUPGHOME").newName())));
        const gpg = decryption();
        expect((await all(gpg.clear("an/object", inPieces(message)))).equals(content)).toBe(true);
        await gpg.close();
        expect((await ended)[1]).toBe("SIGKILL");
        const left = await readdir(parent);
        expect(left).toHaveLength(2);
        expect(left).not.toContain(dead);
        expect(await readFile("/etc/passwd", "utf8")).toMatch(/root/);
      },
    );
  });
}

/** No process has that number and that time of start. */
const nameOfDead = (name: string): string => name.replace(/-(\d+)-(\d+)-([0-9a-f]{16})$/, "-4194304-1-$3");

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield await Promise.resolve(bytes.subarray(at, at + 65_536));
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  return Buffer.concat(found);
}

/** A directory for a fixture's files. */
export const fixtureDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), "dr-keys-"));
