/**
 * The ways in which a packed file can be wrong. `encrypted` is no damage: the file needs its key before anything can be
 * said.
 */
export type Damage = "cut" | "wrong" | "trailing" | "too-large" | "encrypted";

/** A packed file that does not fit its name. The message is a sentence part about the file: "it is cut in a block". */
export class Damaged extends RangeError {
  readonly damage: Damage;

  constructor(damage: Damage, message: string) {
    super(message);
    this.name = "Damaged";
    this.damage = damage;
  }
}
