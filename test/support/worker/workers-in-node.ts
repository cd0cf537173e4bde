// What `cloudflare:workers`, `cloudflare:test` and workerd's globals are where tests run in Node, because starting workerd,
// or its D1, would take ten times as long: real SQLite, and maps for KV, R2 and the caches.
import { randomBytes } from 'node:crypto'
import { openSqliteD1 } from '../../prove/sim/sqlite-d1.ts'

const randomKey = () => randomBytes(32).toString('base64url')

// One for all test files of the process, each of which may load this module anew.
const shared = globalThis as { bindings?: ReturnType<typeof createBindings> }
shared.bindings ??= createBindings()
export const env = shared.bindings

function createBindings() {
  return {
    DB: openSqliteD1('migrations'),
    KV: createKv(),
    ARTIFACTS: createR2(),
    UNKNOWN_TOKENS: createLimit(300),
    LEAK_REPORTS: createLimit(60),
    SIGN_INS: createLimit(20),
    EXCHANGES: createLimit(300),
    VERSION: { id: 'test', tag: '', timestamp: '' },
    PUBLIC_ORIGIN: 'https://builds.test',
    OIDC_ISSUERS: 'gitlab=https://gitlab.example.com,github=https://github.example.com/_services/token',
    PEPPERS: `test:${randomKey()}`,
    DOWNLOAD_KEY: randomKey(),
    DATA_KEY: `test:${randomKey()}`,
    OUTBOX: { sendBatch: async () => {}, send: async () => {} },
    UPKEEP: { sendBatch: async () => {} },
  }
}

/** As wrangler.toml has it, without a clock. Who says no address is not counted: all tests of a file are one then. */
function createLimit(most: number) {
  const spent = new Map<string, number>()
  return {
    async limit({ key }: { key: string }) {
      spent.set(key, (spent.get(key) ?? 0) + 1)
      return { success: key === 'local' || (spent.get(key) ?? 0) <= most }
    },
  }
}

type Worker = { default: { fetch(request: Request, env: unknown, ctx: unknown): Promise<Response> } }

export const SELF = {
  async fetch(url: string, init: RequestInit) {
    const worker = (await import('../../../src/index.ts')) as unknown as Worker
    const request = new Request(url, init)
    // workerd's own requests come with the length of their body.
    if (typeof init.body === 'string') request.headers.set('Content-Length', String(Buffer.byteLength(init.body)))
    return worker.default.fetch(request, env, createExecutionContext())
  },
}
export function createExecutionContext() {
  const waiting: Promise<unknown>[] = []
  return { waiting, waitUntil: (work: Promise<unknown>) => void waiting.push(work), passThroughOnException: () => {} }
}
export async function waitOnExecutionContext({ waiting }: { waiting: Promise<unknown>[] }) {
  while (waiting.length > 0) await Promise.allSettled(waiting.splice(0))
}
export const applyD1Migrations = async () => {}

function createKv() {
  const entries = new Map<string, { value: string; expiration: number | undefined }>()
  return {
    get: async (key: string) => entries.get(key)?.value ?? null,
    put: async (key: string, value: string, options: { expirationTtl?: number } = {}) => {
      const { expirationTtl } = options
      entries.set(key, { value, expiration: expirationTtl && Date.now() / 1_000 + expirationTtl })
    },
    list: async ({ prefix = '' } = {}) => ({
      keys: [...entries]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { expiration }]) => ({ name, expiration })),
    }),
  }
}

function createR2() {
  const objects = new Map<string, Uint8Array>()
  const partsOf = (key: string) => ({
    key,
    uploadId: 'upload',
    uploadPart: async (partNumber: number, body: ReadableStream) => {
      await new Response(body).arrayBuffer()
      return { partNumber, etag: String(partNumber) }
    },
    complete: async () => ({ key, size: 0 }),
    abort: async () => {},
  })
  return {
    async list() {
      return { objects: [...objects].map(([key, bytes]) => ({ key, etag: Buffer.from(bytes).toString('base64') })) }
    },
    async put(key: string, body: ReadableStream | ArrayBuffer) {
      objects.set(key, new Uint8Array(await new Response(body).arrayBuffer()))
      return {}
    },
    async get(key: string, { range }: { range?: { offset: number; length: number } } = {}) {
      const bytes = objects.get(key)
      if (!bytes) return null
      const held = new Blob([range ? bytes.slice(range.offset, range.offset + range.length) : bytes])
      return { body: held.stream(), arrayBuffer: () => held.arrayBuffer() }
    },
    createMultipartUpload: async (key: string) => partsOf(key),
    resumeMultipartUpload: (key: string) => partsOf(key),
    head: async (key: string) => (objects.has(key) ? {} : null),
    async delete(keys: string | readonly string[]) {
      for (const key of [keys].flat()) objects.delete(key)
    },
  }
}

/** Passes bytes on and takes their SHA-256; the length is not checked here. */
class DigestStream extends WritableStream<Uint8Array> {
  readonly digest: Promise<ArrayBuffer>
  constructor() {
    const chunks: Uint8Array[] = []
    let done: (digest: Promise<ArrayBuffer>) => void = () => {}
    super({
      write: (chunk) => void chunks.push(chunk),
      close: () =>
        done(
          new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer().then((b) => crypto.subtle.digest('SHA-256', b)),
        ),
    })
    this.digest = new Promise((resolve) => {
      done = resolve
    })
  }
}

Object.assign(crypto, { DigestStream })
Object.assign(globalThis, {
  FixedLengthStream: class extends TransformStream {
    // biome-ignore lint/complexity/noUselessConstructor: the length that workerd's takes is no transformer.
    constructor() {
      super()
    }
  },
})

const opened = new Map<string, Map<string, { text: string; headers: Headers }>>()

Object.assign(globalThis, {
  // What is done a while after an answer keeps no test waiting.
  scheduler: { wait: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms).unref()) },
  caches: {
    default: null,
    async open(name: string) {
      const kept = opened.get(name) ?? new Map<string, { text: string; headers: Headers }>()
      opened.set(name, kept)
      return {
        async match(key: string) {
          const found = kept.get(key)
          return found && new Response(found.text, { headers: found.headers })
        },
        put: async (key: string, response: Response) =>
          void kept.set(key, { text: await response.text(), headers: response.headers }),
        delete: async (key: string) => kept.delete(key),
      }
    },
  },
})
