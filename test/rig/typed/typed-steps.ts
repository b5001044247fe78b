/** Steps that are typed: each printed line, its placeholders filled in with the world's values by then. */
import type { Json, JsonObject } from "../../../src/action.ts";
import { evaluate } from "../../../src/engine/expression/expression.ts";
import type { TypedLine } from "../../../src/kit/text/typed-lines.ts";
import { byPath, fillLine } from "../../printed/fill.ts";
import { DEPLOYMENT } from "../foundation/director.ts";
import type { Output } from "../docker.ts";
import { type Foundation, ORG, SPACE } from "../foundation.ts";
import type { OperatorShell } from "./operator-shell.ts";
import type { PrintedStep } from "./printed-steps.ts";
import { instanceOf, nodeOf, type RecoveryAt } from "./recovery-world.ts";
import { typeAsPerson, type Unusual } from "./as-person.ts";

type Values = Readonly<Record<string, Json>>;

export interface Typing {
  readonly at: RecoveryAt;
  /** Of a step that is done once for each of several: by its CEL. */
  readonly items: Readonly<Record<string, readonly string[]>>;
  /** More that placeholders stand for, by their first word. */
  readonly more?: () => Values;
  readonly unusual?: Unusual;
}

/** Steps after which a life of the container counts. */
const LIVES = ["locate", "start"];

export class TypedSteps {
  readonly #foundation: Foundation;
  readonly #shell: OperatorShell;
  readonly #typing: Typing;
  readonly #done: string[] = [];
  /** By step, as `docker inspect` tells it after that step. */
  readonly #startedAt = new Map<string, string>();
  /** Step and line, as printed, of each line that ended with 0. */
  readonly carried: string[] = [];

  constructor(foundation: Foundation, shell: OperatorShell, typing: Typing) {
    this.#foundation = foundation;
    this.#shell = shell;
    this.#typing = typing;
  }

  /** Types the steps that apply, one after the other; after each comes `then`. Returns all that was said, by step. */
  async follow(
    steps: readonly PrintedStep[],
    then: (step: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<ReadonlyMap<string, string>> {
    const said = new Map<string, string>();
    for (const step of steps) {
      if (!this.#applies(step)) continue;
      said.set(step.id, await this.#type(step));
      await then(step.id);
    }
    return said;
  }

  /** Whether it is a step of this recovery. */
  #applies({ when }: PrintedStep): boolean {
    if (when === undefined) return true;
    const known = Object.entries(this.#values()).map(([id, value]) => [id.replaceAll("-", "_"), value] as const);
    const done = this.#done.map((id) => [id.replaceAll("-", "_"), {}] as const);
    return evaluate({ text: when }, { steps: Object.fromEntries([...done, ...known]) }) === true;
  }

  /** Types the step's lines; returns all that was said. Throws if a line fails. */
  async #type(step: PrintedStep): Promise<string> {
    const items = step.forEach === undefined ? [undefined] : (this.#typing.items[step.forEach] ?? []);
    const said: string[] = [];
    for (const item of items) {
      this.#shell.beginStep();
      for (const { on, text } of step.lines) {
        const values = { ...this.#values(), ...(item === undefined ? {} : { item }) };
        const { code, stdout } = await this.#line(step.id, { on, text: fillLine(text, byPath(values)) });
        if (code === 0) this.carried.push(carriedLine(step.id, text));
        said.push(stdout);
      }
    }
    this.#done.push(step.id);
    if (LIVES.includes(step.id))
      this.#startedAt.set(step.id, (await nodeOf(this.#foundation, this.#typing.at)?.state())?.startedAt ?? "");
    return said.join("\n");
  }

  async #line(step: string, line: TypedLine): Promise<Output> {
    if (/<[a-z][\w-]*(?:\.[\w-]+)+>/u.test(line.text))
      throw new Error(`${step}: what is to be filled in? ${line.text}`);
    return await typeAsPerson(this.#shell, step, line, this.#typing.unusual);
  }

  /** The values for placeholders: a recovery of an instance without remains, into the same name. */
  #values(): Values {
    const { at, more = () => ({}) } = this.#typing;
    const { scene, service, run } = at;
    const { objects, address, etcd } = this.#foundation.rig;
    const state = this.#foundation.state();
    const guid = instanceOf(this.#foundation, at)?.guid ?? "";
    const located = { container: nodeOf(this.#foundation, at)?.container ?? "", cell: address, bucket: objects.bucket };
    const key = state.bindings.find(({ type, instanceGuid }) => type === "key" && instanceGuid === guid);
    const place = { org: ORG, space: SPACE, name: service, offering: "dingo-postgresql95", plan: "solo" };
    const usual = {
      inputs: { service, org: ORG, space: SPACE, around: "", new_name: "", archive: "", sanity_query: "" },
      run: { id: run },
      "log-in": { bucket: objects.bucket },
      discover: { guid: scene.guid, service },
      deployment: { deployment: DEPLOYMENT },
      remains: { to_stop: [], database: "", place_on: [] },
      space: { ...place, final_name: service, missing: false, adopt: "", exchange_with: "", apps: [] },
      source: { location: `s3://${objects.bucket}/${scene.archive}`, system_id: scene.sysid },
      way: { clone_from: "" },
      create: { guid },
      locate: { ...located, etcd: etcd.hostPort, ...this.#started("locate") },
      fresh: { location: `s3://${objects.bucket}/backups/${guid}/wal` },
      ...(this.#startedAt.has("start") ? { start: this.#started("start") } : {}),
      key: { key_guid: key?.guid ?? "" },
    };
    return merged(usual, more());
  }

  #started(step: string): { readonly started_at: string } {
    return { started_at: this.#startedAt.get(step) ?? "" };
  }
}

export const carriedLine = (step: string, printed: string): string => `${step}: ${printed}`;

/** The fields of both; of a field that both have, the later one's. */
function merged(values: Values, more: Values): Values {
  const fields = (value: Json | undefined): Values => (isObject(value) ? value : {});
  const own = Object.entries(more).map(([id, value]) => [
    id,
    isObject(value) ? { ...fields(values[id]), ...value } : value,
  ]);
  return { ...values, ...Object.fromEntries(own) };
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
