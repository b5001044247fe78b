import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { smallContent } from "../../../src/archive/compression/small-content.ts";
import { lzop } from "../../../src/rehearsal/world/formats/lzop.ts";

/** `lzop -1` 1.04 of the histories that they are compared with: one compressed, one stored as it is. */
const THREE_SWITCHES =
  "iUxaTwANChoKEEAgoAlAAgEDAAANAACBpGsB2csAAAAAADmWBKIAAAB9AAAAUzL/JugAHjEJMC8zMDAwMDk4CW5vIHJlY292ZXJ5IHRhcmdldCBzcGVjaWZpZWQKCjIJMC80MCADpAADMwkwLzUwMqQADHJnZXQgc3BlY2lmaWVkChEAAAAAAAA=";
const ONE_SWITCH =
  "iUxaTwANChoKEEAgoAlAAgEDAAANAACBpGsB2csAAAAAADmWBKIAAAApAAAAKe5UDOUxCTAvOTAwMDAwMAlubyByZWNvdmVyeSB0YXJnZXQgc3BlY2lmaWVkCgAAAAA=";
const REASON = "no recovery target specified\n";

const lzopContent = (file: Uint8Array): Promise<Uint8Array | undefined> => smallContent(file, "lzo");

const textIn = async (file: Uint8Array): Promise<string | undefined> => {
  const content = await lzopContent(file);
  return content === undefined ? undefined : Buffer.from(content).toString();
};

describe("an lzop file", () => {
  it("of the real program is read, compressed or stored", async () => {
    expect(await textIn(Buffer.from(ONE_SWITCH, "base64"))).toBe(`1\t0/9000000\t${REASON}`);
    expect(await textIn(Buffer.from(THREE_SWITCHES, "base64"))).toBe(
      `1\t0/3000098\t${REASON}\n2\t0/4000098\t${REASON}\n3\t0/5000098\t${REASON}`,
    );
  });

  it("of the foundation in a box is read back as it was written, runs of zeros included", async () => {
    const content = fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 3_000 })));
    await fc.assert(
      fc.asyncProperty(content, async (runs) => {
        const plain = runs.map((run) => (typeof run === "number" ? run : Buffer.from(run)));
        const bytes = Buffer.concat(plain.map((run) => (typeof run === "number" ? Buffer.alloc(run) : run)));
        const read = await lzopContent(lzop(plain, { mtime: 0, fileMode: 0 }));
        expect(read === undefined ? undefined : Buffer.compare(Buffer.from(read), bytes)).toBe(0);
      }),
    );
  });

  it("that is cut anywhere has no content, and no byte that is changed makes the reader throw", async () => {
    const file = Buffer.from(THREE_SWITCHES, "base64");
    for (let length = 0; length < file.length; length += 1)
      expect(await lzopContent(file.subarray(0, length))).toBe(undefined);
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (at, value) => {
        const changed = Buffer.from(file);
        changed[at] = value;
        await lzopContent(changed);
      }),
    );
  });
});
