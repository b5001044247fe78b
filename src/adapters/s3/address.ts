/**
 * Where a bucket is spoken to. With an endpoint of one's own: in its path. Without one the SDK says it, which knows
 * partitions, dual stack, FIPS and the shared configuration of AWS.
 */
import type * as S3Sdk from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { encoded } from "./wire/signature.js";
import type { Address } from "./wire/exchange.js";

export function addressAt(endpoint: string, bucket: string): Address {
  const url = new URL(endpoint);
  const path = `${url.pathname.replace(/\/+$/, "")}/${encoded(bucket)}`;
  return addressOf({ protocol: url.protocol, hostname: url.hostname, port: Number(url.port) || undefined, path });
}

/** What the SDK would send a request about the bucket to; nothing is sent. */
export async function addressBySdk(client: S3Client, sdk: typeof S3Sdk, bucket: string): Promise<Address> {
  const command = new sdk.HeadBucketCommand({ Bucket: bucket });
  let built: unknown;
  command.middlewareStack.add(
    () => (args) => {
      built = args.request;
      return Promise.reject(new Error("only the address was wanted"));
    },
    { step: "build", name: "addressOnly" },
  );
  try {
    await client.send(command);
  } catch (error) {
    if (built === undefined) throw error;
  }
  return addressOf(built as Parts);
}

interface Parts {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
}

function addressOf({ protocol, hostname, port, path }: Parts): Address {
  const secure = protocol === "https:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { secure, host, port: port ?? (secure ? 443 : 80), base: path.replace(/\/+$/, "") };
}
