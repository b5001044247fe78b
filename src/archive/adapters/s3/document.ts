/**
 * Refuses answers that the SDK would accept: another document than the one that was asked for, one that goes on behind
 * its end, and values that the SDK would change. The SDK itself refuses a document that is cut. Half an answer must not
 * read as a whole one.
 */

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
export const isRefusal = (text: string): boolean => BEGINNING.exec(text)?.[1] === "Error";

export type Judged = { readonly isError: true } | { readonly isError: false; readonly text: string };

/** An error, though the answer is a success: the store said 200 before it knew how a copy ends (S3 API reference, CopyObject). */
export function documentOf(command: string, text: string): Judged {
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
