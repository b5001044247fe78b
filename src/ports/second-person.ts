/** The other person of two who approve: what needs them, how they are asked, and whose a signature is. */
import type { Effect } from "../action.js";
import type { Signer } from "./signatures.js";

export interface SecondPerson {
  /** Effects of the steps that need two persons. */
  readonly effects: readonly Effect[];
  /** How long a request is good for. */
  readonly validMs: number;
  /** What knows people, for messages: the name of a file. */
  readonly knownBy: string;
  /** `SHA256:…` of the operator's own key. Errors of this and `sign`: `config-invalid` without one, those of `Signatures`. */
  ownKey(): Promise<string>;
  /** By the operator's own key. */
  sign(text: string): Promise<string>;
  /** Errors: those of `Signatures`, and `config-untrusted` where others may write to what knows people. */
  signer(text: string, signature: string, at: Date): Promise<Signer>;
  /** Lays a request where the other person finds it; says where, and how it is answered. */
  publish(request: Published): Promise<readonly string[]>;
  /** What has come without being typed. */
  arrived(code: string): Promise<readonly string[]>;
  /** The signature in what was typed, be it one or the name of its file; undefined where it is neither. */
  typed(text: string): Promise<string | undefined>;
}

export interface Published {
  readonly run: string;
  readonly code: string;
  readonly text: string;
}
