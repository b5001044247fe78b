/**
 * Clients of one S3 endpoint: one per region, made when first used. The SDK is loaded then too, and its own retries
 * are off: what is sent again is decided in `retry.ts`.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type * as S3Sdk from "@aws-sdk/client-s3";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { RecoverError } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import type { StoreIdentity } from "../../ports/object-store.js";
import type { Secrets } from "../../secrets.js";
import { failureOf, toRecoverError, type Call } from "./failure.js";
import { pauseBefore, withRetries } from "./retry.js";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Settings {
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, then AWS itself. */
  readonly endpoint?: string;
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, then what the bucket says. */
  readonly region?: string;
  /** Asked once per client. Default: the standard chain of AWS. */
  readonly credentials?: () => Promise<S3Credentials>;
  /** Connections through the gateway hop, or of a rehearsal. */
  readonly agents?: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** Real milliseconds without a byte, after which an answer is given up. */
  readonly silenceMs?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export type Sdk = typeof S3Sdk;
type Speed = "quick" | "slow";

const CONNECT_MS = 15_000;
const SILENCE_MS = 60_000;
/** A store copies gigabytes before it answers. */
const SLOW_FACTOR = 10;
/** Where AWS answers for buckets of all regions. */
const FIRST_REGION = "us-east-1";

export class S3Connection {
  readonly #settings: S3Settings;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #clients = new Map<string, Promise<S3Client>>();
  readonly #regions = new Map<string, string>();
  #sdk: Promise<Sdk> | undefined;

  constructor(settings: S3Settings) {
    this.#settings = settings;
    const keep = { keepAlive: true, maxSockets: 50 };
    this.#agents = settings.agents ?? { http: new HttpAgent(keep), https: new HttpsAgent(keep) };
  }

  /** For messages and identity. */
  get endpoint(): string {
    return this.#customEndpoint ?? "https://s3.amazonaws.com";
  }

  /** The region to speak to before anything is known of a bucket; undefined where nobody has set one. */
  get configuredRegion(): string | undefined {
    const environment = this.#settings.environment ?? process.env;
    return this.#settings.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"];
  }

  warmUp(): void {
    // Who needs it meets the error.
    this.#load().catch(() => undefined);
  }

  async identity(): Promise<StoreIdentity> {
    const region = this.configuredRegion ?? FIRST_REGION;
    const { keyId } = await this.#explained(
      { verb: "log in to", place: "s3://", endpoint: this.endpoint, reads: true },
      async () => this.#login(await this.#client(region, "quick")),
    );
    return { endpoint: this.endpoint, region, keyId };
  }

  knownRegion(bucket: string): string | undefined {
    return this.#regions.get(bucket);
  }

  learnRegion(bucket: string, region: string): void {
    this.#regions.set(bucket, region);
  }

  /** One request about a bucket, in its region; follows one answer that names another region. */
  async send<T>(
    bucket: string,
    call: Omit<Call, "endpoint">,
    request: (client: S3Client, sdk: Sdk) => Promise<T>,
  ): Promise<T> {
    const speed = call.reads ? "quick" : "slow";
    const attempt = async (): Promise<T> => {
      const region = this.#regions.get(bucket) ?? this.configuredRegion ?? FIRST_REGION;
      return request(await this.#client(region, speed), await this.#load());
    };
    return this.#explained({ ...call, endpoint: this.endpoint }, async () => {
      try {
        return await attempt();
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind !== "other-region" || !this.#isNews(bucket, failure.region)) throw error;
        this.learnRegion(bucket, failure.region);
        return attempt();
      }
    });
  }

  /** Waits before a body that broke off is read on; false after too many breaks in a row. */
  async pauseToRead(breaks: number): Promise<boolean> {
    const pause = pauseBefore({ kind: "transient", why: "" }, true, breaks);
    if (pause === undefined) return false;
    await this.#settings.clock.sleep(pause);
    return true;
  }

  async #explained<T>(call: Call, work: () => Promise<T>): Promise<T> {
    try {
      return await withRetries(work, { reads: call.reads, clock: this.#settings.clock, explain });
    } catch (error) {
      if (error instanceof RecoverError) throw error;
      throw toRecoverError(error, call, this.#settings.secrets);
    }
  }

  #isNews(bucket: string, region: string): boolean {
    return region !== "" && region !== (this.#regions.get(bucket) ?? this.configuredRegion ?? FIRST_REGION);
  }

  get #customEndpoint(): string | undefined {
    const environment = this.#settings.environment ?? process.env;
    return this.#settings.endpoint ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  }

  #load(): Promise<Sdk> {
    // The SDK warns about Node 20 on stderr, whoever that belongs to.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
    this.#sdk ??= import("@aws-sdk/client-s3");
    return this.#sdk;
  }

  #client(region: string, speed: Speed): Promise<S3Client> {
    const name = `${region} ${speed}`;
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const made = this.#makeClient(region, speed);
    this.#clients.set(name, made);
    // A failed log-in must not stick: the operator may repair it and resume.
    made.catch(() => this.#clients.delete(name));
    return made;
  }

  async #makeClient(region: string, speed: Speed): Promise<S3Client> {
    const { S3Client } = await this.#load();
    const client = new S3Client(this.#configuration(region, speed));
    await this.#login(client);
    return client;
  }

  #configuration(region: string, speed: Speed): S3ClientConfig {
    const endpoint = this.#customEndpoint;
    const silence = this.#settings.silenceMs ?? SILENCE_MS;
    const { credentials } = this.#settings;
    return {
      region,
      maxAttempts: 1,
      // Newer defaults send checksums that older stores refuse.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        socketTimeout: speed === "quick" ? silence : silence * SLOW_FACTOR,
        httpAgent: this.#agents.http,
        httpsAgent: this.#agents.https,
        logger: SILENT,
      },
      logger: SILENT,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
    };
  }

  /** Resolves the credentials before the first request, so that no message can carry an unknown secret. */
  async #login(client: S3Client): Promise<{ readonly keyId: string }> {
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    this.#settings.secrets.register(secretAccessKey);
    if (sessionToken !== undefined) this.#settings.secrets.register(sessionToken);
    return { keyId: accessKeyId };
  }
}

/** Errors of our own, such as a gateway that cannot be reached, are final here: whoever raised them has retried. */
function explain(error: unknown): ReturnType<typeof failureOf> {
  if (!(error instanceof RecoverError)) return failureOf(error);
  return { kind: "final", code: error.code, why: error.message, remedy: error.remedy };
}

/** Only the user interface prints. */
const SILENT = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
