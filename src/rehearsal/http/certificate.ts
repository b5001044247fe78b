/** A self-signed certificate for a stand-in that has to speak TLS: its own authority, for the given hosts (RFC 5280). */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { bits, boolean, der, integer, objectId, octets, sequence, set, utcTime, utf8 } from "./der.ts";

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
