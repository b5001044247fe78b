/** Drafts of a stand-in's state: lists to change in place. Their rows are replaced, never changed: states of before share them. */
export type Draft<State> = {
  -readonly [Key in keyof State]: State[Key] extends readonly (infer Row)[] ? Row[] : State[Key];
};

export function draftOf<State extends object>(state: State): Draft<State> {
  const own = Object.entries(state).map(([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) ? [...(value as readonly unknown[])] : value,
  ]);
  return Object.fromEntries(own) as Draft<State>;
}

/** Replaces the rows that fit. */
export function change<Row>(rows: Row[], fits: (row: Row) => boolean, changed: Partial<Row>): void {
  for (const [at, row] of rows.entries()) if (fits(row)) rows[at] = { ...row, ...changed };
}

/** Takes the rows away that fit. */
export function drop<Row>(rows: Row[], fits: (row: Row) => boolean): void {
  rows.splice(0, rows.length, ...rows.filter((row) => !fits(row)));
}
