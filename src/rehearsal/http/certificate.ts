/** A self-signed certificate for a stand-in that has to speak TLS: its own authority, for the given hosts (RFC 5280). */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** The few ASN.1 DER encodings that an X.509 certificate needs (ITU-T X.690). */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);
const set = (...items: readonly Uint8Array[]): Buffer => der(0x31, ...items);
const octets = (bytes: Uint8Array): Buffer => der(0x04, bytes);
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
/** Whole bytes: no unused bits. */
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.from([0]), bytes);

/** A positive number, big endian. */
function integer(bytes: Uint8Array): Buffer {
  const negative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return der(0x02, negative ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** Years 1950 to 2049. */
function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const groups = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  return bytes < 0x100 ? Buffer.from([0x81, bytes]) : Buffer.from([0x82, bytes >> 8, bytes & 0xff]);
}

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM; also what a client takes for its CA. */
  readonly cert: string;
}

const ECDSA_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const COMMON_NAME = objectId("2.5.4.3");
const BASIC_CONSTRAINTS = objectId("2.5.29.19");
const SUBJECT_ALT_NAME = objectId("2.5.29.17");

export function selfSignedCertificate(hosts: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(COMMON_NAME, utf8("dingo-recover stand-in"))));
  // Valid long before and after today: the clock of a rehearsal may show any year of the recovery's era.
  const validity = sequence(utcTime(new Date("2010-01-01T00:00:00Z")), utcTime(new Date("2049-01-01T00:00:00Z")));
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(authority(), alternativeNames(hosts))),
  );
  const whole = sequence(body, ECDSA_SHA256, bits(sign("sha256", body, privateKey)));
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert: pem(whole) };
}

function authority(): Buffer {
  return sequence(BASIC_CONSTRAINTS, boolean(true), octets(sequence(boolean(true))));
}

function alternativeNames(hosts: readonly string[]): Buffer {
  return sequence(SUBJECT_ALT_NAME, octets(sequence(...hosts.map(alternativeName))));
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 4 ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
