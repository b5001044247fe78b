/**
 * An object's bytes as they come, whole or an error: the length that the store announces is held against the bytes, and
 * a connection that breaks is taken up again from the next byte, pinned to the ETag of the first answer.
 */
import { Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { RecoverError, refuse } from "../../../errors.ts";
import type { ReadRequest } from "../../../ports/object-store.ts";
import { printable } from "./failure.ts";

/** The parts of the answer to GetObject that we use. */
export interface Body {
  readonly etag: string | undefined;
  readonly length: number | undefined;
  /** "bytes 2-4/10" */
  readonly range: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface BodySource {
  /** s3://BUCKET/KEY */
  readonly place: string;
  /** One request, sent again if that may help; its errors are final. */
  open(request: ReadRequest): Promise<Body>;
  /** Of the whole object: the store is asked again. */
  size?(): Promise<number | undefined>;
  /** Waits after this many breaks without a byte between them; false to give up. */
  pause(breaks: number): Promise<boolean>;
}

/** In Node.js the SDK gives these bytes alone. */
export function bytesOf({ Body: body }: GetObjectCommandOutput): Readable {
  if (body instanceof Readable) return body;
  throw new Error("the answer has no body");
}

/** Positions in the object, both inclusive; `last` is before `first` for an empty object. */
interface Span {
  readonly first: number;
  readonly last: number;
}

export async function openBody(source: BodySource, request: ReadRequest): Promise<AsyncIterable<Uint8Array>> {
  const body = await source.open(request);
  const { etag = "" } = body;
  const isOther = request.ifMatch === undefined ? etag === "" : request.ifMatch !== "" && etag !== request.ifMatch;
  if (isOther) throw notTheObject(source);
  return piecesOf(source, { body, etag, span: spanOf(source, await sized(source, body, request), request.range) });
}

/** Old stores leave the length of a body out: the listing has the object's, or the store is asked once more. */
async function sized(source: BodySource, body: Body, asked: ReadRequest): Promise<Pick<Body, "length" | "range">> {
  if (body.length !== undefined || asked.range !== undefined) return body;
  return { range: body.range, length: asked.size ?? (await source.size?.()) };
}

async function* piecesOf(
  source: BodySource,
  { body: first, etag, span }: { readonly body: Body; readonly etag: string; readonly span: Span },
): AsyncGenerator<Uint8Array, void, undefined> {
  let body = first;
  let at = span.first;
  for (let breaks = 0; ; breaks += 1) {
    let cause: unknown;
    try {
      for await (const piece of body.bytes) {
        at += piece.length;
        if (at > span.last + 1) throw malformed(source, "more bytes came than were announced");
        if (piece.length > 0) breaks = 0;
        yield piece;
      }
    } catch (error) {
      if (error instanceof RecoverError) throw error;
      cause = error;
    }
    if (at === span.last + 1) return;
    // Nothing would show that the rest is of the same object.
    if (etag === "") throw cutShort(source, { ...span, at }, cause);
    if (!(await source.pause(breaks + 1))) throw cutShort(source, { ...span, at }, cause);
    body = await openRest(source, { first: at, last: span.last }, etag);
  }
}

async function openRest(source: BodySource, span: Span, etag: string): Promise<Body> {
  const range = `bytes=${span.first}-${span.last}`;
  const body = await source.open({ range, ifMatch: etag });
  if (body.etag !== etag) throw notTheObject(source);
  if (spanOf(source, body, range).last !== span.last) throw malformed(source, "the rest is not what was asked for");
  return body;
}

/** Throws if the answer does not say, or not plausibly, which bytes it carries. */
export function spanOf(
  source: Pick<BodySource, "place">,
  body: Pick<Body, "length" | "range">,
  asked: string | undefined,
): Span {
  if (asked === undefined) {
    if (body.length === undefined) throw incomplete(source, "the answer does not say how many bytes it has");
    return { first: 0, last: body.length - 1 };
  }
  const [, first = "", last = "", total = ""] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(body.range ?? "") ?? [];
  const span = { first: Number(first), last: Number(last) };
  if (
    first === "" ||
    span.last - span.first + 1 !== (body.length ?? span.last - span.first + 1) ||
    !fits(span, Number(total), asked)
  ) {
    throw malformed(source, `it answers "${printable(body.range ?? "")}", but "${asked}" was asked for`);
  }
  return span;
}

/** A range may reach behind the object's end: then the answer ends there. */
function fits({ first, last }: Span, total: number, asked: string): boolean {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(asked) ?? [];
  if (from === "") return last === total - 1 && last - first + 1 === Math.min(Number(to), total);
  if (first !== Number(from)) return false;
  return (to !== "" && last === Number(to)) || last === total - 1;
}

export function notTheObject({ place }: { readonly place: string }): RecoverError {
  const text = `the answer for "${printable(place)}" is not the object that was listed`;
  return refuse("answer-malformed", text)
    .at(printable(place))
    .advise("Check what lies between here and the store: something answers in its place, or ignores If-Match.");
}

function malformed({ place }: Pick<BodySource, "place">, why: string): RecoverError {
  return refuse("answer-malformed", `the answer for "${printable(place)}" cannot be used: ${why}`)
    .at(printable(place))
    .advise("Check what lies between here and the store: something changes its answers.");
}

function incomplete({ place }: Pick<BodySource, "place">, why: string, cause?: unknown): RecoverError {
  return refuse("answer-incomplete", `"${printable(place)}" cannot be read whole: ${why}`)
    .at(printable(place))
    .advise("Run the same command again; if it stays, check what lies between here and the store.", cause);
}

function cutShort(source: BodySource, span: Span & { readonly at: number }, cause: unknown): RecoverError {
  const wanted = span.last - span.first + 1;
  return incomplete(source, `${span.at - span.first} of ${wanted} bytes came, again and again no more`, cause);
}
