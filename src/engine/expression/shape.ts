/**
 * Shapes: what is known at load time about a value that exists only at run time. Taken from the zod schemas of inputs
 * and outputs by way of JSON Schema, so that there is one declaration only.
 */
import { z } from "zod";

export type Shape = (
  | { readonly kind: "any" | "string" | "integer" | "number" | "boolean" | "null" }
  | { readonly kind: "list"; readonly items: Shape }
  | {
      readonly kind: "object";
      readonly fields: ReadonlyMap<string, Field> /** Keys beside `fields` may stand here. */;
      readonly open: boolean;
    }
) & { readonly nullable?: boolean };

export interface Field {
  readonly shape: Shape;
  /** The key may be absent: a reference needs `has()`. */
  readonly optional: boolean;
}

export const ANY: Shape = { kind: "any" };

export function objectShape(fields: Iterable<readonly [string, Field | Shape]>, open = false): Shape {
  const entries = [...fields].map(
    ([name, field]) => [name, "optional" in field ? field : { shape: field, optional: false }] as const,
  );
  return { kind: "object", fields: new Map(entries), open };
}

/** Shape of the values that a schema accepts (`input`) or gives (`output`); `any` if JSON Schema has no word for it. */
export function shapeOf(schema: z.ZodType, io: "input" | "output"): Shape {
  const known = KNOWN[io].get(schema);
  if (known !== undefined) return known;
  const document = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  const shape = new Reader(document).shape(document, 0);
  KNOWN[io].set(schema, shape);
  return shape;
}

/** Schemas are constants of their actions, and one action serves many steps. */
const KNOWN = { input: new WeakMap<z.ZodType, Shape>(), output: new WeakMap<z.ZodType, Shape>() };

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Recursive schemas are followed this far; below, anything goes. */
const DEEPEST = 12;

class Reader {
  readonly #root: JsonSchema;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  shape(schema: unknown, depth: number): Shape {
    if (!isSchema(schema) || depth > DEEPEST) return ANY;
    if (schema.$ref !== undefined) return this.shape(this.#resolve(schema.$ref), depth + 1);
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (alternatives !== undefined) return this.#union(alternatives, depth);
    if (schema.allOf !== undefined) return ANY;
    if (schema.const !== undefined || schema.enum !== undefined) return literals(schema);
    return this.#typed(schema, depth);
  }

  #typed(schema: JsonSchema, depth: number): Shape {
    // zod writes a nullable scalar as a list of types.
    const types: readonly string[] = [schema.type ?? []].flat();
    const nullable = types.length > 1 && types.includes("null");
    const [type, ...others] = types.filter((one) => !nullable || one !== "null");
    if (type === undefined || others.length > 0) return ANY;
    const shape = this.#single(type, schema, depth);
    return nullable ? { ...shape, nullable: true } : shape;
  }

  #single(type: string, schema: JsonSchema, depth: number): Shape {
    if (type === "array") return { kind: "list", items: this.shape(schema.items, depth + 1) };
    if (type === "object") return this.#object(schema, depth);
    return isScalarKind(type) ? { kind: type } : ANY;
  }

  #object(schema: JsonSchema, depth: number): Shape {
    const required = new Set(schema.required);
    const fields = Object.entries(schema.properties ?? {}).map(
      ([name, property]) => [name, { shape: this.shape(property, depth + 1), optional: !required.has(name) }] as const,
    );
    // zod leaves `additionalProperties` out for plain objects, whose other keys it drops.
    const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
    return { kind: "object", fields: new Map(fields), open };
  }

  #union(alternatives: readonly unknown[], depth: number): Shape {
    const all = alternatives.map((one) => this.shape(one, depth + 1));
    const shapes = all.filter((shape) => shape.kind !== "null");
    const nullable = shapes.length < all.length || shapes.some((shape) => shape.nullable === true);
    const joined = shapes.length === 0 ? { kind: "null" as const } : shapes.reduce(join);
    return nullable ? { ...joined, nullable: true } : joined;
  }

  #resolve(reference: string): unknown {
    if (reference === "#") return this.#root;
    const name = /^#\/\$defs\/(.+)$/u.exec(reference)?.[1];
    return name === undefined ? undefined : this.#root.$defs?.[name];
  }
}

/** The shape of a value that has one shape or the other. */
function join(a: Shape, b: Shape): Shape {
  if (a.kind === "list" && b.kind === "list") return { kind: "list", items: join(a.items, b.items) };
  if (a.kind === "object" && b.kind === "object") return joinObjects(a, b);
  if (a.kind !== b.kind) return ANY;
  return a.nullable === true ? a : b;
}

type ObjectShape = Extract<Shape, { readonly kind: "object" }>;

function joinObjects(a: ObjectShape, b: ObjectShape): Shape {
  const names = new Set([...a.fields.keys(), ...b.fields.keys()]);
  const fields = new Map<string, Field>();
  for (const name of names) {
    const [left, right] = [a.fields.get(name), b.fields.get(name)];
    if (left !== undefined && right !== undefined)
      fields.set(name, { shape: join(left.shape, right.shape), optional: left.optional || right.optional });
    else fields.set(name, { shape: (left ?? right)?.shape ?? ANY, optional: true });
  }
  return { kind: "object", fields, open: a.open || b.open };
}

function literals(schema: JsonSchema): Shape {
  const values: readonly unknown[] = schema.enum ?? [schema.const];
  const shapes = values.map(literal);
  const solid = shapes.filter((shape) => shape.kind !== "null");
  const joined = solid.length === 0 ? { kind: "null" as const } : solid.reduce(join);
  return solid.length < shapes.length ? { ...joined, nullable: true } : joined;
}

function literal(value: unknown): Shape {
  if (value === null) return { kind: "null" };
  if (typeof value === "string" || typeof value === "boolean") return { kind: typeof value as "string" | "boolean" };
  return { kind: Number.isInteger(value) ? "integer" : "number" };
}

function isScalarKind(type: string): type is "string" | "integer" | "number" | "boolean" | "null" {
  return ["string", "integer", "number", "boolean", "null"].includes(type);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}

/** "text", "a number" … as it reads in a sentence. */
export function shapeName(shape: Shape): string {
  const names = {
    any: "anything",
    string: "text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    null: "null",
    list: "a list",
    object: "a map",
  };
  return names[shape.kind];
}
