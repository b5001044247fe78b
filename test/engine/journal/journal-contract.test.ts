import { describe, expect, it } from "vitest";
import type { Journal } from "../../../src/engine/journal/journal.ts";
import { MemoryJournal } from "../../../src/engine/journal/memory-journal.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { NOON, note, openJournal } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const secrets = new Secrets();
secrets.register("s3cr3t-value");

const JOURNALS: Readonly<Record<string, () => Journal>> = {
  "on disk": () => openJournal(scratch(), { secrets }),
  "in memory": () => new MemoryJournal({ run: "20261121-120000-test", now: () => NOON, secrets }),
};

describe.each(Object.entries(JOURNALS))("a journal %s", (_name, make) => {
  it("chains what it is given, masked, in order", async () => {
    const journal = make();
    expect(journal).toMatchObject({ run: "20261121-120000-test", epoch: 1, head: "0".repeat(64), entries: [] });
    const one = await journal.append(note("one"));
    const { head } = journal;
    const two = await journal.append(note("s3cr3t-value"));
    expect(journal.entries).toEqual([one, two]);
    expect(two).toMatchObject({ seq: 2, prev: head, data: { text: "********" } });
    await journal.close();
    await journal.close();
  });

  it("keeps evidence", async () => {
    const journal = make();
    const kept = await journal.keep("log", "it was s3cr3t-value");
    expect(await journal.recall(kept)).toBe("it was ********");
    await expect(journal.recall({ ...kept, sha256: "0".repeat(64) })).rejects.toMatchObject({ code: "journal-broken" });
  });

  it("hashes the same entry to the same head for ever", async () => {
    const journal = make();
    await journal.append(note("one"));
    expect(journal.head).toBe("3cf172f6b478a50b0ca9866f22feafeadde78e48bff476e94f54c1dcf17aab9c");
  });
});
