/**
 * The ways in which a packed file can be wrong. Two are no damage, and nothing can be said of the file: `encrypted` needs its
 * key, and `unknown-packing` a program that unpacks it.
 */
export type Damage = "cut" | "wrong" | "trailing" | "too-large" | "encrypted" | "unknown-packing";

export const isUnread = ({ damage }: Damaged): boolean => damage === "encrypted" || damage === "unknown-packing";

/** A packed file that does not fit its name. The message is a sentence part about the file: "it is cut in a block". */
export class Damaged extends RangeError {
  readonly damage: Damage;

  constructor(damage: Damage, message: string) {
    super(message);
    this.name = "Damaged";
    this.damage = damage;
  }
}
