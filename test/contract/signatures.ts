/** Whoever signs and judges signatures, with files of keys as people have them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { RecoverError } from "../../src/errors.js";
import type { Signatures } from "../../src/ports/signatures.js";

export interface SignaturesFixture {
  readonly signatures: Signatures;
  /** For files of the suite. */
  readonly directory: string;
  /** Makes a key, and gives the file with its private half; the public one lies beside it as FILE.pub. */
  makeKey(name: string, passphrase?: string): Promise<string>;
  /** `ssh-ed25519 AAAA…` */
  publicKey(file: string): string;
}

const AT = new Date("2026-11-24T12:00:00Z");

export function signaturesContract(name: string, open: () => Promise<SignaturesFixture>): void {
  describe(`signatures, by ${name}`, () => {
    let fixture: SignaturesFixture;
    let ann: string;
    let ben: string;
    let signature: string;
    beforeAll(async () => {
      fixture = await open();
      ann = await fixture.makeKey("ann");
      ben = await fixture.makeKey("ben");
      signature = await fixture.signatures.sign("the text\n", ann);
    });

    const allowed = (...lines: readonly string[]): string => {
      const file = join(fixture.directory, "allowed_signers");
      writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
      return file;
    };
    const judged = (content: string, lines: readonly string[], text = signature) =>
      fixture.signatures.signer(content, text, { allowedSigners: allowed(...lines), at: AT });

    it("names whom the file knows, by all names that it has for the key", async () => {
      const key = await fixture.signatures.fingerprint(ann);
      const lines = [`ben@x ${fixture.publicKey(ben)}`, `ann@x,ann@y ${fixture.publicKey(ann)}`];
      expect(await judged("the text\n", lines)).toEqual({ kind: "known", principals: ["ann@x", "ann@y"], key });
    });

    it("gives the same fingerprint for either half of a key", async () => {
      const { signatures } = fixture;
      expect(await signatures.fingerprint(ann)).toMatch(/^SHA256:.{43}$/u);
      expect(await signatures.fingerprint(`${ann}.pub`)).toBe(await signatures.fingerprint(ann));
    });

    it("tells a key that the file does not know, or that no file is there to know", async () => {
      const key = await fixture.signatures.fingerprint(ann);
      expect(await judged("the text\n", [`ben@x ${fixture.publicKey(ben)}`])).toEqual({ kind: "stranger", key });
      expect(await fixture.signatures.signer("the text\n", signature, { at: AT })).toEqual({ kind: "stranger", key });
    });

    it("takes a pattern for nobody's name", async () => {
      expect(await judged("the text\n", [`*@x ${fixture.publicKey(ann)}`])).toMatchObject({ kind: "stranger" });
    });

    it.each<readonly [string, string]>([
      ["for another use", 'namespaces="git"'],
      ["no longer", 'valid-before="20261123"'],
      ["not yet", 'valid-after="20261126"'],
    ])("does not know a key that the file allows %s", async (_when, options) => {
      const found = await judged("the text\n", [`ann@x ${options} ${fixture.publicKey(ann)}`]);
      expect(found.kind).toBe("stranger");
    });

    it.each<readonly [string, string, (whole: string) => string]>([
      ["over another text", "another text\n", (whole) => whole],
      ["that is cut", "the text\n", (whole) => whole.slice(0, 120)],
      ["that is none", "the text\n", () => "yes, go on\n"],
      ["that is nothing", "the text\n", () => ""],
      ["that is endless", "the text\n", (whole) => whole + "A".repeat(100_000)],
    ])("says of a signature %s that it does not fit", async (_what, content, damage) => {
      const lines = [`ann@x ${fixture.publicKey(ann)}`];
      expect(await judged(content, lines, damage(signature))).toEqual({ kind: "unfit" });
    });

    it("says which key cannot sign, and what helps", async () => {
      const locked = await fixture.makeKey("locked", "open sesame");
      for (const key of [locked, `${ben}.pub.nothing`]) {
        const error = await fixture.signatures.sign("the text\n", key).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(RecoverError);
        expect(error).toMatchObject({ code: "key-unusable", place: key, effect: "none" });
      }
    });
  });
}
