import { describe, expect, it } from "vitest";
import { harmlessOnly, shown } from "../../src/discovery/lines/safe-text.ts";

describe("shown text", () => {
  it("steers no terminal", () => {
    const text = shown("a\u001b]0;owned\u0007b\u0000c\u009b31m\u202ed\r\ne");

    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain("\\u001b]0;owned");
  });

  it.each([
    ["postgres://appuser:hunter2@10.0.0.1:5432/postgres", "hunter2"],
    ['{"Username":"containers","Password":"hunter2"}', "hunter2"],
    ["map[NODE_NAME:x POSTGRES_PASSWORD:hunter2 node-count:1]", "hunter2"],
    ['"Env"=>["AWS_SECRET_ACCESS_KEY=hunter2", "X=1"]', "hunter2"],
    ["password: hunter2 # of the superuser", "hunter2"],
    ['{\\"password\\":\\"hunter2\\"}', "hunter2"],
    ["key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"],
    ["Authorization token=hunter2", "hunter2"],
    ["Authorization: Bearer hunter2", "hunter2"],
    ["sent Basic aHVudGVyMjpodW50ZXIy", "aHVudGVyMjpodW50ZXIy"],
    ["postgres://u:a@hunter2@10.0.0.1/db", "hunter2"],
    ['password: "x\\"hunter2"', "hunter2"],
    ['{\\"password\\":\\"x\\\\\\"hunter2\\"}', "hunter2"],
    ['{\\\\"password\\\\":\\\\"hunter2\\\\"}', "hunter2"],
    [`private_key: "${"x".repeat(450)}hunter2"`, "hunter2"],
    ["key -----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----", "hunter2"],
    ["key -----BEGIN PRIVATE KEY-----\\nhunter2", "hunter2"],
    ["passphrase=hunter2", "hunter2"],
    ['"pass":"hunter2"', "hunter2"],
    ["api_key := hunter2", "hunter2"],
    ["psql --password hunter2hunter2 -h x", "hunter2"],
    ["ALTER ROLE admin ENCRYPTED PASSWORD 'it''s hunter2'", "hunter2"],
    ["GET /b?X-Amz-Signature=hunter2", "hunter2"],
    [`Authorization: Bearer ${"x".repeat(1200)}hunter2`, "hunter2"],
    ["https://admin@corp:hunter2@10.0.0.1/v2", "hunter2"],
    ['"https://admin:a\\"hunter2@10.0.0.1/v2"', "hunter2"],
    ['{"passwords":["a","hunter2"]}', "hunter2"],
    ['{"password":{"old":"a","value":"hunter2"}}', "hunter2"],
    ["password:\n  hunter2", "hunter2"],
    ["password:\\n  hunter2", "hunter2"],
    ["password\\t=\\thunter2", "hunter2"],
    ["password          =          hunter2", "hunter2"],
    ["curl -u admin:hunter2 https://10.0.0.1", "hunter2"],
    ["curl --user 'admin:hunter2' https://10.0.0.1", "hunter2"],
    ["<password>hunter2</password>", "hunter2"],
    ["10.0.0.1:5432:postgres:admin:hunter2", "hunter2"],
  ])("hides the secret in %s", (text, secret) => {
    expect(shown(text)).not.toContain(secret);
    expect(shown(text)).toContain("********");
  });

  it.each(["the node passed: 3 of 4", "Basic plan", "no password is known", "a bypass of nodes"])(
    "leaves %s",
    (text) => {
      expect(shown(text)).toBe(text);
    },
  );

  it("keeps nothing of a long text in memory but what is shown", () => {
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({ length: 100 }, (_each, index) => shown(String(index).padEnd(1_000_000, "x")));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
    expect(kept).toHaveLength(100);
  });

  it("is bounded", () => {
    expect(shown("x".repeat(1_000_000)).length).toBeLessThan(3000);
  });
});

describe("lager data", () => {
  it("shows only fields known to hold no secret", () => {
    const data = {
      "instance-id": "a",
      backends: [{ Password: "pw" }],
      cluster: { plan_id: "p", admin_credentials: "pw" },
    };
    expect(harmlessOnly(data)).toEqual({
      "instance-id": "a",
      backends: "********",
      cluster: { plan_id: "p", admin_credentials: "********" },
    });
  });
});
