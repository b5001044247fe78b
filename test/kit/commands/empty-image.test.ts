/** Each puller can give a name: an image is known to be empty by its layer and its settings. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { EMPTY_TAR, emptyImageIn } from "../../../src/kit/commands/empty-image.ts";

const LAYER = `sha256:${createHash("sha256").update(EMPTY_TAR).digest("hex")}`;
const ID = `sha256:${"a".repeat(64)}`;
const CONFIG = { Hostname: "", AttachStdin: false, Env: null, Cmd: null, Volumes: {}, OnBuild: [] };
const answer = (layers: readonly string[], config: object | undefined): string =>
  JSON.stringify([{ Id: ID, Size: 0, RootFS: { Type: "layers", Layers: layers }, Config: config }]);

it.each([[CONFIG], [undefined], [{}]])("takes the image that was made from nothing, with %j", (config) => {
  expect(emptyImageIn(answer([LAYER], config))).toBe(ID);
});

it.each([
  ["a layer that has links and no byte", answer([`sha256:${"b".repeat(64)}`], CONFIG)],
  ["a second layer", answer([LAYER, LAYER], CONFIG)],
  ["a variable that each program obeys", answer([LAYER], { ...CONFIG, Env: ["LD_PRELOAD=/look/0/x.so"] })],
  ["a look at its health", answer([LAYER], { ...CONFIG, Healthcheck: { Test: ["CMD", "/look/0/x"] } })],
  ["a volume", answer([LAYER], { ...CONFIG, Volumes: { "/usr": {} } })],
  ["no image", "[]\n"],
  ["no JSON", ""],
])("takes none that has %s", (_what, text) => {
  expect(emptyImageIn(text)).toBeUndefined();
});
