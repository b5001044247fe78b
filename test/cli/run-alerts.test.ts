import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunAlerts } from "../../src/cli/run-alerts.js";
import type { AlertConfig } from "../../src/config/config.js";
import type { EventBody } from "../../src/engine/event.js";
import { Place } from "./program.js";

type Sent = Readonly<Record<string, unknown>>;
const ALL = ["waiting", "failed", "done"] as const;

function listening(
  alert: AlertConfig,
  more: { unansweredMs?: number; send?: (document: object) => Promise<void> } = {},
) {
  const sent: Sent[] = [];
  const said: string[] = [];
  const send = (document: object): Promise<void> => {
    sent.push(document as Sent);
    return Promise.resolve();
  };
  const alerts = new RunAlerts({
    alert,
    runbook: "recover-deleted-service",
    say: (text) => said.push(text),
    send,
    ...more,
  });
  const hear = (...events: readonly EventBody[]): void => {
    for (const event of events)
      alerts.hear({
        schema: "dingo-recover/event@1",
        time: "2026-11-21T03:07:00.000Z",
        run: "r1",
        ...event,
      });
  };
  return { alerts, sent, said, hear };
}

const BEGAN = {
  type: "run-began",
  runbook: "r",
  title: "R",
  steps: [],
  dryRun: false,
  rehearsal: false,
  resumed: false,
} as const;
const TARGET = { type: "target-fixed", target: "acme/prod/shop" } as const;
const ended = (outcome: "succeeded" | "failed" | "stopped" | "in-doubt", exitCode: number, message?: string) =>
  ({
    type: "run-ended",
    outcome,
    exitCode,
    head: "h",
    ...(message === undefined ? {} : { error: { code: "step-failed", message, remedy: "" } }),
  }) as const;
const QUESTION = {
  type: "question",
  question: { id: "q", kind: "confirm", prompt: "Stop the old one?", why: "", details: [] },
} as const;

describe("telling others of a run", () => {
  it("is off, unless the configuration names what they are to hear", async () => {
    const { alerts, sent, hear } = listening({ webhook: "http://127.0.0.1:1" });
    hear(BEGAN, ended("failed", 12, "no"));
    await alerts.done();
    expect(sent).toEqual([]);
  });

  it("says what was fixed by then, where it stands, and how to look", async () => {
    const { alerts, sent, hear } = listening({ runs: ALL });
    hear(BEGAN, TARGET, ended("failed", 12, "the container did not start"));
    await alerts.done();
    expect(sent).toMatchObject([
      {
        schema: "dingo-recover/run-alert@1",
        what: "failed",
        run: "r1",
        target: "acme/prod/shop",
        exitCode: 12,
        code: "step-failed",
      },
    ]);
    expect(sent[0]?.["text"]).toMatch(
      /^recover-deleted-service of acme\/prod\/shop has failed: the container did not start \(run r1 on /,
    );
  });

  it("tells a run that needs a decision from one that has failed, and from one that somebody stopped", async () => {
    const { alerts, sent, hear } = listening({ runs: ALL });
    hear(
      BEGAN,
      ended("stopped", 13, "a question needs an answer"),
      ended("in-doubt", 14, "in doubt"),
      ended("stopped", 130),
    );
    hear(ended("succeeded", 0), ended("succeeded", 21));
    await alerts.done();
    expect(sent.map(({ what }) => what)).toEqual(["waiting", "waiting", "done", "done"]);
    expect(sent.at(-1)?.["text"]).toContain("with serious findings");
  });

  it("tells of no more than was asked for, and of no dry run", async () => {
    const { alerts, sent, hear } = listening({ runs: ["failed"] });
    hear(BEGAN, ended("succeeded", 0));
    hear({ ...BEGAN, dryRun: true }, ended("failed", 12, "no"));
    await alerts.done();
    expect(sent).toEqual([]);
  });

  it("tells of a question that nobody answers, and of none that somebody does", async () => {
    const heard = new Promise<Sent>((resolve) => {
      const { hear } = listening(
        { runs: ALL },
        { unansweredMs: 1, send: (document) => Promise.resolve(resolve(document as Sent)) },
      );
      hear(BEGAN, QUESTION);
    });
    expect((await heard)["text"]).toContain("waits for a decision; it asks: Stop the old one?");
    const { alerts, sent, hear } = listening({ runs: ALL }, { unansweredMs: 1 });
    hear(BEGAN, QUESTION, { type: "answered", question: "q", by: "operator" });
    await alerts.done();
    expect(sent).toEqual([]);
  });

  it("says what could not be delivered, and goes on", async () => {
    const { alerts, said, hear } = listening(
      { runs: ALL },
      { send: () => Promise.reject(new Error("nobody listens")) },
    );
    hear(BEGAN, ended("failed", 12, "no"), ended("succeeded", 0));
    await alerts.done();
    expect(said).toEqual(["nobody listens", "nobody listens"]);
  });

  it("writes the state of the last run for Prometheus, whatever a target is called", () => {
    const metrics = mkdtempSync(join(tmpdir(), "run-metrics-"));
    const { hear } = listening({ runs: ["failed"], metrics });
    const read = (): string => readFileSync(join(metrics, "dingo_recover_run_recover_deleted_service.prom"), "utf8");
    hear(BEGAN);
    expect(read()).toMatch(/^dingo_recover_run_state\{.*state="running"\} 1$/mu);
    hear({ ...TARGET, target: 'a"b\\c\nd' }, ended("failed", 12, "no"));
    expect(read()).toContain('target="a\\"b\\\\c\\nd",state="failed"} 1\n');
    expect(read()).toMatch(/^dingo_recover_run_exit_code\{.*\} 12$/mu);
    expect(readdirSync(metrics)).toHaveLength(1);
    rmSync(metrics, { recursive: true });
  });
});

describe("a run of the program", () => {
  let server: Server;
  let bodies: string[];
  let place: Place;
  beforeEach(async () => {
    bodies = [];
    place = new Place();
    server = createServer((request, answer) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        bodies.push(body);
        answer.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    place.remove();
    await new Promise((resolve) => server.close(resolve));
  });

  it("posts to the webhook that is a secret by itself, before it ends", async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary-of-the-hook`;
    const alert = { webhook: { env: "HOOK" }, runs: ["failed"], metrics: "metrics" };
    place.configure(JSON.stringify({ alert }));
    const { code, stdout, stderr } = await place.run(["run", "audit-docker-storage"], { HOOK: url, PATH: "/nowhere" });
    expect(code).toBe(15);
    expect(bodies.map((body) => JSON.parse(body) as Sent)).toMatchObject([
      { what: "failed", runbook: "audit-docker-storage", exitCode: 15, code: "docker-missing" },
    ]);
    expect(stdout + stderr + bodies.join("")).not.toContain("canary-of-the-hook");
    const [file = ""] = readdirSync(join(place.directory, "metrics"));
    expect(readFileSync(join(place.directory, "metrics", file), "utf8")).toContain('state="failed"} 1');
  });
});
