/** A text of a Compose file as Compose would take it, or why nobody can tell it. */
import type { Place } from "./node.ts";

export type Resolved =
  | { readonly known: true; readonly text: string }
  | { readonly known: false; readonly raw: string; readonly why: string };

export type PlacedText = Resolved & { readonly place: Place };

export function known(text: string): Resolved {
  return { known: true, text };
}

export function unknown(raw: string, why: string): Resolved {
  return { known: false, raw, why };
}

/** For a person: the text, or the written one with a note that its value is not known. */
export function shown(text: Resolved): string {
  return text.known ? text.text : `${text.raw} (not known: ${text.why})`;
}

/** Applies a function to a known text and leaves an unknown one as it is. */
export function mapKnown<T extends Resolved>(text: T, change: (text: string) => string): T {
  return text.known ? { ...text, text: change(text.text) } : text;
}
