/** The outcome of gpg, by status lines as gpg 2.2.40 wrote them. */
import { describe, expect, it } from "vitest";
import { openingOf, privateKeysRead } from "../../../../src/archive/adapters/gpg/status.ts";

const lines = (...words: readonly string[]): readonly string[] => words.map((word) => `[GNUPG:] ${word}`);
const HAD = ["ENC_TO 9D182BC661D89F17 1 0", "DECRYPTION_KEY A B u", "BEGIN_DECRYPTION"];
const END = ["DECRYPTION_FAILED", "END_DECRYPTION"];
const failure = (code: number) => lines("ENC_TO A 1 0", `ERROR pkdecrypt_failed ${code}`, "BEGIN_DECRYPTION", ...END);

describe("a message that gpg was given", () => {
  it("is whole if it says so, and its sum holds", () => {
    const whole = lines(...HAD, "DECRYPTION_INFO 2 9 0", "PLAINTEXT 62 1 ", "DECRYPTION_OKAY", "GOODMDC");
    expect(openingOf(0, whole)).toEqual({ opening: "whole" });
    expect(openingOf(0, lines(...HAD, "DECRYPTION_INFO 0 9 2", "PLAINTEXT 62 1 ", "DECRYPTION_OKAY"))).toEqual({
      opening: "whole",
    });
    expect(openingOf(2, whole)).not.toEqual({ opening: "whole" });
    expect(openingOf(undefined, whole)).toEqual({ opening: "not-told" });
  });

  it.each([
    ["cut or changed", lines(...HAD, "DECRYPTION_INFO 2 9 0", "PLAINTEXT 62 1 ", "BADMDC", ...END), 2],
    ["broken in its content", lines(...HAD, "DECRYPTION_INFO 2 9 0", "PLAINTEXT 62 1 ", ...END), 2],
    ["broken right behind its session key", lines(...HAD, "NODATA 3", ...END), 2],
    ["broken in its session key", failure(33554450), 2],
    ["cut in its first packet, which ends with 0", lines("NODATA 3"), 0],
    ["cut in its first bytes, of which nothing is said", [], 0],
    ["no message", lines("NODATA 1", "NODATA 2"), 2],
  ])("is damaged if it is %s", (_how, status, code) => {
    expect(openingOf(code, status).opening).toBe("damaged");
  });

  it.each([
    ["another key", lines("ENC_TO A 1 0", "NO_SECKEY A", "BEGIN_DECRYPTION", ...END), ["A"]],
    ["two other keys", lines("NO_SECKEY A", "NO_SECKEY B", ...END), ["A", "B"]],
    ["a passphrase alone", lines("NEED_PASSPHRASE_SYM 9 3 2", "MISSING_PASSPHRASE", "BEGIN_DECRYPTION", ...END), []],
  ])("is encrypted to %s", (_what, status, keys) => {
    expect(openingOf(2, status)).toEqual({ opening: "other-key", keys });
  });

  it("needs a passphrase that is missing, or wrong", () => {
    expect(openingOf(2, failure(67108875))).toEqual({ opening: "locked", passphrase: "wrong" });
    expect(openingOf(2, failure(67109041))).toEqual({ opening: "locked", passphrase: "missing" });
  });

  it("has no sum of its content: nobody could tell a change", () => {
    const without = lines(
      ...HAD,
      "DECRYPTION_INFO 0 2 0",
      "PLAINTEXT 62 1 ",
      "ERROR nomdc_with_legacy_cipher 152",
      ...END,
    );
    expect(openingOf(2, without)).toEqual({ opening: "unprotected" });
    expect(openingOf(0, lines(...HAD, "DECRYPTION_INFO 0 2 0", "PLAINTEXT 62 1 ", "DECRYPTION_OKAY"))).toEqual({
      opening: "unprotected",
    });
  });

  it("is not told of where nothing says why it was not opened", () => {
    expect(openingOf(2, lines("FAILURE decrypt 4294967295"))).toEqual({ opening: "not-told" });
    expect(openingOf(2, failure(67108873))).toEqual({ opening: "not-told" });
  });
});

it("counts the private keys of an import", () => {
  expect(privateKeysRead(lines("IMPORT_OK 17 A", "IMPORT_RES 1 0 1 0 0 0 0 0 0 1 1 0 0 0 0"))).toBe(1);
  expect(privateKeysRead(lines("IMPORT_RES 1 0 1 0 0 0 0 0 0 0 0 0 0 0 0"))).toBe(0);
  expect(privateKeysRead([])).toBe(0);
});
