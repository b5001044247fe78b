/** Reads request bodies of the v3 API without trusting their form. */
export function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** `relationships.NAME.data.guid`. */
export function related(body: unknown, name: string): string | undefined {
  const guid = field(field(field(field(body, "relationships"), name), "data"), "guid");
  return typeof guid === "string" ? guid : undefined;
}
