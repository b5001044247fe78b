/** The SDK's client for one region: made here alone, and everything that it sends goes by `network.ts`. */
import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type * as S3Sdk from "@aws-sdk/client-s3";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { Network } from "./network.ts";
import type { Patience } from "./patience.ts";

export type Sdk = typeof S3Sdk;

/** AWS's variables for its own addresses are not meant for another store. */
const OWN_WAYS = { useDualstackEndpoint: false, useFipsEndpoint: false };

interface ClientTerms {
  readonly region: string;
  /** Undefined: the SDK's own ways to AWS. */
  readonly endpoint: string | undefined;
  /** Undefined: in the path of an endpoint, as AWS likes it for AWS. */
  readonly addressStyle: "path" | "virtual" | undefined;
  /** Undefined: the standard chain of AWS. */
  readonly credentials: S3ClientConfig["credentials"];
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly silenceMs: number;
  readonly patience: Patience;
}

export function makeClient(sdk: Sdk, terms: ClientTerms): S3Client {
  const { region, endpoint, addressStyle, credentials, agents, silenceMs, patience } = terms;
  const client = new sdk.S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, ...OWN_WAYS }),
    forcePathStyle: (addressStyle ?? (endpoint === undefined ? "virtual" : "path")) === "path",
    ...(credentials === undefined ? {} : { credentials }),
    // Old stores know no checksums at the end of a body, nor bodies in signed chunks.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false,
    retryStrategy: patience,
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      socketTimeout: silenceMs,
      throwOnRequestTimeout: true,
    },
    logger: SILENT,
  });
  const handler: unknown = new Network(client.config.requestHandler);
  client.config.requestHandler = handler as typeof client.config.requestHandler;
  // It copies each answer for a log that nobody keeps.
  client.middlewareStack.remove("loggerMiddleware");
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const answer = result.response as { statusCode: number; body: unknown };
      if (answer.body instanceof Uint8Array) judge(answer, context.commandName ?? "", answer.body);
      return result;
    },
    { step: "deserialize", priority: "low", name: "wholeDocument" },
  );
  return client;
}

function judge(answer: { statusCode: number; body: unknown }, command: string, body: Uint8Array): void {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  if (answer.statusCode >= 300) {
    if (!isRefusal(text)) answer.body = new Uint8Array();
    return;
  }
  const judged = documentOf(command, text);
  if (judged.isError) answer.statusCode = 500;
  else if (judged.text !== text) answer.body = Buffer.from(judged.text);
}

/** Only the user interface prints. */
const SILENT = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** By the names of the SDK's commands. */
const ROOTS: Readonly<Record<string, string>> = {
  ListObjectsV2Command: "ListBucketResult",
  ListObjectsCommand: "ListBucketResult",
  CopyObjectCommand: "CopyObjectResult",
  UploadPartCopyCommand: "CopyPartResult",
  CreateMultipartUploadCommand: "InitiateMultipartUploadResult",
  CompleteMultipartUploadCommand: "CompleteMultipartUploadResult",
  GetBucketLocationCommand: "LocationConstraint",
  GetBucketLifecycleConfigurationCommand: "LifecycleConfiguration",
  GetBucketVersioningCommand: "VersioningConfiguration",
  GetObjectLockConfigurationCommand: "ObjectLockConfiguration",
  GetObjectTaggingCommand: "Tagging",
};

/** Values that the SDK would turn into nothing, another character, zero or false. */
const CHANGED = [
  /&(?!(?:amp|lt|gt|quot|apos|#\d{1,4}|#x[\da-f]{1,4});)/iu,
  /<(?:Size|KeyCount|Days|Years)(?:\/|>(?!\d{1,15}<))/u,
  /<IsTruncated(?:\/|>(?!true<|false<))/u,
] as const;

const BEGINNING = /^\s*(?:<\?[^>]*\?>\s*)?<([^\s/>]+)/u;

/**
 * True when the text begins like a refusal of a store. Any other text is not for the SDK to read, for example a proxy's
 * page.
 */
const isRefusal = (text: string): boolean => BEGINNING.exec(text)?.[1] === "Error";

type Judged = { readonly isError: true } | { readonly isError: false; readonly text: string };

/**
 * Refuses answers that the SDK would accept: another document than the one that was asked for, one that goes on behind
 * its end, and values that the SDK would change. The SDK itself refuses a document that is cut. Half an answer must not
 * read as a whole one.
 *
 * An error, though the answer is a success: the store said 200 before it knew how a copy ends (S3 API reference, CopyObject).
 */
function documentOf(command: string, text: string): Judged {
  const root = ROOTS[command];
  if (root === undefined) return { isError: false, text };
  const name = BEGINNING.exec(text)?.[1];
  if (name === "Error") return { isError: true };
  if (name !== root) throw new Error(`it is no ${root}`);
  const end = text.indexOf(`</${root}>`);
  const behind = end < 0 ? text.replace(/^[^]*?\/>/u, "") : text.slice(end + root.length + 3);
  if (behind.trim() !== "") throw new Error(`it is no whole ${root}`);
  if (CHANGED.some((pattern) => pattern.test(text))) throw new Error("it has values that no store writes");
  // The SDK reads the text of a root only if that has attributes.
  return { isError: false, text: text.replace("<LocationConstraint>", '<LocationConstraint xmlns="">') };
}
