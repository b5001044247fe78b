import { z } from "zod";
import { targetInput } from "../docker/target-container.ts";
import { keySetting } from "./key-setting.ts";

/** A node more than 1 MB behind /optime/leader refuses to lead; the fresh database may be ahead of the old one (dingo.md §1.10). */
export const removeOptime = keySetting({
  id: "etcd.remove-optime",
  title: "Remove the new instance's last position from etcd",
  cost: "puts the new instance's own last position back into etcd",
  input: z.strictObject({ ...targetInput, etcd: z.string() }),
  output: z.object({ removed: z.string().nullable() }),
  key: "optime/leader",
  wanted: () => null,
  outputOf: (_target, before) => ({ removed: before }),
});
