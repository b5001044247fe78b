/**
 * Opens messages that are encrypted with OpenPGP (WAL-E with WALE_GPG_KEY_ID; dingo.md §3.2). Errors:
 * `key-unusable` if no key at hand opens the message, or the program does not say why it fails;
 * `program-missing`, `interrupted`; `BrokenMessage`, which alone says something of the message itself.
 */
export interface Decryption {
  /**
   * The content of the message, in pieces as they come; `key` names the object in errors. Only the end proves the
   * message: a changed one throws there. The caller may end the iteration early.
   */
  clear(key: string, message: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** A message that the key opens, and that is cut or was changed. The message is a part of a sentence about the object. */
export class BrokenMessage extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BrokenMessage";
  }
}
