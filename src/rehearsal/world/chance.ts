/** Everything that looks random in a world: drawn from its seed, so that the same scenario runs the same way. */
import { createHash } from "node:crypto";
import type { World } from "./world.ts";

function digest(world: World, label: string): Buffer {
  world.drawn += 1;
  return createHash("sha256").update(`${world.seed}/${world.drawn}/${label}`).digest();
}

export function drawGuid(world: World, label: string): string {
  const hex = digest(world, label).toString("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** 64 hex digits: a container id. */
export function drawId(world: World, label: string): string {
  return digest(world, label).toString("hex");
}

/** 16 letters and digits, as the broker makes them. Never a `=`: the container's scripts would cut it. */
export function drawPassword(world: World, label: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return [...digest(world, label).subarray(0, 16)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

/** A database system identifier as initdb makes it: seconds in the upper half. 19 digits. */
export function drawSysid(world: World): string {
  const low = digest(world, "sysid").readUInt32BE(0);
  return ((BigInt(Math.floor(world.now / 1000)) << 32n) | BigInt(low)).toString();
}
