/** The mistakes of an output against the schema of its action, in words of this tool and not of zod. */
import type { z } from "zod";
import { kindOf } from "../../engine/expression/expression.ts";
import { printable, quoted } from "../../kit/text/printable.ts";

const TYPES = /expected (\w+), received (\w+)/u;

export const faultsIn = ({ issues }: z.ZodError): string => issues.map(faultOf).join("; ");

function faultOf(issue: z.core.$ZodIssue): string {
  const name = issue.path.length === 0 ? "it" : quoted(issue.path.join("."));
  if (issue.code === "unrecognized_keys")
    return `${issue.keys.map((key) => quoted(key)).join(", ")} stands in ${name}, and not in the schema`;
  const [, expected = "", received = ""] = issue.code === "invalid_type" ? (TYPES.exec(issue.message) ?? []) : [];
  if (received === "undefined") return `${name} is missing`;
  if (received !== "") return `${name} is ${kindOf(received)}, and must be ${kindOf(expected)}`;
  return `${name} is refused: ${printable(issue.message)}`;
}
