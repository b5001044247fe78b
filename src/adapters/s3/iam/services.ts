/**
 * Where the keys of a store are asked about: STS and IAM of AWS ("AWS STS endpoints and quotas", "IAM endpoints and quotas",
 * AWS General Reference), or those that the usual variables name. S3's kin have none as a rule.
 */
import type { AwsService, S3Connection } from "../connection.js";

export interface AwsServices {
  readonly sts: AwsService;
  readonly iam: AwsService;
}

/** Undefined where nobody names any, and the store is not AWS's own. `region` is the bucket's. */
export function servicesOf(
  { endpoint, variable }: { readonly endpoint: string; readonly variable: (name: string) => string | undefined },
  region: string,
): AwsServices | undefined {
  const own = isOfAws(endpoint) ? awsServices(region) : undefined;
  const sts = variable("AWS_ENDPOINT_URL_STS") || own?.sts.endpoint;
  const iam = variable("AWS_ENDPOINT_URL_IAM") || own?.iam.endpoint;
  if (!sts || !iam) return undefined;
  return {
    sts: { service: "sts", region, endpoint: sts },
    iam: { service: "iam", region: own?.iam.region ?? region, endpoint: iam },
  };
}

export const servicesBeside = (connection: S3Connection, region: string): AwsServices | undefined =>
  servicesOf({ endpoint: connection.endpoint, variable: (name) => connection.variable(name) }, region);

function isOfAws(endpoint: string): boolean {
  return URL.canParse(endpoint) && /(?:^|\.)amazonaws\.com(?:\.cn)?$/i.test(new URL(endpoint).hostname);
}

/** IAM is one for each partition, and is signed for where it is. */
function awsServices(region: string): AwsServices {
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const sts = { service: "sts", region, endpoint: `https://sts.${region}.${suffix}` };
  if (region.startsWith("cn-")) return { sts, iam: iamAt("cn-north-1", `iam.cn-north-1.${suffix}`) };
  if (region.startsWith("us-gov-")) return { sts, iam: iamAt("us-gov-west-1", `iam.us-gov.${suffix}`) };
  return { sts, iam: iamAt("us-east-1", `iam.${suffix}`) };
}

const iamAt = (region: string, host: string): AwsService => ({ service: "iam", region, endpoint: `https://${host}` });
