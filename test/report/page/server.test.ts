import { get, type IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { PageServer, type Shown } from "../../../src/report/page/server.ts";

const TOKEN = "cd".repeat(32);
const shown = (version: string, now = "at work"): Shown => ({ html: `<p>${version}</p>`, now, version });

let server: PageServer | undefined;
afterEach(async () => await server?.close());

async function start(): Promise<{ page: PageServer; address: string }> {
  server = new PageServer(TOKEN, shown("1"));
  return { page: server, address: await server.listen(0) };
}

const open = (address: string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(address, { headers, agent: false }, resolve).on("error", reject);
  });

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}

/** The values that a reader of the changes hears, one after the other. */
async function* heard(response: IncomingMessage): AsyncGenerator {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    rest += String(chunk);
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const [event, data = ""] = [rest.slice(0, end), /^data: (.*)$/mu.exec(rest.slice(0, end))?.[1]];
      rest = rest.slice(end + 2);
      if (event.startsWith("data: ")) yield JSON.parse(data);
    }
  }
}

describe("the page's server", () => {
  it("listens on loopback alone, and gives its page unkept, unframed and to nobody's referrer", async () => {
    const { address } = await start();
    expect(address).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${TOKEN}/$`, "u"));
    const response = await open(address);
    expect(response.headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-resource-policy": "same-origin",
      "content-type": "text/html; charset=utf-8",
    });
    expect(response.headers["access-control-allow-origin"]).toBeUndefined();
    expect(await textOf(response)).toBe("<p>1</p>");
  });

  it("refuses without a word", async () => {
    const { address } = await start();
    for (const [url, headers, status] of [
      [address.replace(TOKEN, "x"), {}, 404],
      [address, { host: "evil.example" }, 403],
      [`${address}changes`, { origin: "https://evil.example" }, 403],
    ] as const) {
      const response = await open(url, headers);
      expect(response.statusCode).toBe(status);
      expect(await textOf(response)).toBe("");
    }
  });

  it("tells a reader what is shown at once, and each change of it once", async () => {
    const { page, address } = await start();
    const changes = heard(await open(`${address}changes`));
    const next = async (): Promise<unknown> => (await changes.next()).value;
    expect(await next()).toEqual({ version: "1", now: "at work" });
    page.show(shown("1"));
    page.show(shown("1", "waits"));
    expect(await next()).toEqual({ version: "1", now: "waits" });
    page.show(shown("2", "line\nend"));
    expect(await next()).toEqual({ version: "2", now: "line\nend" });
    expect(await textOf(await open(address))).toBe("<p>2</p>");
  });

  it("has a last reader, and ends with readers connected", async () => {
    const { page, address } = await start();
    const readers = await Promise.all(Array.from({ length: 51 }, () => open(`${address}changes`)));
    expect(readers.map(({ statusCode }) => statusCode).toSorted()).toEqual([
      ...Array.from({ length: 50 }, () => 200),
      503,
    ]);
    const ended = Promise.all(readers.map(async (reader) => await textOf(reader.resume()).catch(() => "")));
    await page.close();
    server = undefined;
    await ended;
  });
});
