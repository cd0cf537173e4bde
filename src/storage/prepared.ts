import { Column, fillPlaceholders, getTableName, is, SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type Db, openDb } from './stores.ts'

type Values = Readonly<Record<string, unknown>>
/** A select of Drizzle's: to be awaited, or to go into a batch. */
type Select = BatchItem<'sqlite'> & PromiseLike<readonly unknown[]>

/**
 * A read whose SQL is put together once in an isolate, which costs more than to run it; also how its rows become objects. `open`
 * gets placeholders where a call has values, and must look into none.
 */
export function prepareOnce<V extends Values, Q extends Select>(
  open: (db: Db, given: V) => Q,
): (db: Db, values: V) => Q {
  let plan: Plan | undefined
  return (db, values) => {
    plan ??= planOf(open(openUnasked(), placeholders(values)))
    return queryOf(plan, db, values) as unknown as Q
  }
}

/**
 * As `prepareOnce`, with a list besides, of which there are few lengths: each has a statement of its own. A list in one parameter
 * would hide its length from the planner, which then goes through other tables first.
 */
export function prepareWithList<V extends Values, Q extends Select>(
  open: (db: Db, given: V, list: readonly string[]) => Q,
): (db: Db, values: V, list: readonly string[]) => Q {
  const byLength = new Map<number, (db: Db, values: V) => Q>()
  const names = (list: readonly string[]) => list.map((_, i) => `item${i}`)
  return (db, values, list) => {
    const prepared =
      byLength.get(list.length) ??
      // The names of the items are among those of the values below.
      prepareOnce((db, given: V & Values) =>
        open(
          db,
          given,
          names(list).map((name) => given[name] as string),
        ),
      )
    byLength.set(list.length, prepared)
    return prepared(db, { ...values, ...Object.fromEntries(names(list).map((name, i) => [name, list[i]])) })
  }
}

/** A database that nobody asks: a statement is only put together there. */
function openUnasked(): Db {
  const client = { prepare: () => null }
  return openDb(client as unknown as D1Database)
}

function placeholders<V extends Values>(values: V): V {
  // Drizzle takes them wherever it takes a value.
  return Object.fromEntries(Object.keys(values).map((name) => [name, sql.placeholder(name)])) as unknown as V
}

type Plan = {
  readonly text: string
  readonly params: readonly unknown[]
  readonly columns: readonly ColumnPlan[]
}
/** Under which name, within which object, a column of a row goes, and how it is decoded; null as it is. */
type ColumnPlan = {
  readonly outer: string | null
  readonly name: string
  readonly decode: ((value: unknown) => unknown) | null
  /** Whether a null in it says, as Drizzle has it, that the joined table has no row: the object is null then. */
  readonly tellsMissing: boolean
}

/** What Drizzle knows of a select that it has put together. */
type Prepared = {
  readonly query: { readonly sql: string; readonly params: readonly unknown[] }
  readonly fields: readonly { readonly path: readonly string[]; readonly field: unknown }[]
  readonly joinsNotNullableMap?: Readonly<Record<string, boolean>>
}

function planOf(select: Select): Plan {
  // Drizzle's own types keep to themselves what its batch reads.
  const { query, fields, joinsNotNullableMap = {} } = (select as unknown as { _prepare(): Prepared })._prepare()
  const columns = fields.map(({ path, field }, i) => {
    const isFirst = fields.findIndex((other) => other.path.length === 2 && other.path[0] === path[0]) === i
    const mayMiss = path.length === 2 && is(field, Column) && joinsNotNullableMap[getTableName(field.table)] === false
    return { ...columnOf(path, field), tellsMissing: isFirst && mayMiss }
  })
  return { text: query.sql, params: query.params, columns }
}

function columnOf([first = '', second]: readonly string[], field: unknown): Omit<ColumnPlan, 'tellsMissing'> {
  const decoder = decoderOf(field)
  const isPlain = decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue || isNoop(decoder)
  return {
    outer: second === undefined ? null : first,
    name: second ?? first,
    decode: isPlain ? null : (value) => decoder.mapFromDriverValue(value),
  }
}

type Decoder = { mapFromDriverValue(value: unknown): unknown }
const isNoop = ({ mapFromDriverValue }: Decoder) => mapFromDriverValue === decoderOf(sql``).mapFromDriverValue

function decoderOf(field: unknown): Decoder {
  if (is(field, Column)) return field
  const text = is(field, SQL) ? field : (field as SQL.Aliased).sql
  return (text as unknown as { readonly decoder: Decoder }).decoder
}

/** The read for these values, as Drizzle's batch and whoever awaits it take it. */
function queryOf({ text, params, columns }: Plan, db: Db, values: Values) {
  const bound = fillPlaceholders([...params], values)
  const open = (...all: unknown[]) => db.$client.prepare(text).bind(...all)
  const run = async () => (await open(...bound).raw()).map((row) => rowOf(columns, row as unknown[]))
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited, as every query of Drizzle's.
    then: (done: (rows: unknown) => unknown, failed: (error: unknown) => unknown) => run().then(done, failed),
    _prepare: () => ({
      stmt: { bind: open },
      getQuery: () => ({ sql: text, params: bound }),
      mapResult: ({ results }: D1Result<Record<string, unknown>>) =>
        results.map((row) => rowOf(columns, Object.values(row))),
    }),
  }
}

function rowOf(columns: readonly ColumnPlan[], values: readonly unknown[]): unknown {
  const row: Record<string, unknown> = {}
  for (let i = 0; i < columns.length; i++) {
    const { outer, name, decode, tellsMissing } = columns[i] as ColumnPlan
    const raw = values[i]
    const value = raw === null || decode === null ? raw : decode(raw)
    if (outer === null) row[name] = value
    else if (tellsMissing && raw === null) row[outer] = null
    else if (row[outer] !== null) {
      row[outer] ??= {}
      ;(row[outer] as Record<string, unknown>)[name] = value
    }
  }
  return row
}
