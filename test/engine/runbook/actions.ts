/** A small registry for tests: one action of each effect, with inputs and outputs of every kind. */
import { z } from "zod";
import { type AnyAction, defineAction } from "../../../src/action.ts";

const Found = z.object({
  guid: z.string(),
  name: z.string(),
  nodes: z.array(z.object({ cell: z.string(), index: z.number().int() })),
  size: z.number().int(),
  plan: z.string().nullable(),
  deleted_at: z.string().optional(),
});

const find = defineAction({
  id: "cf.find-instance",
  title: "Find an instance",
  effect: "read",
  input: z.object({ name: z.string().min(1), limit: z.number().int().optional(), deep: z.boolean().optional() }),
  output: Found,
  describe: () => [],
  run: () => Promise.reject(new Error("not run in tests")),
});

const create = defineAction({
  id: "cf.create-service",
  title: "Create a service",
  effect: "create",
  input: z.object({
    name: z.string(),
    plan: z.string(),
    kind: z.enum(["small", "large"]).optional(),
    nodes: z.number().int().optional(),
    tags: z.array(z.string()).optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    at: z.object({ org: z.string(), space: z.string() }).optional(),
  }),
  output: z.object({ guid: z.string(), healthy: z.boolean() }),
  describe: () => [],
  run: () => Promise.reject(new Error("not run in tests")),
  probe: () => Promise.resolve({ state: "not-done", evidence: "" } as const),
  verify: () => Promise.resolve({ holds: true, evidence: "" } as const),
});

const stop = defineAction({
  id: "docker.stop-container",
  title: "Stop a container",
  effect: "disrupt",
  input: z.object({ container: z.string(), grace: z.number().int().optional() }),
  output: z.object({ stopped_at: z.string() }),
  describe: () => [],
  guard: () => Promise.resolve(),
  run: () => Promise.reject(new Error("not run in tests")),
  probe: () => Promise.resolve({ state: "not-done", evidence: "" } as const),
  verify: () => Promise.resolve({ holds: true, evidence: "" } as const),
});

export const ACTIONS: ReadonlyMap<string, AnyAction> = new Map(
  [find, create, stop].map((action) => [action.id, action]),
);
