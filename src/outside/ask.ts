/** What is asked of somebody else's server, and how much of its time and of its words we take. */
export type Ask = {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** From the first byte sent to the last one read. */
  readonly boxMs: number
  readonly maxBytes: number
  /** Whether to read what it says of a refusal, too. */
  readonly readsRefusals?: boolean
}

export type OutsideAnswer = {
  readonly status: number
  readonly headers: Headers
  /** What a success, or a refusal that was to be read, said, if it came whole, in time and as UTF-8. */
  readonly text: string | null
}

/**
 * The one way in which we call servers that are not ours. A redirect is not followed: it could lead to where the address
 * itself may not, and would carry credentials along. Throws where no answer came; a `TimeoutError` where none came in time.
 */
export async function askOutside(
  url: string,
  { boxMs, maxBytes, headers, readsRefusals, ...request }: Ask,
): Promise<OutsideAnswer> {
  const stop = new AbortController()
  const late = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason))
  })
  const tooLate = new DOMException(`${hostOf(url)} took longer than ${boxMs} ms`, 'TimeoutError')
  const timer = setTimeout(() => stop.abort(tooLate), boxMs)
  try {
    const init = { ...request, headers: { 'User-Agent': 'Buildpass', ...headers }, redirect: 'manual' } as const
    const response = await Promise.race([fetch(url, { ...init, signal: stop.signal }), late])
    const whole = response.ok || readsRefusals ? Promise.race([textOf(response, maxBytes), late]) : null
    return { status: response.status, headers: response.headers, text: await (whole?.catch(() => null) ?? null) }
  } finally {
    clearTimeout(timer)
    // What is still under way then is not wanted, nor is the rejection that this causes.
    late.catch(() => {})
    stop.abort()
  }
}

/** The JSON of an answer that has to be a whole 200; throws what is wrong with it. */
export async function askJson(url: string, ask: Ask): Promise<unknown> {
  const { status, text } = await askOutside(url, ask)
  if (status !== 200) throw new Error(`${hostOf(url)} answered ${status}`)
  if (text === null)
    throw new Error(`${hostOf(url)} gave no whole answer of at most ${ask.maxBytes} bytes within ${ask.boxMs} ms`)
  return JSON.parse(text)
}

/** Counted as it comes: what a server says of its length is no promise. */
async function textOf(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  let length = 0
  let text = ''
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) throw new Error(`longer than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Not the whole address, which may hold a secret. */
function hostOf(url: string): string {
  return new URL(url).host
}
