import { expect, it } from "vitest";
import { KERNEL_BASE64 } from "../../../src/discovery/scan/kernel-bytes.ts";
import { assembleKernel } from "./assemble-kernel.ts";

it("The kernel's bytes are what its source says", async () => {
  expect(Buffer.from(await assembleKernel()).toString("base64")).toBe(KERNEL_BASE64);
});
