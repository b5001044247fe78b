/** Shapes as cel-js declares variables: a type name, or a schema of named fields. */
import type { Shape } from "./shape.ts";

export type CelSchema = { [field: string]: string | CelSchema };

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/**
 * A number may come as int or as double, and a nullable value may be null: CEL has no type for "either", so both are
 * `dyn`. Objects with keys that CEL cannot name are plain maps.
 */
export function celSchema(shape: Shape): { type: string } | { schema: CelSchema } {
  const type = typeOf(shape);
  return typeof type === "string" ? { type } : { schema: type };
}

function typeOf(shape: Shape): string | CelSchema {
  if (shape.nullable === true) return "dyn";
  switch (shape.kind) {
    case "string":
      return "string";
    case "integer":
      return "int";
    case "boolean":
      return "bool";
    case "list":
      return listOf(shape.items);
    case "object":
      return shape.open || shape.fields.size === 0 || [...shape.fields.keys()].some((name) => !IDENTIFIER.test(name))
        ? "map"
        : Object.fromEntries([...shape.fields].map(([name, field]) => [name, typeOf(field.shape)]));
    default:
      return "dyn";
  }
}

function listOf(items: Shape): string {
  const type = typeOf(items);
  return typeof type === "string" && type !== "map" ? `list<${type}>` : "list<dyn>";
}
