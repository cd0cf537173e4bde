import type { Context } from 'hono'
import { invalidInput } from '../../../domain/error.ts'
import { type Paged, type PageKey, pageTokenFor, parsePageToken } from '../../../domain/formats/page-token.ts'
import { type Answer, jsonRead } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryCount } from '../../frame/request/input.ts'
import type { ListJson, OneJson } from './list-shape.ts'

type Shape = readonly ('string' | 'number')[]
type KeyOf<S extends Shape> = { [I in keyof S]: S[I] extends 'string' ? string : number }

/** How many are asked for at once: `page[limit]`, from 1 to `max`, which is also what a call without it gets. */
export function pageLimitOf(c: Context<AppEnv>, max: number): number {
  return c.req.query('page[limit]') ? queryCount(c, 'page[limit]', { min: 1, max, fallback: max }) : max
}

/** Where `page[cursor]` says to go on in that list; null for the first page. */
export function pageCursorOf<const S extends Shape>(c: Context<AppEnv>, list: string, shape: S): KeyOf<S> | null {
  const text = c.req.query('page[cursor]')
  return text ? cursorIn(list, shape, text, 'page[cursor]') : null
}

/** The place in a cursor of that list, which came in the field of that name. */
export function cursorIn<const S extends Shape>(list: string, shape: S, text: string, field: string): KeyOf<S> {
  const key = parsePageToken(list, shape, text)
  if (!key) throw invalidInput(field, 'must be the next of a page of this list')
  // parsePageToken checked each part against the shape.
  return key as unknown as KeyOf<S>
}

export function oneRead<J>(c: Context<AppEnv>, data: J): Answer {
  return jsonRead(c, { data } satisfies OneJson<J>)
}

export function pageRead<T, J>(c: Context<AppEnv>, list: string, page: Paged<T>, itemJson: (item: T) => J) {
  return dataRead(c, list, page.items.map(itemJson), page.nextKey)
}

export function dataRead<J>(c: Context<AppEnv>, list: string, data: readonly J[], nextKey: PageKey | null) {
  return jsonRead(c, listJson(list, data, nextKey))
}

export function listJson<J>(list: string, data: readonly J[], nextKey: PageKey | null): ListJson<J> {
  return { data, page: { next: nextKey && pageTokenFor(list, nextKey), prev: null } }
}
