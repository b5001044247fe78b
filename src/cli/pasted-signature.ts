/** A signature as it goes from hand to hand: as ssh-keygen writes it, or in one line that a prompt can take. */
const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";
const LINE = "dingo-approval:";
/** As ssh-keygen breaks its lines. */
const WIDTH = 70;

/** `dingo-approval:` and the signature's base64. */
export function oneLine(signature: string): string {
  return `${LINE}${bodyOf(signature) ?? ""}`;
}

/** As ssh-keygen writes it, out of either form; undefined where it is neither. Whatever else stands there is left out. */
export function armored(text: string): string | undefined {
  const body = bodyOf(text);
  if (body === undefined || body === "") return undefined;
  return [BEGIN, ...(body.match(new RegExp(`.{1,${WIDTH}}`, "gu")) ?? []), END, ""].join("\n");
}

function bodyOf(text: string): string | undefined {
  const given = text.trim();
  const [begin, end] = [given.indexOf(BEGIN), given.indexOf(END)];
  const inner =
    begin >= 0 && end > begin
      ? given.slice(begin + BEGIN.length, end)
      : given.startsWith(LINE)
        ? given.slice(LINE.length)
        : undefined;
  const body = inner?.replaceAll(/\s/gu, "");
  return body !== undefined && /^[A-Za-z0-9+/]+={0,2}$/u.test(body) ? body : undefined;
}
