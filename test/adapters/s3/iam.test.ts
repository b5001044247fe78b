/**
 * A server on loopback in the place of STS, IAM and S3: it answers in the forms of the API references, and knows no policy.
 * What a real IAM makes of real policies is not shown here.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createServer, type Server } from "node:http";
import { openArchiveStore } from "../../../src/adapters/s3/archive-store.js";
import { principalOf } from "../../../src/adapters/s3/iam/principal.js";
import { servicesOf } from "../../../src/adapters/s3/iam/services.js";
import type { SimulatedRights } from "../../../src/ports/object-store.js";
import { Secrets } from "../../../src/secrets.js";
import { StillClock } from "../../fakes/still-clock.js";

const ACCOUNT = "123456789012";
const USER = `arn:aws:iam::${ACCOUNT}:user/backups/wal-e`;
const QUESTION = {
  who: "",
  bucket: "our-backups",
  key: "shop/wal_005/1",
  objectActions: ["s3:DeleteObject", "s3:PutObject"],
  bucketActions: ["s3:PutBucketPolicy"],
};

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly fields: URLSearchParams;
  readonly owner: string | undefined;
}
type Answer = readonly [number, string];
/** A body that comes byte by byte and never ends. */
const DRIPS = "drips";

const asked: Asked[] = [];
let answers: (one: Asked) => Answer = () => [500, ""];
let server: Server;
let endpoint = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const owner = request.headers["x-amz-expected-bucket-owner"];
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        authorization: request.headers.authorization ?? "",
        fields: new URLSearchParams(Buffer.concat(pieces).toString()),
        owner: typeof owner === "string" ? owner : undefined,
      };
      asked.push(one);
      const [status, body] = one.method === "HEAD" ? bucketAnswer(one) : answers(one);
      response.writeHead(status);
      if (body !== DRIPS) return void response.end(body);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server is not listening");
  endpoint = `http://127.0.0.1:${bound.port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
afterEach(() => void asked.splice(0));

let bucketAnswer: (one: Asked) => Answer = () => [200, ""];

const identity = (arn: string): Answer => [
  200,
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
];
const refused = (status: number, code: string): Answer => [
  status,
  `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>User: ${USER} is not authorized</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
];
const member = (action: string, decision: string, more = ""): string =>
  `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>${decision}</EvalDecision><MatchedStatements/><MissingContextValues/>${more}</member>`;
const simulation = (members: readonly string[], marker?: string): Answer => [
  200,
  `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>${marker !== undefined}</IsTruncated>${marker === undefined ? "" : `<Marker>${marker}</Marker>`}<EvaluationResults>${members.join("")}</EvaluationResults></SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>`,
];
const actionsIn = ({ fields }: Asked): readonly string[] =>
  [...fields].filter(([name]) => name.startsWith("ActionNames.member.")).map(([, value]) => value);
const everyAction =
  (decision: string, more = "") =>
  (one: Asked): Answer =>
    one.fields.get("Action") === "GetCallerIdentity"
      ? identity(USER)
      : simulation(actionsIn(one).map((action) => member(action, decision, more)));

const secret = "canary-secret-key";
function simulate(
  question: Partial<typeof QUESTION> = {},
  environment: Record<string, string> = {},
  more: { readonly silenceMs?: number } = {},
) {
  const store = openArchiveStore({
    ...more,
    clock: new StillClock(),
    secrets: new Secrets(),
    endpoint,
    region: "eu-west-1",
    credentials: () => Promise.resolve({ accessKeyId: "KEYID", secretAccessKey: secret }),
    environment: { AWS_ENDPOINT_URL_STS: endpoint, AWS_ENDPOINT_URL_IAM: endpoint, ...environment },
  });
  return store.simulate({ ...QUESTION, ...question });
}
const rightsOf = async (...given: Parameters<typeof simulate>): Promise<SimulatedRights> => {
  const found = await simulate(...given);
  if ("why" in found) throw new Error(found.why);
  return found;
};

describe("a simulation of rights", () => {
  it("asks whose keys they are, then IAM, signed for each service, and changes nothing", async () => {
    answers = everyAction("implicitDeny");
    expect(await rightsOf()).toEqual({
      who: USER,
      ownBucket: true,
      rights: ["s3:DeleteObject", "s3:PutObject", "s3:PutBucketPolicy"].map((action) => ({
        ...{ action, decision: "implicit-deny", missing: [] },
      })),
    });
    const posts = asked.filter(({ method }) => method === "POST");
    expect(posts.map(({ fields }) => fields.get("Action"))).toEqual([
      "GetCallerIdentity",
      "SimulatePrincipalPolicy",
      "SimulatePrincipalPolicy",
    ]);
    expect(posts.map(({ authorization }) => /\/eu-west-1\/(\w+)\/aws4_request/.exec(authorization)?.[1])).toEqual([
      "sts",
      "iam",
      "iam",
    ]);
    expect(posts.slice(1).map(({ fields }) => fields.get("ResourceArns.member.1"))).toEqual([
      "arn:aws:s3:::our-backups/shop/wal_005/1",
      "arn:aws:s3:::our-backups",
    ]);
    expect(posts.every(({ url }) => url === "/")).toBe(true);
    expect(asked.every(({ method }) => method === "POST" || method === "HEAD")).toBe(true);
    expect(JSON.stringify(asked)).not.toContain(secret);
  });

  it("does not ask whose keys they are where somebody names them", async () => {
    answers = everyAction("allowed");
    const who = `arn:aws:iam::${ACCOUNT}:role/pusher`;
    expect((await rightsOf({ who })).who).toBe(who);
    expect(asked.map(({ fields }) => fields.get("Action"))).not.toContain("GetCallerIdentity");
  });

  it("is read over all its pages, and never over a part of them", async () => {
    const [first, second] = [member("s3:DeleteObject", "explicitDeny"), member("s3:PutObject", "allowed")];
    answers = ({ fields }) => (fields.get("Marker") === "next" ? simulation([second]) : simulation([first], "next"));
    const question = { who: USER, bucketActions: [] };
    expect((await rightsOf(question)).rights.map(({ decision }) => decision)).toEqual(["explicit-deny", "allowed"]);
    answers = () => simulation([first], "");
    expect(await simulate(question)).toEqual({ why: expect.stringContaining("not how to get them") as string });
    answers = () => simulation([first], "again");
    expect(await simulate(question)).toEqual({ why: expect.stringContaining("without end") as string });
    answers = () => simulation([first]);
    expect(await simulate(question)).toEqual({ why: expect.stringContaining("s3:PutObject") as string });
  });

  it("tells what the conditions ask for, wherever it stands, and what an organization forbids", async () => {
    const inside =
      "<ResourceSpecificResults><member><EvalResourceName>x</EvalResourceName><EvalResourceDecision>implicitDeny</EvalResourceDecision><MissingContextValues><member>aws:SourceIp</member></MissingContextValues></member></ResourceSpecificResults>";
    answers = everyAction("implicitDeny", inside);
    expect((await rightsOf()).rights[0]?.missing).toEqual(["aws:SourceIp"]);
    const forbidden =
      "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>";
    answers = everyAction("implicitDeny", forbidden);
    expect((await rightsOf()).rights[0]).toMatchObject({ decision: "explicit-deny" });
  });

  it("takes no word for a decision that IAM has not, and no two decisions for one", async () => {
    for (const word of ["constructor", "toString", "__proto__", "Allowed", ""]) {
      answers = everyAction(word);
      expect(await simulate(), word).toEqual({ why: expect.stringContaining("does not say once") as string });
    }
    const allowed =
      "<ResourceSpecificResults><member><EvalResourceName>x</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision></member></ResourceSpecificResults>";
    answers = everyAction("implicitDeny", allowed);
    expect(await simulate()).toEqual({ why: expect.stringContaining("says two things") as string });
  });

  it("reads no answer that is larger than any can be", async () => {
    for (const status of [200, 400]) {
      answers = () => [status, `<GetCallerIdentityResponse>${"<a/>".repeat(1 << 20)}</GetCallerIdentityResponse>`];
      expect(await simulate(), String(status)).toEqual({
        why: expect.stringContaining("more than 2097152 bytes") as string,
      });
    }
  });

  it.each([200, 403])("waits for no answer that comes for ever (%i)", async (status) => {
    answers = () => [status, DRIPS];
    // So long that the first byte is there by then, also on a busy machine.
    expect(await simulate({}, {}, { silenceMs: 1_500 })).toEqual({
      why: expect.stringContaining('"sts": no answer in time') as string,
    });
  });

  it("finds a role by its name where its ARN has a path that its session does not tell", async () => {
    const path = `arn:aws:iam::${ACCOUNT}:role/service/pusher`;
    const allow = everyAction("allowed");
    answers = (one) => {
      const action = one.fields.get("Action");
      if (action === "GetCallerIdentity") return identity(`arn:aws:sts::${ACCOUNT}:assumed-role/pusher/i-1`);
      if (action === "GetRole")
        return [
          200,
          `<GetRoleResponse><GetRoleResult><Role><Arn>${path}</Arn></Role></GetRoleResult></GetRoleResponse>`,
        ];
      return one.fields.get("PolicySourceArn") === path ? allow(one) : refused(404, "NoSuchEntity");
    };
    expect(await rightsOf()).toMatchObject({ who: `arn:aws:sts::${ACCOUNT}:assumed-role/pusher/i-1`, ownBucket: true });
    expect(asked.find(({ fields }) => fields.get("Action") === "GetRole")?.fields.get("RoleName")).toBe("pusher");
  });

  it("tells a bucket of another account, which is refused where its owner is asked for", async () => {
    answers = everyAction("allowed");
    bucketAnswer = ({ owner }) => [owner === undefined ? 200 : 403, ""];
    expect((await rightsOf()).ownBucket).toBe(false);
    expect(asked.find(({ owner }) => owner !== undefined)?.owner).toBe(ACCOUNT);
    bucketAnswer = () => [403, ""];
    expect((await rightsOf()).ownBucket).toBeUndefined();
    bucketAnswer = () => [200, ""];
  });

  it.each<readonly [string, () => Answer, RegExp]>([
    ["may not be asked for", () => refused(403, "AccessDenied"), /AccessDenied: User: .* is not authorized/],
    ["does not work", () => refused(500, "ServiceFailure"), /ServiceFailure/],
    ["is asked of something else", () => [200, "<html></html>"], /it is no GetCallerIdentityResponse/],
    ["is not there", () => refused(404, "NoSuchEntity"), /is not authorized/],
    ["has no result", () => [200, "<GetCallerIdentityResponse></GetCallerIdentityResponse>"], /no result/],
  ])("that %s is no answer, with its reason, and not asked for again and again", async (_, answer, why) => {
    answers = answer;
    expect(await simulate()).toEqual({ why: expect.stringMatching(why) as string });
    expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("is not asked for at a store that is not AWS's, unless somebody names an IAM", async () => {
    const why = await simulate({}, { AWS_ENDPOINT_URL_IAM: "" });
    expect(why).toEqual({ why: expect.stringContaining("not AWS's own") as string });
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
  });
});

describe("where IAM is", () => {
  const none = (): undefined => undefined;
  const at = (endpoint: string, region: string) => {
    const found = servicesOf({ endpoint, variable: none }, region);
    return found && [found.sts.endpoint, found.iam.endpoint, found.iam.region];
  };

  it.each([
    [
      "https://s3.amazonaws.com",
      "eu-west-1",
      "https://sts.eu-west-1.amazonaws.com",
      "https://iam.amazonaws.com",
      "us-east-1",
    ],
    [
      "https://s3.cn-north-1.amazonaws.com.cn",
      "cn-northwest-1",
      "https://sts.cn-northwest-1.amazonaws.com.cn",
      "https://iam.cn-north-1.amazonaws.com.cn",
      "cn-north-1",
    ],
    [
      "https://s3.us-gov-east-1.amazonaws.com",
      "us-gov-east-1",
      "https://sts.us-gov-east-1.amazonaws.com",
      "https://iam.us-gov.amazonaws.com",
      "us-gov-west-1",
    ],
  ])("is told by the store %s in %s", (endpoint, region, ...places) => {
    expect(at(endpoint, region)).toEqual(places);
  });

  it.each(["http://127.0.0.1:9000", "https://amazonaws.com.example.org", "https://notamazonaws.com", "nonsense"])(
    "is not known beside %s",
    (endpoint) => {
      expect(at(endpoint, "us-east-1")).toBeUndefined();
    },
  );
});

describe("whom IAM simulates", () => {
  it.each([
    [USER, USER],
    [`arn:aws:sts::${ACCOUNT}:assumed-role/pusher/session`, `arn:aws:iam::${ACCOUNT}:role/pusher`],
    [`arn:aws-cn:iam::${ACCOUNT}:role/a/b`, `arn:aws-cn:iam::${ACCOUNT}:role/a/b`],
  ])("is told by %s", (arn, entity) => {
    expect(principalOf(arn)).toMatchObject({ is: "entity", arn: entity, account: ACCOUNT });
  });

  it.each([`arn:aws:iam::${ACCOUNT}:root`, `arn:aws:sts::${ACCOUNT}:federated-user/x`, "x", `${USER}\n`, ""])(
    "is nobody for %j",
    (arn) => {
      expect(principalOf(arn).is).toBe("none");
    },
  );
});
