import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fingerprint, parseHostKey } from "../../../src/kit/ssh/host-key.ts";
import { knownHostKeys, knownHostKeysIn } from "../../../src/kit/ssh/known-hosts.ts";
import { ed25519KeyPair } from "./shell-server.ts";

const A = ed25519KeyPair().public;
const B = ed25519KeyPair().public;

function found(text: string, host = "jump.example.org", port = 22): string[] {
  return knownHostKeysIn(text, host, port).known.map((key) => `${key.type} ${key.blob.toString("base64")}`);
}

function hashed(name: string): string {
  const salt = Buffer.from("0123456789abcdefghij");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

describe("known_hosts", () => {
  it("finds a host by its name, among several, with comments around", () => {
    expect(found(`# comment\n\nother ${B}\njump.example.org,10.0.0.1 ${A} me@here\n`)).toEqual([A]);
    expect(found(`JUMP.example.org ${A}`)).toEqual([A]);
  });

  it("keeps ports apart", () => {
    expect(found(`[jump.example.org]:2222 ${A}\njump.example.org ${B}`, "jump.example.org", 2222)).toEqual([A]);
  });

  it("reads hashed names", () => {
    expect(found(`${hashed("jump.example.org")} ${A}\n${hashed("other")} ${B}`)).toEqual([A]);
    expect(found(`${hashed("[jump.example.org]:2222")} ${A}`, "jump.example.org", 2222)).toEqual([A]);
  });

  it("reads wildcards and exceptions from them", () => {
    expect(found(`*.example.org ${A}`)).toEqual([A]);
    expect(found(`*.example.org,!jump.example.org ${A}`)).toEqual([]);
    expect(found(`jumpXexample.org ${A}`)).toEqual([]);
  });

  it("leaves out revoked keys and certificate authorities", () => {
    expect(found(`jump.example.org ${A}\n@revoked * ${A}\n@cert-authority *.example.org ${B}`)).toEqual([]);
  });

  it("names the revoked keys of the host, also if nothing else is known of it", () => {
    const revoked = (text: string) => knownHostKeysIn(text, "jump.example.org", 22).revoked.map(({ blob }) => blob);
    expect(revoked(`@revoked * ${A}\n@revoked other ${B}`)).toEqual([parseHostKey(A)?.blob]);
    expect(revoked(`jump.example.org ${B}\n@revoked ${hashed("jump.example.org")} ${A}`)).toEqual([
      parseHostKey(A)?.blob,
    ]);
    expect(revoked(`@cert-authority * ${A}`)).toEqual([]);
  });

  it("passes over lines that are torn", () => {
    expect(found(`jump.example.org ssh-ed25519 AAAA\njump.example.org\njump.example.org ${A}`)).toEqual([A]);
  });

  it("counts a file that is not there as empty", async () => {
    expect(await knownHostKeys(["/nowhere/known_hosts"], "jump", 22)).toEqual({ known: [], revoked: [] });
  });
});

describe("a host key", () => {
  it("is refused if the name of its type and its content differ", () => {
    expect(parseHostKey(`ssh-rsa ${A.split(" ")[1]}`)).toBeUndefined();
    expect(parseHostKey("")).toBeUndefined();
  });

  it("has the fingerprint that OpenSSH prints", () => {
    // `ssh-keygen -lf` of OpenSSH 9.2 for this key.
    const text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const key = parseHostKey(text);
    expect(key === undefined ? undefined : fingerprint(key)).toBe("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
  });
});
