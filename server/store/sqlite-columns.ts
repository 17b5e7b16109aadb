// Owns the way between the columns of SQLite and the rows of the port.
// Always holds: NULL and 0 or 1 for booleans stay below the port.

/** A row as SQLite gives it: NULL for what is not there, 0 or 1 for booleans. */
export type Columns<Row> = {
  [K in keyof Row]: boolean extends Row[K]
    ? number
    : undefined extends Row[K]
      ? Exclude<Row[K], undefined> | null
      : Row[K]
}

export const orNull = <T>(value: T | undefined): T | null => value ?? null

export const mapped = <Raw, Row>(row: Raw | undefined, to: (row: Raw) => Row): Row | undefined =>
  row === undefined ? undefined : to(row)
