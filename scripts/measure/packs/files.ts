import { randomFillSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { linesOf } from '../logs/printed-lines.ts'
import { seeded } from '../random.ts'

const FILM_BYTES = 16_000_000

/** Writes files of mixed kinds and sizes, as the report of a test runner has them; gives their bytes. */
export function writeReport(folder: string, files: number, bytes: number): number {
  const random = seeded(files)
  const text = linesOf(0, 4_000_000)
  // Most are small, and some are a hundred times as large.
  const weights = Array.from({ length: files }, () => Math.exp(4 * random()))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let written = 0
  for (const [i, weight] of weights.entries()) {
    const size = Math.floor((weight / whole) * bytes)
    const isPicture = i % 10 === 0
    const from = Math.floor(random() * (text.length - size))
    const content = isPicture ? randomFillSync(Buffer.alloc(size)) : text.subarray(from, from + size)
    const kind = isPicture ? 'png' : i % 3 === 0 ? 'html' : 'json'
    const file = join(folder, `suite-${i % 97}`, `case-${i}.${kind}`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    written += size
  }
  return written
}

/** Writes files that no packing makes smaller, each small enough for a pack. */
export function writeFilms(folder: string, bytes: number): void {
  mkdirSync(folder)
  const film = Buffer.alloc(FILM_BYTES)
  for (let i = 0; i * FILM_BYTES < bytes; i++) writeFileSync(join(folder, `film-${i}.mp4`), randomFillSync(film))
}
