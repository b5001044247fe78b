/** How a secret may look after somebody else has written it: in URLs, JSON, HTML, shells, base64 and hexadecimal. */

/** Shorter forms would mask ordinary words. */
const SHORTEST = 8;

/** Without the secret itself. */
export function encodingsOf(secret: string): readonly string[] {
  const forms = [...inUrls(secret), ...inJson(secret), ...inText(secret), ...inBase64(secret)];
  // Keys are printed and logged line by line, indented.
  const lines = secret.includes("\n") ? secret.split(/\r?\n/).filter((line) => line.length >= 2 * SHORTEST) : [];
  return [...forms.filter((form) => form.length >= Math.min(SHORTEST, secret.length)), ...lines];
}

function inUrls(secret: string): string[] {
  const escaped = [
    wellFormed(encodeURIComponent, secret),
    wellFormed(encodeURI, secret),
    new URLSearchParams({ x: secret }).toString().slice("x=".length),
  ];
  return [...escaped, ...escaped.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

/** JavaScript's; inside a JSON text once more; Go's (for HTML), Python's (ASCII), PHP's (ASCII and slashes); and all of it. */
function inJson(secret: string): string[] {
  const plain = unquoted(JSON.stringify(secret));
  const forHtml = plain.replace(/[<>&]/g, escapeUnit);
  const ascii = plain.replace(/[^\x20-\x7e]/g, escapeUnit);
  const slashed = (text: string): string => text.replaceAll("/", "\\/");
  const all = slashed(ascii.replace(/[<>&]/g, escapeUnit));
  return [plain, unquoted(JSON.stringify(plain)), forHtml, ascii, slashed(ascii), slashed(plain), all];
}

function inText(secret: string): string[] {
  const html = secret
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  return [
    html,
    html.replaceAll("'", "&#39;"),
    secret.replaceAll("'", "'\\''"),
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret).toString("hex").toUpperCase(),
  ];
}

/**
 * Alone, and within a longer text. There it begins at one of three places within a group of four characters; the
 * characters that it shares with its neighbours are left out.
 */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const alone = bytes.toString("base64");
  const inside = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const forms = [alone, alone.replace(/=+$/, ""), ...inside.filter((form) => form.length >= SHORTEST)];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** Of one UTF-16 unit. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function unquoted(json: string): string {
  return json.slice(1, -1);
}

/** A lone surrogate has no form in a URL. */
function wellFormed(encode: (text: string) => string, secret: string): string {
  return encode(Buffer.from(secret).toString("utf8"));
}
