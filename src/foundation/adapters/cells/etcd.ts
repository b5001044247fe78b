/**
 * etcd's v2 API by curl on a cell (dingo.md §4). Only 404 with errorCode 100 is absence; values go on stdin.
 *
 * Errors: `guard-refused` (a compare failed; effect "none"), `unreachable`, `access-denied`, `answer-malformed`,
 * `answer-incomplete`.
 */
import { z } from "zod";
import { type RecoverError, refuse } from "../../../errors.ts";
import { type Argv, etcdDelete, etcdGet, etcdPut } from "../../../kit/commands/host-commands.ts";
import type { Etcd, EtcdNode } from "../../../ports/cells.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { askHttp, statusError } from "./http.ts";
import { answerError, parseJson } from "../../../kit/shell/json-answer.ts";
import type { Shell } from "../../../kit/shell/shell.ts";

const leaf = z.object({
  key: z.string().optional(),
  value: z.string().optional(),
  dir: z.boolean().optional(),
  modifiedIndex: z.number().optional(),
  ttl: z.number().optional(),
});
/** Never asked for recursively: deeper keys are not looked at. */
const rawNode = leaf.extend({ nodes: z.array(leaf).optional() });
type RawNode = z.infer<typeof rawNode>;

const success = z.object({ action: z.string(), node: rawNode });
const refusal = z.object({ errorCode: z.number(), message: z.string() });

/** etcd v2 error codes. */
const CODE = { keyNotFound: 100, compareFailed: 101, notAFile: 102, notADirectory: 104 } as const;

export class EtcdByCurl implements Etcd {
  readonly #shell: Shell;
  readonly #hostPort: string;

  constructor(shell: Shell, hostPort: string) {
    this.#shell = shell;
    this.#hostPort = endpoint(hostPort);
  }

  async get(key: string): Promise<EtcdNode | undefined> {
    const node = await this.#call(key, etcdGet(this.#hostPort, plainKey(key)));
    if (node?.dir === true)
      throw answerError("answer-malformed", `${quoted(key)} is a directory in etcd`, this.#shell.label);
    return node === undefined ? undefined : this.#node(node);
  }

  async list(directory: string): Promise<readonly EtcdNode[]> {
    const node = await this.#call(directory, etcdGet(this.#hostPort, plainKey(directory)));
    if (node === undefined) return [];
    if (node.dir === true) return (node.nodes ?? []).map((child) => this.#node(child));
    throw answerError("answer-malformed", `${quoted(directory)} is no directory in etcd`, this.#shell.label);
  }

  async put(key: string, value: string, options: { readonly prevValue?: string } = {}): Promise<void> {
    const { prevValue } = options;
    const argv = etcdPut(this.#hostPort, plainKey(key), prevValue === undefined ? undefined : this.#public(prevValue));
    const node = await this.#call(key, argv, value);
    if (node === undefined) throw this.#compareFailed(key, "it is absent");
    if (node.value !== value)
      throw answerError("answer-malformed", `etcd took another value for ${quoted(key)}`, this.#shell.label);
  }

  async remove(key: string, prevValue: string): Promise<boolean> {
    const argv = etcdDelete(this.#hostPort, plainKey(key), this.#public(prevValue));
    return (await this.#call(key, argv)) !== undefined;
  }

  /** The node of a successful answer; undefined for "key not found". */
  async #call(key: string, argv: Argv, stdin?: string): Promise<RawNode | undefined> {
    const answer = await askHttp(this.#shell, argv, stdin);
    if (answer === undefined) throw this.#nothingListens();
    const { status, body } = answer;
    if (status !== 200 && status !== 201 && !looksLikeJson(body)) throw statusError(answer, "etcd", this.#shell);
    const json = parseJson(body, "etcd's answer", this.#shell.label);
    const done = success.safeParse(json);
    if ((status === 200 || status === 201) && done.success) return done.data.node;
    const refused = refusal.safeParse(json);
    if (!refused.success) throw statusError(answer, "etcd", this.#shell);
    return this.#refused(key, status, refused.data);
  }

  #refused(key: string, status: number, { errorCode, message }: z.infer<typeof refusal>): undefined {
    if (status === 404 && errorCode === CODE.keyNotFound) return undefined;
    if (errorCode === CODE.compareFailed) throw this.#compareFailed(key, "it has another value");
    if (errorCode === CODE.notAFile || errorCode === CODE.notADirectory)
      throw answerError(
        "answer-malformed",
        `${quoted(key)} is of another kind in etcd: ${quoted(message)}`,
        this.#shell.label,
      );
    throw statusError({ status, body: "" }, `etcd (${errorCode}: ${quoted(message)})`, this.#shell);
  }

  /** Compared values stand in the command line: law 10 forbids that for secrets. */
  #public(value: string): string {
    if (this.#shell.secrets.mask(value) === value) return value;
    throw refuse("guard-refused", "a value of etcd that holds a secret cannot be compared on a command line")
      .at(this.#shell.label)
      .advise("Change such a key by hand.");
  }

  #node(raw: z.infer<typeof leaf>): EtcdNode {
    const { key, value, modifiedIndex, ttl, dir } = raw;
    if (key === undefined || modifiedIndex === undefined || (value === undefined && dir !== true))
      throw answerError("answer-malformed", "a node of etcd lacks its key, value or index", this.#shell.label);
    return {
      key,
      value: value ?? "",
      modifiedIndex,
      ...(ttl === undefined ? {} : { ttl }),
      ...(dir === true ? { directory: true } : {}),
    };
  }

  #compareFailed(key: string, why: string): RecoverError {
    return refuse("guard-refused", `etcd's key ${quoted(key)} is not what it was: ${why}`)
      .at(this.#hostPort)
      .advise("Somebody or something else writes there: find out who, then resume.");
  }

  #nothingListens(): RecoverError {
    return refuse("unreachable", `no etcd listens at "${this.#hostPort}", seen from "${this.#shell.label}"`)
      .at(this.#hostPort)
      .advise("Check ETCD_HOST_PORT of the container and that etcd runs, then resume.");
  }
}

function looksLikeJson(body: string): boolean {
  return body.trimStart().startsWith("{");
}

/** Keys whose path curl or etcd would change on the way are refused: "/service/../x" is another key. */
function plainKey(key: string): string {
  const parts = key.split("/").slice(1);
  const plain = key.startsWith("/") && parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (plain && !/\p{Surrogate}/u.test(key)) return key;
  throw refuse("guard-refused", `${quoted(key)} is not a plain key of etcd`).advise(
    "Keys begin with / and hold neither empty parts nor dots.",
  );
}

function endpoint(hostPort: string): string {
  if (/^(?:https?:\/\/)?(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}\/?$/.test(hostPort)) return hostPort;
  throw refuse("guard-refused", `${quoted(hostPort)} is not the address of an etcd`).advise(
    "It has the form HOST:PORT; look at ETCD_HOST_PORT of the container.",
  );
}
