import { AppError } from '../../../domain/error.ts'

/** Hands on the body as it comes, at most that many bytes; 413 beyond, 499 where the client broke it off. */
export async function readBody(request: Request, maxBytes: number, take: (chunk: Uint8Array) => void): Promise<void> {
  const tooLarge = () => new AppError('too_large', `The request body is larger than ${maxBytes} bytes.`)
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge()
  const reader = request.body?.getReader()
  if (!reader) return
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new AppError('client_gone', undefined, { cause })
      })
      if (done) return
      length += value.byteLength
      if (length > maxBytes) throw tooLarge()
      take(value)
    }
  } finally {
    // Not canceled: `leaveBody` takes the rest.
    reader.releaseLock()
  }
}

const MAX_LEFT_BYTES = 32 * 1024 * 1024
const LEFT_BOX_MS = 5_000

/**
 * Takes what a client still sends after its answer is known, within bounds: an answer on a connection that is closed
 * while bytes come in is lost, and the client sees a broken connection, or its proxy's 500, instead of the reason.
 */
export async function leaveBody({ body }: Request): Promise<void> {
  if (!body || body.locked) return
  const reader = body.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, LEFT_BOX_MS)
  })
  // A client that is gone reads no answer either.
  await Promise.race([takeRest(reader).catch(() => undefined), late])
  clearTimeout(timer)
  reader.releaseLock()
}

async function takeRest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let left = MAX_LEFT_BYTES; left > 0; ) {
    const { done, value } = await reader.read()
    if (done) return
    left -= value.byteLength
  }
}
