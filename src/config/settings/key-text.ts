/** Text of a key or a certificate, told by its form: people put it where the path of its file belongs. */

export const CERTIFICATE = /-----BEGIN CERTIFICATE-----/u;

/** PEM, OpenPGP's armour, or these in base64; or more than one line. */
const KEY = /[\r\n]|-----BEGIN|LS0tLS1CRUdJTi/u;

/** Whether the text is a key, and no path or name. */
export const holdsKey = (text: string): boolean => KEY.test(text);
