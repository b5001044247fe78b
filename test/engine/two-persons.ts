/** People whose signatures need no key: `NAME signs SHA256`. */
import type { Effect } from "../../src/action.js";
import { sha256 } from "../../src/journal/line.js";
import type { Published, SecondPerson } from "../../src/ports/second-person.js";
import type { Signer } from "../../src/ports/signatures.js";

/** Ann is the operator. Their keys by name; Ann has two. */
const KEYS: Readonly<Record<string, string>> = { ann: "ann@x", "ann-laptop": "ann@x", ben: "ben@x" };

export const signedBy = (key: string, text: string): string => `${key} signs ${sha256(text)}`;

export class FakeSecondPerson implements SecondPerson {
  readonly published: Published[] = [];
  /** In the lease's place. */
  readonly came: string[] = [];
  readonly effects: readonly Effect[];
  readonly validMs = 3_600_000;
  readonly knownBy = "the file";
  operator = "ann";

  constructor(effects: readonly Effect[] = ["destroy"]) {
    this.effects = effects;
  }

  ownKey(): Promise<string> {
    return Promise.resolve(this.operator);
  }

  sign(text: string): Promise<string> {
    return Promise.resolve(signedBy(this.operator, text));
  }

  signer(text: string, signature: string): Promise<Signer> {
    const [key = "", , digest] = signature.split(" ");
    if (digest !== sha256(text)) return Promise.resolve({ kind: "unfit" });
    const name = KEYS[key];
    return Promise.resolve(name === undefined ? { kind: "stranger", key } : { kind: "known", principals: [name], key });
  }

  publish(request: Published): Promise<readonly string[]> {
    this.published.push(request);
    return Promise.resolve([`request ${request.code} lies there`]);
  }

  arrived(): Promise<readonly string[]> {
    return Promise.resolve([...this.came]);
  }

  typed(text: string): Promise<string | undefined> {
    return Promise.resolve(text.includes(" signs ") ? text : undefined);
  }

  /** Of the last request. */
  get text(): string {
    return this.published.at(-1)?.text ?? "";
  }
}
