/** The proposals of `init` out of the variables that are set: they stand on the screen, and Enter takes them. */
import { expect, it } from "vitest";
import { checkedBy, interview } from "../../../../src/cli/commands/init/init-questions.ts";
import type { Operator } from "../../../../src/ports/operator.ts";

/** By the setting; each question with a proposal is answered by Enter, the others are left out. */
async function proposed(env: Record<string, string>): Promise<Readonly<Record<string, string>>> {
  const proposals: Record<string, string> = {};
  const operator: Operator = {
    ask: (question) => {
      const text = question.kind === "text" ? question.default : undefined;
      if (text !== undefined) proposals[question.id] = text;
      return Promise.resolve({ value: text ?? "-", by: "operator" });
    },
  };
  await interview({ operator, env, given: new Map(), say: () => undefined, check: () => undefined });
  return proposals;
}

const GATEWAY = { BOSH_GW_HOST: "jump", BOSH_GW_USER: "ubuntu" };

it("a path, an address and the name of a secret's variable are proposed as they are", async () => {
  const env = { ...GATEWAY, BOSH_GW_PRIVATE_KEY: "~/.ssh/jump", BOSH_ENVIRONMENT: "10.0.0.5", BOSH_CLIENT_SECRET: "x" };
  expect(await proposed(env)).toMatchObject({
    "bosh.environment": "10.0.0.5",
    "bosh.client_secret": "env:BOSH_CLIENT_SECRET",
    "bosh.gateway.private_key": "~/.ssh/jump",
  });
});

it("of a key if its path belongs the variable is proposed, and of what else may not be seen nothing", async () => {
  const key = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary-of-a-key\n-----END OPENSSH PRIVATE KEY-----";
  const env = {
    ...GATEWAY,
    BOSH_GW_PRIVATE_KEY: key,
    BOSH_ENVIRONMENT: "https://10.0.0.5",
    BOSH_CA_CERT: key,
    CF_API: "https://admin:canary-of-a-login@api.example.org",
  };
  const proposals = await proposed(env);
  expect(proposals["bosh.gateway.private_key"]).toBe("env:BOSH_GW_PRIVATE_KEY");
  expect(Object.keys(proposals)).not.toContain("bosh.ca_cert");
  expect(Object.keys(proposals)).not.toContain("cf.api");
  expect(JSON.stringify(proposals)).not.toContain("canary");
});

/** The settings in the order in which they were asked, and all that was said. */
async function told(answers: Readonly<Record<string, string[]>>) {
  const asked: string[] = [];
  const said: string[] = [];
  const operator: Operator = {
    ask: (question) => {
      asked.push(question.id);
      const text = answers[question.id]?.shift() ?? (question.kind === "text" ? question.default : undefined);
      return Promise.resolve({ value: text ?? "", by: "operator" });
    },
  };
  const check = checkedBy({ path: "/nowhere/dingo-recover.yml", home: "/nowhere" });
  const values = await interview({ operator, env: {}, given: new Map(), say: (text) => said.push(text), check });
  return { asked, said, values: Object.fromEntries(values) };
}

it("an answer that does not fit is asked again at once, and no other word is quoted for it", async () => {
  const { asked, said, values } = await told({
    "cf.api": ["http:/api example", "api.example.org"],
    "bosh.environment": ["10.0.0.10"],
    "bosh.ca_cert": ["/no/such/file", "-"],
    "bosh.client": ["recovery"],
    "bosh.client_secret": ["command:vault read secret"],
    "bosh.deployment": ["dingo"],
    "bosh.gateway.host": ["two words", "jump"],
    "bosh.gateway.user": ["ubuntu"],
  });
  expect(asked.slice(0, 3)).toEqual(["cf.api", "cf.api", "cf.username"]);
  expect(asked.filter((name) => name === "bosh.gateway.user")).toHaveLength(1);
  expect(said).toEqual([
    expect.stringMatching(/^your answer is no address\. Write the address of the API/u),
    expect.stringMatching(/^your answer names "\/no\/such\/file", which is not there\. /u),
    expect.stringMatching(/^your answer is no host name or address\. /u),
  ]);
  expect(values).toMatchObject({
    "cf.api": "api.example.org",
    "bosh.environment": '"10.0.0.10"',
    "bosh.client": "recovery",
    "bosh.client_secret": '{ command: ["vault", "read", "secret"] }',
    "bosh.deployment": "dingo",
    "bosh.gateway.host": "jump",
  });
});

it("a group whose answers do not fit together is asked again with what was answered", async () => {
  const { asked, said, values } = await told({
    "bosh.gateway.host": ["jump"],
    "bosh.gateway.user": ["-", "ubuntu"],
    "bosh.gateway.private_key": ["-", "-"],
  });
  expect(asked.filter((name) => name === "bosh.gateway.host")).toHaveLength(2);
  expect(said).toEqual([expect.stringContaining('"gateway" lacks "user"')]);
  expect(values).toMatchObject({ "bosh.gateway.host": "jump", "bosh.gateway.user": "ubuntu" });
});
