/** The variables of a service that move its data: everything else may be a secret, and is not kept. */
const MOVING = new Set(["PGDATA"]);

export const tellingVariable = (name: string): boolean => MOVING.has(name);
