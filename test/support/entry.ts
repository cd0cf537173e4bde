/** The Worker under test until src/index.ts exists: the plugin loads a main module before any test. */
export default { fetch: () => new Response('no Worker yet', { status: 503 }) }
