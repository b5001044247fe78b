/**
 * The connection to one S3 endpoint: every request goes by the SDK's client of its region. The SDK takes longer to load than
 * most commands take, so it is loaded for the first request.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-s3";
import { RecoverError, refuse } from "../../../errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { StoreIdentity } from "../../../ports/object-store.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { makeClient, type Sdk } from "./client.ts";
import { type Call, failureOf, toRecoverError } from "./failure.ts";
import type { Permit } from "./guard/guard.ts";
import { refused } from "./guard/place.ts";
import { type Headers, SILENCE_MS, type Way } from "./network.ts";
import { Patience, pauseBefore } from "./patience.ts";

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
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, then the bucket's answer. */
  readonly region?: string;
  /** Default: the bucket stands in the path of an endpoint; AWS decides by itself. */
  readonly addressStyle?: "path" | "virtual";
  /** Asked once per client. Default: the standard chain of AWS. */
  readonly credentials?: () => Promise<S3Credentials>;
  /** Bytes that one CopyObject may take. Default: 5 GiB, as AWS has it. */
  readonly largestCopy?: number;
  /** Connections through the gateway hop, or of a rehearsal. */
  readonly agents?: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** Real milliseconds without a byte, after which an answer is given up. */
  readonly silenceMs?: number;
  /** From its abort on no object is read or listed; its reason is thrown. */
  readonly readsUntil?: AbortSignal;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A call about a bucket; with the permit that a change needs. */
export type BucketCall = Omit<Call, "endpoint"> & { readonly permit?: Permit };

type Command<I extends ServiceInputTypes, O extends ServiceOutputTypes> = $Command<
  I,
  O,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

type How = Pick<Way, "taken" | "heard" | "expects">;

/** Speaks to the store for one call. */
export interface Speaker {
  readonly sdk: Sdk;
  /** Throws what the SDK throws; `failure.ts` reads it. */
  readonly send: <I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: Command<I, O>,
    how?: How,
  ) => Promise<O>;
}

/** More than anybody has requests under way: one that waits for a socket has its time counted. */
export const SOCKETS = 128;
/** A store copies gigabytes before it answers. */
const SLOW_FACTOR = 10;
/** The largest object for one CopyObject: 5 GiB (error text of AWS; MinIO does not enforce it). */
const LARGEST_COPY = 5 * 1024 ** 3;
/** Where AWS answers for buckets of all regions. */
const FIRST_REGION = "us-east-1";

export class S3Connection {
  readonly #settings: S3Settings;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #clients = new Map<string, S3Client>();
  readonly #regions = new Map<string, string>();
  readonly #served = { count: 0 };
  readonly #given: (() => Promise<S3Credentials>) | undefined;
  #sdk: Promise<Sdk> | undefined;
  #server = "";

  constructor(settings: S3Settings) {
    this.#settings = settings;
    this.#given = givenCredentials(settings);
    this.#agents = settings.agents ?? {
      http: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS }),
      https: new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS }),
    };
  }

  /** For messages and identity. */
  get endpoint(): string {
    return this.#customEndpoint ?? "https://s3.amazonaws.com";
  }

  /** The region to speak to before anything is known of a bucket; undefined if nobody has set one. */
  get configuredRegion(): string | undefined {
    const environment = this.#settings.environment ?? process.env;
    return this.#settings.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"];
  }

  /** By what the program that answered a read last calls itself; false if none did. */
  get isMinio(): boolean {
    return /^minio/iu.test(this.#server);
  }

  get largestCopy(): number {
    return this.#settings.largestCopy ?? LARGEST_COPY;
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
   * Sends a request to a bucket in its region; follows one answer that names another region. Without a permit it can
   * change nothing.
   */
  exchange<T>(bucket: string, call: BucketCall, request: (store: Speaker) => Promise<T>): Promise<T> {
    return this.#inRegion(bucket, call, async (region) => {
      await this.#login(region);
      const sdk = await this.#load();
      const client = this.#client(sdk, region, call);
      return request({
        sdk,
        send: (command, how) => client.send(command, { ...this.#wayOf(call, command.input), ...how }),
      });
    });
  }

  #wayOf(call: BucketCall, input: ServiceInputTypes): Way {
    const { reads, alone, permit } = call;
    const { readsUntil } = this.#settings;
    return {
      silenceMs: this.#silenceOf(call),
      ...(alone === true && readsUntil !== undefined ? { abortSignal: readsUntil } : {}),
      ...(permit === undefined ? {} : { mayChange: changesOf(input, permit) }),
      ...(reads ? { heard: ({ server = "" }: Headers): void => void (this.#server = server) } : {}),
    };
  }

  #silenceOf({ reads, slow }: BucketCall): number {
    const silence = this.#settings.silenceMs ?? SILENCE_MS;
    return reads && slow !== true ? silence : silence * SLOW_FACTOR;
  }

  async #inRegion<T>(bucket: string, call: BucketCall, request: (region: string) => Promise<T>): Promise<T> {
    const stop = (): void => {
      if (call.alone === true) this.#settings.readsUntil?.throwIfAborted();
    };
    const attempt = async (): Promise<T> => {
      stop();
      const region = this.#regions.get(bucket) ?? this.configuredRegion ?? FIRST_REGION;
      try {
        return await request(region);
      } catch (error) {
        // An aborted request says so and nothing else.
        stop();
        throw error;
      }
    };
    const { permit: _, ...told } = call;
    return this.#explained({ ...told, endpoint: this.endpoint }, async () => {
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
    this.#settings.readsUntil?.throwIfAborted();
    if (pause === undefined) return false;
    await this.#settings.clock.sleep(pause);
    return true;
  }

  async #explained<T>(call: Call, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
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
    this.#sdk ??= import("@aws-sdk/client-s3");
    return this.#sdk;
  }

  /** One for each region, and for each of the ways to wait. */
  #client(sdk: Sdk, region: string, call: BucketCall): S3Client {
    const silenceMs = this.#silenceOf(call);
    const name = `${region} ${call.reads} ${silenceMs}`;
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const { clock } = this.#settings;
    const made = makeClient(sdk, {
      region,
      endpoint: this.#customEndpoint,
      addressStyle: this.#settings.addressStyle,
      credentials: this.#given,
      agents: this.#agents,
      silenceMs,
      patience: new Patience({ reads: call.reads, clock, served: this.#served }),
    });
    this.#clients.set(name, made);
    return made;
  }

  /** The credentials, before the first request, so that no message can carry an unknown secret. */
  async #login(region: string): Promise<S3Credentials> {
    if (this.#customEndpoint === undefined) await requireAws(this.#client(await this.#load(), region, CHAIN));
    if (this.#given !== undefined) return this.#keepSecret(await this.#given());
    // The SDK keeps them, and fetches new ones before they expire.
    const client = this.#client(await this.#load(), region, CHAIN);
    return this.#keepSecret(await client.config.credentials());
  }

  #keepSecret(credentials: S3Credentials): S3Credentials {
    this.#settings.secrets.register(credentials.secretAccessKey);
    if (credentials.sessionToken !== undefined) this.#settings.secrets.register(credentials.sessionToken);
    return credentials;
  }
}

/** Messages, consent and report name AWS, so no file of AWS may lead elsewhere. Errors: `config-invalid`. */
async function requireAws({ config }: S3Client): Promise<void> {
  const elsewhere = await config.serviceConfiguredEndpoint?.();
  if (elsewhere === undefined) return;
  throw refuse("config-invalid", `AWS's own files name another object store, ${quoted(elsewhere)}`)
    .at("s3.endpoint")
    .advise("Set s3.endpoint to that address; or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true, if AWS is meant.");
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

/** Whose client asks the chain. */
const CHAIN: BucketCall = { verb: "log in to", place: "", reads: true };

/** Objects alone are changed, and only those that the permit leads to. */
const changesOf =
  (input: ServiceInputTypes, permit: Permit): NonNullable<Way["mayChange"]> =>
  ({ method, query = {} }) => {
    const { Bucket: bucket = "", Key: key } = input as { readonly Bucket?: string; readonly Key?: string };
    const asks = Object.keys(query).filter((name) => !OF_AN_OBJECT.has(name));
    if (key === undefined || asks.length > 0) throw refused({ bucket, key: key ?? "" }, `it is no object (${method})`);
    permit.require({ bucket, key });
  };

/** The SDK names each operation in `x-id`. */
const OF_AN_OBJECT = new Set(["uploads", "uploadId", "partNumber", "x-id"]);
