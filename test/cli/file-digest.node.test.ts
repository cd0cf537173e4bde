import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openDigester } from '../../cli/files/file-digest.ts'
import { digestOfParts } from '../../src/domain/artifacts/artifact-digest.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

it('takes the digest of the whole, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
      const digester = openDigester({ kind: 'sha256', hex: '' })
      for (const chunk of chunks) digester.add(chunk)
      expect(digester.end()).toEqual({ kind: 'sha256', hex: sha256(Buffer.concat(chunks)) })
    }),
  )
})

it('takes the digest of parts as the server does, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 40 }),
      async (chunks, partSizeBytes) => {
        const digester = openDigester({ kind: 'sha256-parts', partSizeBytes, hex: '' })
        for (const chunk of chunks) digester.add(chunk)
        const whole = Buffer.concat(chunks)
        const parts = Array.from({ length: Math.ceil(whole.length / partSizeBytes) }, (_, i) =>
          sha256(whole.subarray(i * partSizeBytes, (i + 1) * partSizeBytes)),
        )
        expect(digester.end()).toEqual(await digestOfParts(partSizeBytes, parts))
      },
    ),
  )
})
