/** What identifies a version of a resource. */
export type Validators = {
  /** A strong entity tag. */
  readonly etag: string
  /**
   * The whole second (epoch milliseconds) of the last change, which no other version has; null for an answer that is made
   * for each request: only its tag can say that it is unchanged.
   */
  readonly modifiedAt: number | null
}

export type ConditionOutcome = 'go_on' | 'not_modified' | 'failed'

/** The result of the conditions of a GET or HEAD, in the order of RFC 9110 §13.2.2. */
export function judgeConditions(headers: Headers, { etag, modifiedAt }: Validators): ConditionOutcome {
  const changedAt = modifiedAt ?? Number.POSITIVE_INFINITY
  const ifMatch = headers.get('If-Match')
  if (ifMatch === null) {
    const since = parseHttpDate(headers.get('If-Unmodified-Since'))
    if (since !== null && changedAt > since) return 'failed'
  } else if (!namesTag(ifMatch, etag)) return 'failed'
  const ifNoneMatch = headers.get('If-None-Match')
  if (ifNoneMatch !== null) return namesTag(ifNoneMatch.replaceAll('W/"', '"'), etag) ? 'not_modified' : 'go_on'
  const since = modifiedAt === null ? null : parseHttpDate(headers.get('If-Modified-Since'))
  return since !== null && changedAt <= since ? 'not_modified' : 'go_on'
}

/** Whether the client has parts of this version (RFC 9110 §13.1.5): only then does a Range count. */
export function isRangeCurrent(headers: Headers, { etag, modifiedAt }: Validators): boolean {
  const ifRange = headers.get('If-Range')
  if (ifRange === null || ifRange === etag) return true
  return modifiedAt !== null && parseHttpDate(ifRange) === modifiedAt
}

export function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

/** Whether a list of tags, or `*`, has exactly this tag: `W/"x"` is not `"x"`. */
function namesTag(list: string, etag: string): boolean {
  return list.trim() === '*' || list.split(',').some((tag) => tag.trim() === etag)
}

// IMF-fixdate, RFC 850, asctime: a recipient takes all three (RFC 9110 §5.6.7).
const ZONED = /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}|[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d) \d\d:\d\d:\d\d GMT$/
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/

/** Epoch milliseconds; null for text that is no HTTP date, which is ignored (§13.1.3). */
function parseHttpDate(text: string | null): number | null {
  if (text === null) return null
  const ms = ZONED.test(text) ? Date.parse(text) : ASCTIME.test(text) ? Date.parse(`${text} GMT`) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}
