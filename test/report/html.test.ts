import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ReportDocument } from "../../src/report/document.ts";
import { code, list, paragraph, plain, section, strong, table } from "../../src/report/document.ts";
import { htmlOf } from "../../src/report/html.ts";

const EVIL = `a\u001b[2Jb <script>x</script> <img src=x onerror=y> "'& \u202e</title></style></pre>`;

const DOCUMENT: ReportDocument = {
  title: EVIL,
  warnings: [[strong("Look:"), plain(` ${EVIL} `), code(EVIL)]],
  sections: [
    ...section(EVIL, [
      paragraph(plain(EVIL)),
      ...table(["", ""], [["target", `${EVIL}\nsecond`]]),
      ...table(["UTC", EVIL], [[EVIL, EVIL]]),
      ...list([EVIL]),
      { kind: "code", language: "json", content: EVIL },
      { kind: "picture", title: EVIL, svg: `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>` },
    ]),
  ],
};

describe("a report in HTML", () => {
  const html = htmlOf(DOCUMENT);

  it("holds no element, attribute or control character of what it tells about", () => {
    expect(html).not.toMatch(/<script|<img src=x|onerror=y>/u);
    expect(html.match(/<(?:title|style|pre)>/gu)).toHaveLength(3);
    expect(html.match(/<\/(?:title|style|pre)>/gu)).toHaveLength(3);
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/u);
    expect(html).toContain("a\\u001b[2Jb &lt;script&gt;");
  });

  it("knows the run that it goes on with, if it is live", () => {
    const live = htmlOf(DOCUMENT, { script: "", run: '20260101-000000-abcd"', version: "1", now: "at work" });
    expect(live).toContain('data-run="20260101-000000-abcd&quot;"');
    expect(html).not.toContain("data-run");
  });

  it("allows its own style sheet and pictures within it, and nothing else", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/u.exec(html)?.[1] ?? "";
    const style = /<style>([^]*?)<\/style>/u.exec(html)?.[1] ?? "";
    const digest = createHash("sha256").update(style).digest("base64");
    expect(policy.split("; ").toSorted()).toEqual(
      [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "img-src data:",
        `style-src 'sha256-${digest}'`,
      ].toSorted(),
    );
    expect(html.match(/\b(?:src|href)="([^"]*)"/gu)).toEqual([
      'href="#part-1"',
      expect.stringMatching(/^src="data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+"$/u),
    ]);
    expect(html).not.toMatch(/style="|\bon[a-z]+="/u);
  });

  it("names language, parts and rows for who cannot see it", () => {
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('<a href="#part-1">');
    expect(html).toContain('<h2 id="part-1">');
    expect(html).toContain('<th scope="row">target</th>');
    expect(html).toContain('<th scope="col">UTC</th>');
    expect(html.match(/<div class="wide" role="region" tabindex="0" aria-label="/gu)).toHaveLength(2);
    expect(html).toMatch(/<img alt="a/u);
  });

  it("never breaks a time", () => {
    const blocks = table(["UTC"], [["2026-11-21 02:13:49Z"], ["2026-11-21 02:13:49Z <b>"]]);
    const cells = htmlOf({ title: "x", warnings: [], sections: section("y", blocks) });
    expect(cells).toContain('<td class="time">2026-11-21 02:13:49Z</td>');
    expect(cells).toContain('<td><span class="time">2026-11-21 02:13:49Z</span> &lt;b&gt;</td>');
  });

  it("keeps the lines of a cell", () => {
    expect(html).toContain("<br>second</td>");
  });
});
