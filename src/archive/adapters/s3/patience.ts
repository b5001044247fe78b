/**
 * When the SDK sends a request again. Reads: after anything that may pass. Changes: only after "slow down", and after a date
 * that the store refused, which say that nothing was done (law 4: in doubt, a change is probed and never silently retried).
 */
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { Clock } from "../../../ports/clock.ts";
import { answerOf, type Failure, failureOf } from "./failure.ts";

const READ_ATTEMPTS = 4;
const THROTTLED_ATTEMPTS = 8;
/** When others are served: pauses of some seconds, again and again, for some minutes. */
const PATIENT_ATTEMPT = 4;
const MOST_THROTTLED_ATTEMPTS = 100;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 20_000;

/** Milliseconds to wait before attempt `attempt + 1`, or undefined to give up. Attempts count from 1. */
export function pauseBefore(failure: Failure, reads: boolean, attempt: number): number | undefined {
  if (failure.kind === "throttled" && attempt < THROTTLED_ATTEMPTS) {
    return Math.min(failure.retryAfterMs ?? backOff(attempt + 1), LONGEST_PAUSE_MS * 3);
  }
  if (failure.kind === "transient" && reads && attempt < READ_ATTEMPTS) return backOff(attempt);
  return undefined;
}

/** Doubling, with jitter so that sixteen callers do not come back together. */
function backOff(attempt: number): number {
  const full = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return Math.round(full * (0.5 + Math.random() / 2));
}

export interface PatienceTerms {
  readonly reads: boolean;
  readonly clock: Clock;
  /** Requests that ended well, of all. A store that serves others meanwhile is busy and not gone: then patience lasts. */
  readonly served: { count: number };
}

type Strategy = Extract<S3ClientConfig["retryStrategy"], { readonly acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy["acquireInitialRetryToken"]>>;
type Told = Parameters<Strategy["refreshRetryTokenForRetry"]>[1];

/** How far one request has come; the pause is over when the SDK gets it. */
class Attempts implements Token {
  all = 1;
  counted = 1;

  served: number;

  constructor(served: number) {
    this.served = served;
  }

  readonly getRetryCount = (): number => this.all - 1;
  readonly getRetryDelay = (): number => 0;
}

export class Patience implements Strategy {
  readonly #terms: PatienceTerms;

  constructor(terms: PatienceTerms) {
    this.#terms = terms;
  }

  acquireInitialRetryToken(): Promise<Attempts> {
    return Promise.resolve(new Attempts(this.#terms.served.count));
  }

  async refreshRetryTokenForRetry(token: Token, { error }: Told): Promise<Token> {
    if (!(token instanceof Attempts)) throw givenUp();
    const { reads, clock, served } = this.#terms;
    const failure = failureOf(error);
    if (failure.kind === "throttled" && served.count > token.served && token.all < MOST_THROTTLED_ATTEMPTS) {
      token.counted = Math.min(token.counted, PATIENT_ATTEMPT);
      token.served = served.count;
    }
    // The SDK has the store's clock by now.
    const isSkew = answerOf(error).name === "RequestTimeTooSkewed" && token.all === 1;
    const pause = isSkew ? 0 : pauseBefore(failure, reads, token.counted);
    if (pause === undefined) throw givenUp();
    await clock.sleep(pause);
    token.all += 1;
    token.counted += 1;
    return token;
  }

  recordSuccess(): void {
    this.#terms.served.count += 1;
  }
}

/** The SDK then throws the request's own error. */
const givenUp = (): Error => new Error("it is not sent again");
