/** The shape of a GUID, for patterns that hold one. */
export const GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** A GUID that begins where the pattern says, not in the middle of something longer. */
export const WHOLE_GUID = `(?<![0-9a-f-])(${GUID})(?![0-9a-f-])`;
