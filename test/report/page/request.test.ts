import { describe, expect, it } from "vitest";
import { judge } from "../../../src/report/page/request.ts";

const ADDRESS = { port: 4711, token: "ab".repeat(32) };
const PAGE = `/${ADDRESS.token}/`;
const from = (headers: Record<string, string> = {}, url = PAGE, method = "GET") =>
  judge({ method, url, headers: { host: "127.0.0.1:4711", ...headers } }, ADDRESS);
const refused = (status: number) => ({ kind: "refused", status });

describe("who may look at the page", () => {
  it("is who has its address, by its number or as localhost", () => {
    expect(from()).toEqual({ kind: "page" });
    expect(from({ host: "localhost:4711" })).toEqual({ kind: "page" });
    expect(from({ "sec-fetch-site": "none" })).toEqual({ kind: "page" });
    expect(from({ "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:4711" }, `${PAGE}changes`)).toEqual({
      kind: "changes",
    });
    expect(from({}, PAGE, "HEAD")).toEqual({ kind: "page" });
    expect(from({}, `${PAGE}changes`, "HEAD")).toEqual({ kind: "refused", status: 405 });
  });

  it.each([
    ["a name that leads here by somebody's DNS", { host: "evil.example:4711" }],
    ["another port", { host: "127.0.0.1:80" }],
    ["no host", { host: "" }],
    ["a script of another site", { origin: "https://evil.example" }],
    ["a page in a file", { origin: "null" }],
    ["a link on another site", { "sec-fetch-site": "cross-site" }],
    ["another program's page on this machine", { "sec-fetch-site": "same-site" }],
  ])("is not %s", (_what, headers) => {
    expect(from(headers)).toEqual(refused(403));
    expect(from(headers, `${PAGE}changes`)).toEqual(refused(403));
  });

  it.each([
    ["no address", "/"],
    ["half of it", `/${"ab".repeat(16)}/`],
    ["nearly it", `/${"ab".repeat(31)}ac/`],
    ["without its end", `/${ADDRESS.token}`],
    ["something below it", `${PAGE}x`],
    ["a way around", `${PAGE}../${ADDRESS.token}/`],
    ["with a question", `${PAGE}?x`],
  ])("is not who gives %s", (_what, url) => {
    expect(from({}, url)).toEqual(refused(404));
  });

  it("is nobody who wants to change something", () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) expect(from({}, PAGE, method)).toEqual(refused(405));
  });
});
