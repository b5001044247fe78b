/** A list of an API that never ends, or that a proxy repeats: it ends in an error, and in bounded memory. */
import { describe, expect, it } from "vitest";
import { CfReader } from "../../../../src/foundation/adapters/cf/reader.ts";
import type { CfSession } from "../../../../src/foundation/adapters/cf/session.ts";

const PATH = "/v3/service_instances";

interface Saying {
  readonly guid: (page: number) => string;
  readonly next: (page: number) => string | null;
}

/** `asked` counts the pages. */
function endless({ guid, next }: Saying) {
  const asked = { pages: 0 };
  const run = () => {
    const page = ++asked.pages;
    if (page > 50) throw new Error("asked without end");
    const href = next(page);
    const pagination = { total_results: 3, next: href === null ? null : { href } };
    const stdout = JSON.stringify({ resources: [{ guid: guid(page), name: "x".repeat(1000) }], pagination });
    return Promise.resolve({ code: 0, stdout, stderr: "" });
  };
  return { asked, session: { run, mask: (text: string) => text } as unknown as CfSession };
}

const at = (page: number): string => `https://api.example.com${PATH}?page=${page + 1}`;

describe("a list of Cloud Controller", () => {
  it("is read to its last page", async () => {
    const { session } = endless({ guid: String, next: (page) => (page === 3 ? null : at(page)) });
    expect(await new CfReader(session).list(PATH, {})).toHaveLength(3);
  });

  it("is refused if a page comes again, under whichever address", async () => {
    const { session, asked } = endless({ guid: () => "same", next: at });
    await expect(new CfReader(session).list(PATH, {})).rejects.toMatchObject({
      code: "answer-malformed",
      message: expect.stringContaining("has a page without a new resource, and goes on") as string,
    });
    expect(asked.pages).toBe(2);
  });

  it("is refused if it is longer than can be kept", async () => {
    const { session, asked } = endless({ guid: String, next: at });
    await expect(new CfReader(session, 5_000).list(PATH, {})).rejects.toMatchObject({ code: "answer-malformed" });
    expect(asked.pages).toBe(5);
  });
});
