/** Whose keys speak to the store: those that read archives, and those that write. Without others for sources they are the same. */
import { RecoverError } from "../../../errors.ts";
import { S3Connection, type S3Credentials, type S3Settings } from "./connection.ts";

export interface KeyPairsSettings extends S3Settings {
  /** For sources alone. Asked once. Default: `credentials`. */
  readonly sourceCredentials?: () => Promise<S3Credentials>;
}

export interface KeyPairs {
  /** Never gets a permit: it can change nothing, even if its keys could. */
  readonly reading: S3Connection;
  readonly writing: S3Connection;
}

export function openKeyPairs({ sourceCredentials, ...settings }: KeyPairsSettings): KeyPairs {
  const writing = new S3Connection(settings);
  const reading =
    sourceCredentials === undefined ? writing : new S3Connection({ ...settings, credentials: sourceCredentials });
  return { reading, writing };
}

/** Asks with the reading keys first. If they may not be told, asks with the writing keys, when there are any. */
export async function askedByEither<T>(
  { reading, writing }: KeyPairs,
  ask: (connection: S3Connection) => Promise<T>,
  isAnswer: (answer: T) => boolean,
): Promise<T> {
  const answer = await ask(reading);
  if (reading === writing || isAnswer(answer)) return answer;
  try {
    const other = await ask(writing);
    return isAnswer(other) ? other : answer;
  } catch (error) {
    // Who only reads has no others.
    if (error instanceof RecoverError && error.code === "not-logged-in") return answer;
    throw error;
  }
}
