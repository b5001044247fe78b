/** The meaning of a code for the person who meets it: longer than its one sentence, with the next steps. */
export interface Explanation {
  /** The causes of the code; what it means for the world. */
  readonly why: string;
  /** The next steps, in this order: sentences, with the exact command if there is one. */
  readonly next: readonly string[];
}
