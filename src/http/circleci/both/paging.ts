import type { Context } from 'hono'
import { invalidInput } from '../../../domain/error.ts'
import { type Paged, type PageKey, pageTokenFor, parsePageToken } from '../../../domain/formats/page-token.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { PageJson } from './paging-shape.ts'

type Shape = readonly ('string' | 'number')[]
type KeyOf<S extends Shape> = { [I in keyof S]: S[I] extends 'string' ? string : number }

/** Where `page-token` says to go on in that list; null for the first page. */
export function pageKeyOf<const S extends Shape>(c: Context<AppEnv>, list: string, shape: S): KeyOf<S> | null {
  const text = c.req.query('page-token')
  if (text === undefined || text === '') return null
  const key = parsePageToken(list, shape, text)
  if (!key) throw invalidInput('page-token', 'must be the next_page_token of a page of this list')
  // parsePageToken checked each part against the shape.
  return key as unknown as KeyOf<S>
}

/** A page as v2 gives it. */
export function pagedJson<T, J>(c: Context<AppEnv>, list: string, page: Paged<T>, itemJson: (item: T) => J) {
  return pagedItems(c, list, page.items.map(itemJson), page.nextKey)
}

export function pagedItems<J>(c: Context<AppEnv>, list: string, items: readonly J[], nextKey: PageKey | null) {
  return jsonRead(c, { items, next_page_token: nextKey && pageTokenFor(list, nextKey) } satisfies PageJson<J>)
}
