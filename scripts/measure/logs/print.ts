// A command to measure with. print.ts rate <MB/s> <MB> <file>: prints at that rate, and writes into the file how long it took
// in milliseconds. print.ts marks <count> <ms>: prints the time so often, a line each.
import { writeFileSync, writeSync } from 'node:fs'
import { linesOf } from './printed-lines.ts'

const PIECE_BYTES = 64 * 1024
const [what = '', ...args] = process.argv.slice(2)
switch (what) {
  case 'rate':
    printAt(Number(args[0]) * 1e6, Number(args[1]) * 1e6, args[2] ?? '')
    break
  case 'marks':
    printMarks(Number(args[0]), Number(args[1]))
    break
  default:
    throw new Error(`nothing is called ${what}`)
}

function printAt(bytesASecond: number, bytes: number, file: string): void {
  const lines = linesOf(0, 16 * 1024 * 1024)
  const startedAt = performance.now()
  for (let done = 0; done < bytes; ) {
    const from = done % (lines.length - PIECE_BYTES)
    done += writeSync(1, lines, from, PIECE_BYTES)
    sleep((done / bytesASecond) * 1000 - (performance.now() - startedAt))
  }
  writeFileSync(file, String(performance.now() - startedAt))
}

function printMarks(count: number, ms: number): void {
  for (let i = 0; i < count; i++) {
    writeSync(1, `${Date.now()}\n`)
    sleep(ms)
  }
}

function sleep(ms: number): void {
  if (ms >= 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
