/** Versions of a real recovery (docs/compatibility.md, "Proven on"). Nobody has tried others, which may do as well. */
export const PROVEN = { cf: "8.18.3", node: "24.21" } as const;

/** The version, and beside it the proven one, if they differ. */
export function besideProven(part: keyof typeof PROVEN, version: string): string {
  const proven = PROVEN[part];
  const isProven = version === proven || version.startsWith(`${proven}.`) || version.startsWith(`${proven}+`);
  return isProven ? version : `${version} (proven with ${proven})`;
}
