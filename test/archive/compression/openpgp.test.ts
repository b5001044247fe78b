import { describe, expect, it } from "vitest";
import { LZOP_MAGIC } from "../../../src/archive/reading/facts.ts";
import { startsLikeOpenPgp } from "../../../src/archive/compression/openpgp.ts";

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("the beginning of an OpenPGP message", () => {
  it.each([
    ["RSA, old format, two bytes of length", "85 01 0c 03 9d 3f 5b 52 c1"],
    ["elliptic curves, old format, one byte of length", "84 5e 03 12 34 56 78 9a bc"],
    ["new format, one byte of length", "c1 5e 03 12 34 56 78 9a bc"],
    ["new format, two bytes of length", "c1 c0 4c 03 9d 3f 5b 52 c1"],
    ["a passphrase", "8c 0d 04 09 03 02 60 61 62"],
  ])("is recognised: %s", (_what, hex) => {
    expect(startsLikeOpenPgp(bytes(hex))).toBe(true);
  });

  it.each([
    ["an lzop file", Buffer.from(LZOP_MAGIC).toString("hex")],
    ["one byte all over", "85 85 85 85 85 85 85 85 85"],
    ["gzip", "1f 8b 08 00 00 00 00 00 00"],
    ["zstd", "28 b5 2f fd 04 00 00 00 00"],
    ["text", "50 6f 73 74 67 72 65 53 51"],
    ["nothing", ""],
    ["a tag and no more", "85"],
  ])("is not seen in %s", (_what, hex) => {
    expect(startsLikeOpenPgp(bytes(hex))).toBe(false);
  });
});
