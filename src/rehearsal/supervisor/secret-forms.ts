/**
 * A secret as programs write it. The tool masks by another list (`secret-encodings.ts`); a judge that shared it would
 * agree with its mistakes.
 */

/** Shorter pieces stand in ordinary text as well. */
const SHORTEST = 8;

/** As bytes, one character each, as `latin1` reads a file. The secret itself is the first. */
export function formsOf(secret: string): readonly string[] {
  const others = [...inUrls(secret), ...inJson(secret), ...inBase64(secret), ...inHexadecimal(secret)];
  const forms = [secret, ...others.filter((form) => form.length >= SHORTEST)];
  return [...new Set(forms.map((form) => Buffer.from(form).toString("latin1")))];
}

/** Escaped with %XX or %xx, a blank as %20 or +. */
function inUrls(secret: string): string[] {
  const strict = [...Buffer.from(secret)].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : percent(byte)));
  const escaped = [strict.join(""), encodeURIComponent(Buffer.from(secret).toString("utf8"))];
  return [...escaped, ...escaped.map(lowerCase), ...escaped.map((form) => form.replaceAll("%20", "+"))];
}

/** RFC 3986, unreserved. */
const isPlain = (byte: number): boolean => byte < 128 && /[\w.~-]/.test(String.fromCharCode(byte));
const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
const lowerCase = (form: string): string => form.replace(/%\w\w/g, (code) => code.toLowerCase());

/** In a string, in a string within a string, and with everything escaped that need not be. */
function inJson(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  const most = once.replace(/[^ -%'-;=?-~]/gu, unicode);
  return [once, JSON.stringify(once).slice(1, -1), most, most.replaceAll("/", "\\/")];
}

const unicode = (sign: string): string =>
  [...Array(sign.length).keys()].map((at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

/**
 * The secret's Base64 with any text before and after it, as the user in `Authorization: Basic`. Three bytes make four
 * characters, and those at the edges depend on the neighbours as well.
 */
function inBase64(secret: string): string[] {
  const forms = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${"x".repeat(before)}${secret}`)
      .toString("base64")
      .replace(/=+$/, "");
    const bits = 8 * (before + Buffer.byteLength(secret));
    return encoded.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
  });
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

function inHexadecimal(secret: string): string[] {
  const hexadecimal = Buffer.from(secret).toString("hex");
  return [hexadecimal, hexadecimal.toUpperCase()];
}
