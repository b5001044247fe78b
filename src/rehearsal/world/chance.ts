/** Everything that looks random in a world: drawn from its seed, so that the same scenario runs the same way. */
import { guidOf, sha256 } from "../guid.ts";
import type { World } from "./world.ts";

/** Another text at each draw. */
const draw = (world: World, label: string): string => `${world.seed}/${(world.drawn += 1)}/${label}`;

const digest = (world: World, label: string): Buffer => Buffer.from(sha256(draw(world, label)), "hex");

export const drawGuid = (world: World, label: string): string => guidOf(draw(world, label));

/** 64 hex digits: a container id. */
export const drawId = (world: World, label: string): string => sha256(draw(world, label));

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
