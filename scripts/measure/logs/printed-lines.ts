const MODULES = ['address', 'basket', 'checkout', 'delivery', 'invoice', 'payment', 'price', 'search'] as const

/** A line as build tools print it, another for each number; 55 bytes on average. */
export function lineOf(number: number): string {
  const hash = Math.imul(number, 0x9e3779b1) >>> 0
  const module = MODULES[hash % MODULES.length]
  switch (number % 4) {
    case 0:
      return `\u001b[32m✓\u001b[39m test/${module}/case-${hash % 977}.test.ts \u001b[2m${hash % 313}ms\u001b[22m`
    case 1:
      return `[${(number / 50).toFixed(2)}s] compiling src/${module}/part-${hash % 4_099}.ts`
    case 2:
      return `npm http fetch GET 200 https://registry.example.com/@acme%2f${module} ${hash % 900}ms`
    default:
      return `INFO  ${module}: ${hash.toString(16).padStart(8, '0')} done`
  }
}

/** Lines from that number on, about so many bytes of them. */
export function linesOf(from: number, bytes: number): Buffer {
  const lines: string[] = []
  for (let number = from, length = 0; length < bytes; number++) {
    lines.push(`${lineOf(number)}\n`)
    length += lines.at(-1)?.length ?? 0
  }
  return Buffer.from(lines.join(''))
}
