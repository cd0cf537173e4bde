/** On a host of its own: nobody else's page is told anything, neither what there is nor how long it takes. */
export const ON_HOST = {
  'Content-Security-Policy': "frame-ancestors 'self'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Robots-Tag': 'noindex',
} as const

/**
 * In a sandbox, whose origin is nobody's: to it its own files are foreign, so they say that anybody may read them. Its
 * address is its proof, and is told to no other.
 */
export const IN_SANDBOX = {
  'Access-Control-Allow-Origin': '*',
  'Content-Security-Policy': 'sandbox allow-scripts allow-popups allow-forms allow-downloads',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex',
} as const
