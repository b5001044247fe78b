/**
 * The connection to one S3 endpoint. Requests go over the wire without the SDK, which takes longer to load than most
 * commands take and four times the processor time for a request; it is loaded where only it knows: the credentials that
 * its chain finds, and the addresses of AWS. What is sent again is decided in `retry.ts`.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type * as S3Sdk from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { RecoverError } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import type { StoreIdentity } from "../../ports/object-store.js";
import type { Secrets } from "../../secrets.js";
import { addressAt, addressBySdk } from "./address.js";
import { answerOf, failureOf, toRecoverError, type Call } from "./failure.js";
import type { Permit } from "./guard/guard.js";
import { refused } from "./guard/place.js";
import { Pace } from "./pace.js";
import { pauseBefore, withRetries } from "./retry.js";
import type { Address } from "./wire/exchange.js";
import { Signer } from "./wire/signature.js";
import { Wire, type WireRequest } from "./wire/wire.js";

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
  /** Bytes that one CopyObject may take. Default: 5 GiB, as AWS has it. */
  readonly largestCopy?: number;
  /** Connections through the gateway hop, or of a rehearsal. */
  readonly agents?: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** Real milliseconds without a byte, after which an answer is given up. */
  readonly silenceMs?: number;
  /** From its abort on no object is read or listed; what is thrown is its reason. */
  readonly readsUntil?: AbortSignal;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export type Sdk = typeof S3Sdk;

/** A call about a bucket; with the permit that a change needs. */
export type BucketCall = Omit<Call, "endpoint"> & { readonly permit?: Permit };

const CONNECT_MS = 15_000;
const SILENCE_MS = 60_000;
/** A store copies gigabytes before it answers. */
const SLOW_FACTOR = 10;
/** What one CopyObject takes: 5 GiB (error text of AWS; MinIO does not enforce it). */
const LARGEST_COPY = 5 * 1024 ** 3;
/** Where AWS answers for buckets of all regions. */
const FIRST_REGION = "us-east-1";

export class S3Connection {
  readonly #settings: S3Settings;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #clients = new Map<string, Promise<S3Client>>();
  readonly #addresses = new Map<string, Promise<Address>>();
  readonly #signers = new Map<string, { readonly credentials: S3Credentials; readonly signer: Signer }>();
  readonly #regions = new Map<string, string>();
  readonly #pace = new Pace();
  readonly #given: (() => Promise<S3Credentials>) | undefined;
  #sdk: Promise<Sdk> | undefined;
  #server = "";

  constructor(settings: S3Settings) {
    this.#settings = settings;
    this.#given = givenCredentials(settings);
    this.#agents = settings.agents ?? {
      http: new HttpAgent({ keepAlive: true }),
      https: new HttpsAgent({ keepAlive: true }),
    };
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

  /** By what the program that answered a read last calls itself; false where none did. */
  get isMinio(): boolean {
    return /^minio/iu.test(this.#server);
  }

  get largestCopy(): number {
    return this.#settings.largestCopy ?? LARGEST_COPY;
  }

  warmUp(): void {
    // Who needs it meets the error.
    if (this.#given === undefined || this.#customEndpoint === undefined) this.#load().catch(() => undefined);
  }

  async identity(): Promise<StoreIdentity> {
    const region = this.configuredRegion ?? FIRST_REGION;
    const { accessKeyId } = await this.#explained(
      { verb: "log in to", place: this.endpoint, endpoint: this.endpoint, reads: true },
      () => this.#login(region),
    );
    return { endpoint: this.endpoint, region, keyId: accessKeyId };
  }

  knownRegion(bucket: string): string | undefined {
    return this.#regions.get(bucket);
  }

  learnRegion(bucket: string, region: string): void {
    this.#regions.set(bucket, region);
  }

  /**
   * One request about a bucket, in its region; follows one answer that names another region. Without a permit it can change
   * nothing.
   */
  async exchange<T>(bucket: string, call: BucketCall, request: (wire: Wire) => Promise<T>): Promise<T> {
    const silence = this.#settings.silenceMs ?? SILENCE_MS;
    const patience = {
      connectMs: CONNECT_MS,
      silenceMs: call.reads && call.slow !== true ? silence : silence * SLOW_FACTOR,
    };
    return this.#inRegion(bucket, call, async (region) => {
      const signer = this.#signerOf(region, await this.#login(region));
      const address = await this.#addressOf(bucket, region);
      const asked = call.reads ? { heard: (server: string): void => void (this.#server = server) } : {};
      const { permit } = call;
      const leave = permit === undefined ? {} : { mayChange: changesOf(bucket, permit) };
      const until = call.alone === true ? this.#settings.readsUntil : undefined;
      return request(new Wire({ agents: this.#agents, address, signer, patience, until, ...asked, ...leave }));
    });
  }

  async #inRegion<T>(bucket: string, call: BucketCall, request: (region: string) => Promise<T>): Promise<T> {
    const stop = (): void => {
      if (call.alone === true) this.#settings.readsUntil?.throwIfAborted();
    };
    const attempt = async (): Promise<T> => {
      stop();
      const region = this.#regions.get(bucket) ?? this.configuredRegion ?? FIRST_REGION;
      try {
        return await this.#pace.run(() => request(region), isThrottle);
      } catch (error) {
        // What was broken off says so and nothing else.
        stop();
        throw error;
      }
    };
    const { permit: _, ...told } = call;
    return this.#explained({ ...told, endpoint: this.endpoint }, async () => {
      try {
        return await attempt();
      } catch (error) {
        const failure = explain(error);
        if (failure.kind !== "other-region" || !this.#isNews(bucket, failure.region)) throw error;
        this.learnRegion(bucket, failure.region);
        return attempt();
      }
    });
  }

  /** Waits before a body that broke off is read on; false after too many breaks in a row. */
  async pauseToRead(breaks: number): Promise<boolean> {
    const pause = pauseBefore({ kind: "transient", why: "" }, true, breaks);
    this.#settings.readsUntil?.throwIfAborted();
    if (pause === undefined) return false;
    await this.#settings.clock.sleep(pause);
    return true;
  }

  async #explained<T>(call: Call, work: () => Promise<T>): Promise<T> {
    try {
      const served = (): number => this.#pace.served;
      return await withRetries(work, { reads: call.reads, clock: this.#settings.clock, explain, served });
    } catch (error) {
      if (error instanceof RecoverError) throw error;
      throw toRecoverError(error, call, this.#settings.secrets);
    }
  }

  #isNews(bucket: string, region: string): boolean {
    return region !== "" && region !== (this.#regions.get(bucket) ?? this.configuredRegion ?? FIRST_REGION);
  }

  /** A variable of AWS's shared configuration. */
  variable(name: string): string | undefined {
    return (this.#settings.environment ?? process.env)[name];
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

  #client(region: string): Promise<S3Client> {
    const known = this.#clients.get(region);
    if (known !== undefined) return known;
    const made = this.#makeClient(region);
    this.#clients.set(region, made);
    // A failed log-in must not stick: the operator may repair it and resume.
    made.catch(() => this.#clients.delete(region));
    return made;
  }

  async #makeClient(region: string): Promise<S3Client> {
    const { S3Client } = await this.#load();
    return new S3Client({ region, logger: SILENT });
  }

  #addressOf(bucket: string, region: string): Promise<Address> {
    const name = `${region} ${bucket}`;
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    const found = this.#findAddress(bucket, region);
    this.#addresses.set(name, found);
    found.catch(() => this.#addresses.delete(name));
    return found;
  }

  async #findAddress(bucket: string, region: string): Promise<Address> {
    const endpoint = this.#customEndpoint;
    if (endpoint !== undefined) return addressAt(endpoint, bucket);
    return addressBySdk(await this.#client(region), await this.#load(), bucket);
  }

  #signerOf(region: string, credentials: S3Credentials): Signer {
    const known = this.#signers.get(region);
    if (known?.credentials === credentials) return known.signer;
    const signer = new Signer(credentials, region);
    this.#signers.set(region, { credentials, signer });
    return signer;
  }

  /** The credentials, before the first request, so that no message can carry an unknown secret. */
  async #login(region: string): Promise<S3Credentials> {
    if (this.#given !== undefined) return this.#keepSecret(await this.#given());
    // The SDK keeps them, and fetches new ones before they expire.
    const client = await this.#client(region);
    return this.#keepSecret(await client.config.credentials());
  }

  #keepSecret(credentials: S3Credentials): S3Credentials {
    this.#settings.secrets.register(credentials.secretAccessKey);
    if (credentials.sessionToken !== undefined) this.#settings.secrets.register(credentials.sessionToken);
    return credentials;
  }
}

/**
 * Credentials that need no chain: those of the settings, asked for once, or a pair in the environment. With AWS_PROFILE
 * set the chain decides.
 */
function givenCredentials({
  credentials,
  environment = process.env,
}: S3Settings): (() => Promise<S3Credentials>) | undefined {
  if (credentials !== undefined) return asked(credentials);
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  if (!accessKeyId || !secretAccessKey || environment["AWS_PROFILE"]) return undefined;
  const found = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  return () => Promise.resolve(found);
}

/** A failed log-in must not stick: the operator may repair it and resume. */
function asked(ask: () => Promise<S3Credentials>): () => Promise<S3Credentials> {
  let answer: Promise<S3Credentials> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

/** Objects alone are changed, and only those that the permit leads to. */
const changesOf =
  (bucket: string, permit: Permit) =>
  ({ method, key, query = {} }: WireRequest): void => {
    const asks = Object.keys(query).filter((name) => !OF_AN_UPLOAD.has(name));
    if (key === undefined || asks.length > 0) throw refused({ bucket, key: key ?? "" }, `it is no object (${method})`);
    permit.require({ bucket, key });
  };

const OF_AN_UPLOAD = new Set(["uploads", "uploadId", "partNumber"]);

/** A bare 503 is all that S3 can say to HEAD. */
const isThrottle = (error: unknown): boolean =>
  explain(error).kind === "throttled" || (!(error instanceof RecoverError) && answerOf(error).status === 503);

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
