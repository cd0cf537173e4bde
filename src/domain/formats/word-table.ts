/**
 * A table that words of others are looked up in. A plain object would also answer for what every object inherits:
 * `constructor`, `toString`, `__proto__`.
 */
export function wordTable<T>(rows: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(rows))
}
