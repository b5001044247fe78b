/**
 * Tells how gpg ended with one message, by its status lines and its exit code (GnuPG, doc/DETAILS, "Format of the
 * --status-fd output"; the combinations were seen with 2.2.40). The exit code alone is no proof: a message that is cut
 * within its first packet ends with 0. Pure.
 */
export type Opening =
  | { readonly opening: "whole" }
  /** The session key was had, or the message is no message: it is the object that is broken. */
  | { readonly opening: "damaged"; readonly why: string }
  /** Encrypted to these keys, of which none is at hand; empty if it was encrypted by a passphrase alone. */
  | { readonly opening: "other-key"; readonly keys: readonly string[] }
  | { readonly opening: "locked"; readonly passphrase: "missing" | "wrong" }
  /** Without a sum of its content, so that nobody could tell a change of it. */
  | { readonly opening: "unprotected" }
  | { readonly opening: "not-told" };

/** `code` is undefined if a signal ended it: then nothing is known. */
export function openingOf(code: number | undefined, status: readonly string[]): Opening {
  if (code === undefined) return { opening: "not-told" };
  const seen = new Seen(status);
  if (isWhole(code, seen)) return { opening: "whole" };
  if (seen.protection === "none") return { opening: "unprotected" };
  if (seen.has("BADMDC")) return { opening: "damaged", why: "it is cut, or was changed (BADMDC)" };
  if (seen.has("PLAINTEXT") || seen.has("DECRYPTION_KEY"))
    return { opening: "damaged", why: "it is cut, or its content is broken" };
  return beforeContent(code, seen);
}

function isWhole(code: number, seen: Seen): boolean {
  const holds = seen.has("GOODMDC") || seen.protection === "aead";
  return code === 0 && seen.has("DECRYPTION_OKAY") && holds && !seen.has("BADMDC") && !seen.has("DECRYPTION_FAILED");
}

function beforeContent(code: number, seen: Seen): Opening {
  const failure = seen.keyFailure;
  if (failure === BAD_PASSPHRASE) return { opening: "locked", passphrase: "wrong" };
  if (NO_PASSPHRASE.has(failure)) return { opening: "locked", passphrase: "missing" };
  // The key is the named one, and does not fit the packet.
  if (failure === WRONG_SECKEY) return { opening: "damaged", why: "its session key is broken" };
  const keys = seen.all("NO_SECKEY").flatMap(([id]) => id ?? []);
  if (keys.length > 0) return { opening: "other-key", keys };
  if (seen.has("NEED_PASSPHRASE_SYM")) return { opening: "other-key", keys: [] };
  // Of a message that is cut within its first bytes gpg says nothing at all, and ends with 0.
  if (failure === 0 && (code === 0 || seen.has("NODATA") || seen.has("UNEXPECTED")))
    return { opening: "damaged", why: "it is no whole message" };
  return { opening: "not-told" };
}

/** Codes of libgpg-error, err-codes.h: the low 16 bits of what is told. */
const BAD_PASSPHRASE = 11;
const WRONG_SECKEY = 18;
/** NO_PIN_ENTRY, CANCELED, NO_PASSPHRASE. */
const NO_PASSPHRASE: ReadonlySet<number> = new Set([86, 99, 177]);

class Seen {
  readonly #lines: readonly (readonly string[])[];

  constructor(status: readonly string[]) {
    this.#lines = status.flatMap((line) => (line.startsWith(MARK) ? [line.slice(MARK.length).trim().split(" ")] : []));
  }

  has(keyword: string): boolean {
    return this.#lines.some(([word]) => word === keyword);
  }

  /** The words behind the keyword, one list for each line. */
  all(keyword: string): readonly (readonly string[])[] {
    return this.#lines.flatMap(([word, ...rest]) => (word === keyword ? [rest] : []));
  }

  /** 0 if the secret key did not fail. */
  get keyFailure(): number {
    const failed = this.all("ERROR").find(([where]) => where?.startsWith("pkdecrypt_failed") === true);
    return failed === undefined ? 0 : Number(failed[1] ?? -1) & 0xffff;
  }

  get protection(): "none" | "sum" | "aead" | "not-told" {
    const [sum, , aead = "0"] = this.all("DECRYPTION_INFO")[0] ?? [];
    if (sum === undefined) return "not-told";
    return aead !== "0" ? "aead" : sum === "0" ? "none" : "sum";
  }
}

const MARK = "[GNUPG:] ";

/** How many private keys an import read. */
export function privateKeysRead(status: readonly string[]): number {
  const line = status.find((each) => each.startsWith(`${MARK}IMPORT_RES `));
  return Number(line?.slice(MARK.length).split(" ")[SEC_READ] ?? 0);
}

/** IMPORT_RES COUNT NO_USER_ID IMPORTED 0 UNCHANGED N_UIDS N_SUBK N_SIGS N_REVOC SEC_READ … */
const SEC_READ = 10;
