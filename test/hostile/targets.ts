/** Every reader of foreign text: each takes a text and answers, or refuses it with an error for a person. */
import { fc } from "../properties.ts";
import { z } from "zod";
import * as director from "../../src/foundation/adapters/bosh/answers.ts";
import { CfReader } from "../../src/foundation/adapters/cf/reader.ts";
import * as cf from "../../src/foundation/adapters/cf/resources.ts";
import type { CfSession } from "../../src/foundation/adapters/cf/session.ts";
import { DockerCli } from "../../src/foundation/adapters/cells/docker.ts";
import { EtcdByCurl } from "../../src/foundation/adapters/cells/etcd.ts";
import { sha256 } from "../../src/engine/journal/line.ts";
import { readJournal } from "../../src/engine/journal/reading.ts";
import { replay } from "../../src/engine/state/replay.ts";
import { fromLogs } from "../../src/discovery/sources/from-logs.ts";
import { loadRunbook } from "../../src/engine/runbook/load.ts";
import { AnsweringShell } from "../foundation/adapters/cells/answering-shell.ts";
import { StreamedLogs } from "../fakes/streamed-logs.ts";
import { error as s3Error, type FaultyServer, page, text as saying } from "../archive/adapters/s3/faulty-server.ts";
import { ACTIONS } from "../engine/runbook/actions.ts";
import { damagedTexts, damage, damaged, HOSTILE_TEXTS, type Json, tornText, written } from "./mutations.ts";
import * as samples from "./samples.ts";

export interface Target {
  readonly name: string;
  /** Part of the budget: work over a socket is dear. */
  readonly share: number;
  readonly inputs: fc.Arbitrary<string>;
  /** Throws RecoverErrors only. */
  run(input: string): unknown;
}

const target = (name: string, inputs: fc.Arbitrary<string>, run: Target["run"], share = 1): Target => ({
  ...{ name, inputs, run, share },
});

const ID = "4f".repeat(32);

export const TARGETS: readonly Target[] = [
  target("runbook", tornText(fc.constantFrom(...samples.runbooks())), (input) => loadRunbook(input, "x.yml", ACTIONS)),
  target("log", logs(), (input) => fromLogs({ files: filesOf(input), patterns: ["*"] })),
  target("journal", journals(), (input) => replay(readJournal(Buffer.from(input), "journal.jsonl").entries)),
  target("docker-inspect", damagedTexts([samples.INSPECTED]), async (stdout) => {
    await new DockerCli(new AnsweringShell({ stdout })).inspect("cf-x");
    await new DockerCli(new AnsweringShell({ stdout: `${ID}\n` }, { stdout })).list();
  }),
  target("docker-ps", tornText(fc.constant(`${ID}\n${ID}\n`)), (stdout) =>
    new DockerCli(new AnsweringShell({ stdout }, { stdout: "[]" })).list(),
  ),
  target("etcd", damagedTexts(samples.ETCD), async (body) => {
    for (const status of ["200", "404", "503"]) {
      const answer = { stdout: `${body}\n${status}` };
      await settled(new EtcdByCurl(new AnsweringShell(answer), "10.0.0.1:4001").get("/service/x"));
      await settled(new EtcdByCurl(new AnsweringShell(answer), "10.0.0.1:4001").list("/service"));
    }
  }),
  target("cf-page", damagedTexts(samples.CF_PAGES), async (stdout) => {
    const reader = new CfReader(sessionSaying(stdout));
    await settled(reader.list("/v3/service_instances", {}));
    await settled(reader.get("/v3/service_instances/x"));
  }),
  target("cf-resource", damagedTexts(samples.CF_RESOURCES), async (input) => {
    const document = jsonOr(input);
    const shapes = [cf.instance, cf.usageEvent, cf.auditEvent, cf.plan, cf.binding, cf.credentials, cf.app];
    for (const shape of shapes) await settled(() => cf.readAs<unknown>(shape, document, "/v3/x"));
    await settled(() => cf.appInstances(cf.readAs(cf.process, document, "/v3/x"), { resources: [] }));
  }),
  target("director", damagedTexts(samples.DIRECTOR), async (input) => {
    const document = await settled(() => director.parseJson(input, "/info"));
    await settled(() => director.parseLines(input, "/tasks/1/output"));
    for (const shape of [
      director.directorInfo,
      director.deployments,
      director.locks,
      director.tasks,
      director.sshResults,
    ])
      await settled(() => director.readAs<unknown>(shape, document, "/x"));
    await settled(() => director.toInstance("d", director.readAs(director.instance, document, "/x")));
    director.failureText(input);
  }),
];

/** Against a server that is asked over a socket. */
export function s3Target(server: FaultyServer): Target {
  const pages = fc.record({
    keys: fc.array(fc.constantFrom(...HOSTILE_TEXTS.slice(0, 13), "x/a", "x/../b"), { maxLength: 4 }),
  });
  const inputs = tornText(pages.map(({ keys }) => page({ keys: keys.map(escaped) })));
  return target(
    "s3-xml",
    inputs,
    async (body) => {
      server.script(saying(200, body));
      await settled(server.store().reader().list("bucket", "x/"));
      server.script(saying(403, body), s3Error(403, "AccessDenied"));
      await settled(server.store().reader().list("bucket", "x/"));
    },
    0.02,
  );
}

const escaped = (key: string): string => key.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A refusal is as good as an answer: an error that is no RecoverError goes on. */
async function settled<T>(work: Promise<T> | (() => T)): Promise<T | undefined> {
  try {
    return await (typeof work === "function" ? work() : work);
  } catch (thrown) {
    if (isRefusal(thrown)) return undefined;
    throw thrown;
  }
}

/** A person can do something with it; a defect of ours is none. */
export function isRefusal(thrown: unknown): boolean {
  const refusal = z.object({
    name: z.literal("RecoverError"),
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
  });
  const read = refusal.safeParse(thrown);
  return read.success && read.data.code !== "internal" && read.data.message.length < LONGEST_MESSAGE;
}

const LONGEST_MESSAGE = 1_000;

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function logs(): fc.Arbitrary<string> {
  const lines = samples.logLines();
  const documents = lines.flatMap((line): [string, Json][] => {
    const at = line.indexOf('{"timestamp":');
    const json = at < 0 ? undefined : (jsonOr(line.slice(at)) as Json);
    return typeof json === "object" && json !== null ? [[line.slice(0, at), json]] : [];
  });
  const whole = tornText(fc.constantFrom(...lines));
  const inside = tornText(
    fc.tuple(fc.constantFrom(...documents), damage).map(([[head, json], harm]) => head + written(damaged(json, harm))),
  );
  return fc.array(fc.oneof(whole, inside, inside), { minLength: 1, maxLength: 5 }).map((all) => all.join("\n"));
}

/** Entries that are damaged, and chained as they must be: else nobody would look into them. */
function journals(): fc.Arbitrary<string> {
  const all = samples.journals();
  const chained = fc
    .tuple(fc.constantFrom(...all), fc.nat(1_000), damage, fc.boolean())
    .map(([lines, part, harm, chain]) => {
      const at = part % lines.length;
      let prev: string | undefined;
      return lines
        .map((line, index) => {
          const entry = JSON.parse(line) as { [key: string]: Json };
          const harmed = index === at ? damaged(entry, harm) : entry;
          const isMap = typeof harmed === "object" && harmed !== null && !Array.isArray(harmed);
          const text = written(chain && isMap && prev !== undefined ? Object.assign({}, harmed, { prev }) : harmed);
          prev = sha256(Buffer.from(text));
          return `${text}\n`;
        })
        .join("");
    });
  return fc.oneof(chained, chained, tornText(chained));
}

function filesOf(input: string) {
  const bytes = Buffer.from(input);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  };
  return new StreamedLogs([{ path: "fuzz.log", modifiedAt: new Date("2026-11-21T00:00:00Z"), chunks }]);
}

/** A cf that prints the same for every call. */
function sessionSaying(stdout: string): CfSession {
  const saying = {
    run: () => Promise.resolve({ code: 0, stdout, stderr: "" }),
    logInAgain: () => Promise.resolve(),
    mask: (text: string) => text,
  };
  return saying as unknown as CfSession;
}
