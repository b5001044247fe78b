/** MinIO's AssumeRole: temporary credentials whose inline policy names the calls that they may not do. */
import { createHash, createHmac } from "node:crypto";
import { until } from "./until.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** As the tools and libraries of AWS read them. */
export const variablesOf = ({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
});

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Effect: "Allow" | "Deny";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/** One signed POST; the STS client of the SDK would be a dependency for this call alone. */
export async function assumeRole(
  endpoint: string,
  region: string,
  credentials: S3Credentials,
  policy: Policy,
): Promise<S3Credentials> {
  // MinIO serves objects before it knows its accounts.
  const { status, answer } = await until("MinIO's accounts", 120_000, async () => {
    const answered = await ask(endpoint, region, credentials, policy);
    return answered.answer.includes("Server not initialized") ? undefined : answered;
  });
  return credentialsIn(status, answer);
}

async function ask(
  endpoint: string,
  region: string,
  credentials: S3Credentials,
  policy: Policy,
): Promise<{ readonly status: number; readonly answer: string }> {
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    DurationSeconds: "43200",
    Policy: JSON.stringify(policy),
  }).toString();
  const stamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${stamp.slice(0, 8)}/${region}/sts/aws4_request`;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    host: new URL(endpoint).host,
    "x-amz-date": stamp,
  };
  const names = Object.keys(headers).join(";");
  const canonical = [
    "POST",
    "/",
    "",
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  const key = scope
    .split("/")
    .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n")).toString("hex");
  const response = await fetch(`${endpoint}/`, {
    method: "POST",
    headers: {
      "content-type": headers["content-type"],
      "x-amz-date": stamp,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
    body,
  });
  return { status: response.status, answer: await response.text() };
}

function credentialsIn(status: number, answer: string): S3Credentials {
  const field = (name: string): string => {
    const found = new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1];
    if (found === undefined) throw new Error(`AssumeRole answered ${status}: ${answer}`);
    return found;
  };
  return {
    accessKeyId: field("AccessKeyId"),
    secretAccessKey: field("SecretAccessKey"),
    sessionToken: field("SessionToken"),
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
