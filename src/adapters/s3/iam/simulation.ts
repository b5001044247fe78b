/**
 * SimulatePrincipalPolicy (IAM API reference): what a user or role may do, by its own policies, those of its groups, its
 * boundary and the organization's. It does nothing and asks nothing of the store. What it leaves out: policies of buckets,
 * which for roles it cannot take in at all; ACLs; what narrows a session; resource control policies; an organization's
 * policies with conditions (IAM User Guide, "IAM policy testing with the IAM policy simulator").
 */
import { RecoverError } from "../../../errors.js";
import type { NotSimulated, RightsQuestion, SimulatedRight, SimulatedRights } from "../../../ports/object-store.js";
import type { S3Connection } from "../connection.js";
import { answerOf } from "../failure.js";
import { findRegion } from "../region.js";
import type { Wire } from "../wire/wire.js";
import { childNamed, childrenNamed, childText, type XmlElement } from "../wire/xml.js";
import { principalOf } from "./principal.js";
import { type AwsServices, servicesBeside } from "./services.js";

/** Some actions on two resources: one page is what comes. */
const MOST_PAGES = 20;

/** A refusal, a service that cannot be reached and an answer that is none end in `why`. */
export async function simulateRights(
  connection: S3Connection,
  question: RightsQuestion,
): Promise<SimulatedRights | NotSimulated> {
  try {
    const found = await simulated(connection, question);
    return "who" in found ? found : { ...found, ...boundBy(connection) };
  } catch (error) {
    if (error instanceof RecoverError) return { why: error.message, ...boundBy(connection) };
    throw error;
  }
}

/** A key with `readwrite` deletes what a bucket's policy denies to everybody (seen at MinIO of 2026-02). */
const boundBy = (connection: S3Connection): Pick<NotSimulated, "bucketPolicyBindsNoKeys"> =>
  connection.isMinio ? { bucketPolicyBindsNoKeys: true } : {};

async function simulated(connection: S3Connection, question: RightsQuestion): Promise<SimulatedRights | NotSimulated> {
  const services = servicesBeside(connection, await findRegion(connection, question.bucket));
  if (services === undefined)
    return {
      why: "the store is not AWS's own, and no IAM is named for it (AWS_ENDPOINT_URL_IAM, AWS_ENDPOINT_URL_STS)",
    };
  const caller = question.who === "" ? await callerOf(connection, services) : question.who;
  const principal = principalOf(caller);
  if (principal.is === "none") return { why: `the keys of "${caller}" cannot be simulated: ${principal.why}` };
  const ask = (arn: string): Promise<readonly SimulatedRight[]> => rightsOf({ connection, services, question, arn });
  const { arn, account, role } = principal;
  const rights =
    (await ask(arn).catch(otherwise(role))) ?? (await ask(await roleArn(connection, services, role ?? "")));
  return { who: caller, ownBucket: await isOwnBucket(connection, question.bucket, account), rights };
}

async function callerOf(connection: S3Connection, { sts }: AwsServices): Promise<string> {
  const answer = await connection.askService(sts, "ask whose keys these are at", (wire) =>
    ask(wire, { Action: "GetCallerIdentity", Version: "2011-06-15" }),
  );
  const arn = childText(answer, "Arn");
  if (arn !== undefined && arn !== "") return arn;
  throw half("the answer to GetCallerIdentity has no ARN");
}

/** A role that has a path is not known by its name alone. */
const otherwise =
  (role: string | undefined) =>
  (error: unknown): undefined => {
    const cause = error instanceof RecoverError ? error.cause : undefined;
    if (role === undefined || answerOf(cause).name !== "NoSuchEntity") throw error;
    return undefined;
  };

async function roleArn(connection: S3Connection, { iam }: AwsServices, role: string): Promise<string> {
  const answer = await connection.askService(iam, "ask for the role's ARN at", (wire) =>
    ask(wire, { Action: "GetRole", RoleName: role, Version: VERSION }),
  );
  const found = childNamed(answer, "Role");
  const arn = found === undefined ? undefined : childText(found, "Arn");
  if (arn !== undefined && arn !== "") return arn;
  throw half("the answer to GetRole has no ARN");
}

const VERSION = "2010-05-08";

interface Simulating {
  readonly connection: S3Connection;
  readonly services: AwsServices;
  readonly question: RightsQuestion;
  readonly arn: string;
}

async function rightsOf({
  connection,
  services: { iam },
  question,
  arn,
}: Simulating): Promise<readonly SimulatedRight[]> {
  const partition = arn.split(":")[1] ?? "aws";
  const bucket = `arn:${partition}:s3:::${question.bucket}`;
  const asked = [
    { actions: question.objectActions, resource: `${bucket}/${question.key}` },
    { actions: question.bucketActions, resource: bucket },
  ].filter(({ actions }) => actions.length > 0);
  const found: SimulatedRight[] = [];
  for (const { actions, resource } of asked) {
    const fields = {
      ...{ Action: "SimulatePrincipalPolicy", Version: VERSION, PolicySourceArn: arn },
      ...Object.fromEntries(actions.map((action, index) => [`ActionNames.member.${index + 1}`, action])),
      "ResourceArns.member.1": resource,
    };
    const results = await everyPage((marker) =>
      connection.askService(iam, `simulate the policies of "${arn}" at`, (wire) =>
        ask(wire, marker === undefined ? fields : { ...fields, Marker: marker }),
      ),
    );
    found.push(...actions.map((action) => rightIn(results, action)));
  }
  return found;
}

async function everyPage(
  fetchPage: (marker: string | undefined) => Promise<XmlElement>,
): Promise<readonly XmlElement[]> {
  const results: XmlElement[] = [];
  let marker: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await fetchPage(marker);
    results.push(...membersOf(page, "EvaluationResults"));
    const truncated = childText(page, "IsTruncated");
    if (truncated === "false" || truncated === undefined) return results;
    marker = childText(page, "Marker");
    if (marker === undefined || marker === "") throw half("a page says that more follow and not how to get them");
  }
  throw half("the simulation's answer has pages without end");
}

const DECISIONS = new Map<string, SimulatedRight["decision"]>([
  ["allowed", "allowed"],
  ["explicitDeny", "explicit-deny"],
  ["implicitDeny", "implicit-deny"],
]);

/** Where resources are named, what is missing stands with each of them (IAM API reference, EvaluationResult). */
function rightIn(results: readonly XmlElement[], action: string): SimulatedRight {
  const [result, ...more] = results.filter((each) => childText(each, "EvalActionName") === action);
  const decision = DECISIONS.get((result === undefined ? undefined : childText(result, "EvalDecision")) ?? "");
  if (result === undefined || decision === undefined || more.length > 0)
    throw half(`the simulation does not say once what it comes to for ${action}`);
  const each = membersOf(result, "ResourceSpecificResults");
  // One resource is asked about: what it comes to there is what it comes to.
  if (each.some((part) => childText(part, "EvalResourceDecision") !== childText(result, "EvalDecision")))
    throw half(`the simulation says two things of ${action}`);
  const parts = [result, ...each];
  const organization = childNamed(result, "OrganizationsDecisionDetail");
  // An organization's policies hold whatever a bucket's allow.
  if (organization !== undefined && childText(organization, "AllowedByOrganizations") === "false")
    return { action, decision: "explicit-deny", missing: [] };
  const missing = parts.flatMap((part) => membersOf(part, "MissingContextValues").map(({ text }) => text));
  return { action, decision, missing: [...new Set(missing)].sort() };
}

function membersOf(element: XmlElement, name: string): readonly XmlElement[] {
  const list = childNamed(element, name);
  return list === undefined ? [] : childrenNamed(list, "member");
}

/** HeadBucket with the owner that is expected is refused for another one's ("Verifying bucket ownership", S3 User Guide). */
async function isOwnBucket(connection: S3Connection, bucket: string, account: string): Promise<boolean | undefined> {
  const call = { verb: "look at", place: `s3://${bucket}`, reads: true };
  return connection.exchange(bucket, call, async (wire) => {
    try {
      await wire.send({ method: "HEAD" });
    } catch (error) {
      if (answerOf(error).status === 403) return undefined;
      throw error;
    }
    try {
      await wire.send({ method: "HEAD", headers: { "x-amz-expected-bucket-owner": account } });
      return true;
    } catch (error) {
      if (answerOf(error).status === 403) return false;
      throw error;
    }
  });
}

/** The result inside the answer to one action of the query API (IAM User Guide, "Making query requests"). */
async function ask(
  wire: Wire,
  fields: Readonly<Record<string, string>> & { readonly Action: string },
): Promise<XmlElement> {
  const body = new URLSearchParams(fields).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const answer = await wire.ask({ method: "POST", headers, body }, `${fields.Action}Response`);
  const result = childNamed(answer, `${fields.Action}Result`);
  if (result !== undefined) return result;
  throw half(`the answer to ${fields.Action} has no result`);
}

function half(what: string): RecoverError {
  return new RecoverError("answer-incomplete", what, {
    remedy: "Check what lies between here and AWS.",
    effect: "none",
  });
}
