/** Where a Buildpass answers, so that `fetch` is held against the API document there. */
const origins = new Set<string>()

export function expectDocumented(origin: string): void {
  origins.add(origin)
}

// Files, and what workerd itself answers.
const NO_ROUTES = /^\/(?:assets|cdn-cgi)\/|^\/favicon\.ico$/

const plainFetch = globalThis.fetch

/** From now on an answer of a Buildpass that the document does not tell of is an error of the `fetch` that got it. */
export function watchFetch(): void {
  globalThis.fetch = async (input, init) => {
    const response = await plainFetch(input, init)
    const { origin, pathname } = new URL(response.url)
    if (!origins.has(origin) || NO_ROUTES.test(pathname)) return response
    // Loaded by the first who needs it: it brings the whole application.
    const { documented } = await import('./documented.ts')
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    // Redirects that were followed were followed with GET.
    return documented({ method: response.redirected ? 'GET' : method, url: response.url }, response)
  }
}
