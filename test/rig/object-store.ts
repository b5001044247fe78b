/** A real MinIO with server-side encryption, which wal-e asks for, and a record of every request it served. */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateBucketCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { builtProgram } from "./cache.ts";
import type { Ledger } from "./ledger.ts";
import { RequestRecord } from "./foundation/request-record.ts";
import { end, startServer } from "./server.ts";
import { assumeRole, type S3Credentials } from "./sts.ts";
import { until } from "./until.ts";

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

interface Server {
  process: ChildProcess;
  readonly begin: () => Promise<ChildProcess>;
}

const region = "us-east-1";

export class ObjectStore {
  readonly endpoint: string;
  readonly hostPort: string;
  readonly bucket: string;
  /** May do everything; the broker and the containers use these. */
  readonly credentials: S3Credentials;
  readonly requests: RequestRecord;
  readonly client: S3Client;
  private readonly server: Server;

  private constructor(
    endpoint: string,
    hostPort: string,
    bucket: string,
    credentials: S3Credentials,
    requests: RequestRecord,
    client: S3Client,
    server: Server,
  ) {
    this.endpoint = endpoint;
    this.hostPort = hostPort;
    this.bucket = bucket;
    this.credentials = credentials;
    this.requests = requests;
    this.client = client;
    this.server = server;
  }

  readonly region = region;

  static async start(ledger: Ledger, address: string, bucket: string): Promise<ObjectStore> {
    const requests = await RequestRecord.listen(address);
    const credentials = { accessKeyId: `RIG${hex(8)}`, secretAccessKey: hex(20) };
    const hostPort = `${address}:9000`;
    const endpoint = `http://${hostPort}`;
    const argv = [builtProgram("minio"), "server", "--quiet", "--address", hostPort] as const;
    const env = {
      MINIO_ROOT_USER: credentials.accessKeyId,
      MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
      MINIO_BROWSER: "off",
      MINIO_UPDATE: "off",
      // wal-e sends each object with SSE-S3; without a key MinIO refuses those.
      MINIO_KMS_SECRET_KEY: `rig:${randomBytes(32).toString("base64")}`,
      MINIO_AUDIT_WEBHOOK_ENABLE_RIG: "on",
      MINIO_AUDIT_WEBHOOK_ENDPOINT_RIG: requests.endpoint,
    };
    const begin = (): Promise<ChildProcess> =>
      startServer(ledger, "minio", [...argv, join(ledger.directory, "minio")], env);
    const client = s3Client(endpoint, credentials);
    const server = { process: await begin(), begin };
    const store = new ObjectStore(endpoint, hostPort, bucket, credentials, requests, client, server);
    await until("MinIO", 120_000, () => client.send(new CreateBucketCommand({ Bucket: bucket })), 100);
    return store;
  }

  clientWith(credentials: S3Credentials): S3Client {
    return s3Client(this.endpoint, credentials);
  }

  /** Credentials that read everything and write everywhere but below `sourcePrefix`, where writes answer 403. */
  restrictedCredentials(sourcePrefix: string): Promise<S3Credentials> {
    const forbidden = `arn:aws:s3:::${this.bucket}/${sourcePrefix.replace(/\/*$/, "/*")}`;
    return assumeRole(this.endpoint, region, this.credentials, {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["s3:*"], Resource: ["arn:aws:s3:::*"] },
        {
          Effect: "Deny",
          Action: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectTagging"],
          Resource: [forbidden],
        },
      ],
    });
  }

  /** All objects below a prefix, in key order. */
  async list(prefix: string): Promise<readonly StoredObject[]> {
    const objects: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key, Size, ETag } of page.Contents ?? []) {
        objects.push({ key: Key ?? "", size: Size ?? 0, etag: ETag ?? "" });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return objects;
  }

  async read(key: string): Promise<string> {
    const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return (await answer.Body?.transformToString()) ?? "";
  }

  async copy(from: string, to: string): Promise<void> {
    await this.client.send(
      new CopyObjectCommand({ Bucket: this.bucket, Key: to, CopySource: `${this.bucket}/${encodeURI(from)}` }),
    );
  }

  async bytes(key: string): Promise<Uint8Array> {
    const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  /** The server dies, and is there again after `ms` with all that it had. */
  async dieFor(ms: number): Promise<void> {
    await end(this.server.process, "SIGKILL");
    await pause(ms);
    this.server.process = await this.server.begin();
  }

  /** The server answers nothing for `ms`; it answers the calls of that time then. */
  async freezeFor(ms: number): Promise<void> {
    const { process } = this.server;
    process.kill("SIGSTOP");
    await pause(ms);
    process.kill("SIGCONT");
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.requests.close();
  }
}

function s3Client(endpoint: string, credentials: S3Credentials): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
