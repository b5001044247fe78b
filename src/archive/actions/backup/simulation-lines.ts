/**
 * The AWS command lines that tell what a user or role may do to an archive (IAM API reference,
 * SimulatePrincipalPolicy). This tool never tries a right and never asks AWS for it: the line is for a person who may
 * ask.
 */
import { keyIn, type ArchiveLocation } from "../../names/location.ts";
import { isUnknown } from "../../../kit/commands/placeholder.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

/** Deletes of plain objects and, in a bucket that keeps versions, of the versions under them; a push over it. */
const ON_OBJECTS = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"] as const;
/** Rights to change the settings that protect the archive. */
const ON_THE_BUCKET = ["s3:PutLifecycleConfiguration", "s3:PutBucketPolicy", "s3:PutBucketVersioning"] as const;
/** Rights are given for all keys below a prefix. */
const EACH_KEY = "*";
const SOMEBODY = "arn:aws:iam::ACCOUNT:user/NAME";

/** `who`: an ARN; "" for somebody whose ARN is not known here. On the objects, then on the bucket. */
export function simulationLines(location: ArchiveLocation, who: string): readonly [objects: string, bucket: string] {
  const line = (actions: readonly string[], resource: string): string => {
    const simulate = ["aws", "iam", "simulate-principal-policy", "--policy-source-arn", who || SOMEBODY];
    return `${quote([...simulate, "--action-names", ...actions, "--resource-arns"])} ${resourceName(who || SOMEBODY, resource)}`;
  };
  return [line(ON_OBJECTS, `${location.bucket}/${keyIn(location, EACH_KEY)}`), line(ON_THE_BUCKET, location.bucket)];
}

/** In the partition of the user or role, as a word of a command. */
const resourceName = (who: string, resource: string): string =>
  isUnknown(who)
    ? `"arn:$(printf '%s\\n' ${quote([who])} | cut -d: -f2):s3:::"${quote([resource])}`
    : quote([`arn:${who.split(":")[1] ?? "aws"}:s3:::${resource}`]);
