/** What a program wrote, out of the file that script(1) of util-linux makes: without the lines that it adds itself. */
export type Typescript = {
  readonly push: (bytes: Buffer) => readonly Buffer[]
  readonly end: () => readonly Buffer[]
}

const HEAD = Buffer.from('Script started on ')
const FOOT = Buffer.from('\nScript done on ')
const NEWLINE = 0x0a

/** `Script started on …` before all, and `Script done on …` behind, which needs the last line to be held back. */
export function openTypescript(): Typescript {
  let held = Buffer.alloc(0)
  let isHeadOver = false

  return {
    push(chunk) {
      let bytes = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
      if (!isHeadOver) {
        const isHead = bytes.subarray(0, HEAD.length).equals(HEAD.subarray(0, bytes.length))
        const lineEnd = isHead ? bytes.indexOf(NEWLINE) : -1
        held = bytes
        if (isHead && lineEnd === -1) return []
        isHeadOver = true
        bytes = bytes.subarray(lineEnd + 1)
      }
      const foot = footIn(bytes)
      held = bytes.subarray(foot)
      return foot === 0 ? [] : [bytes.subarray(0, foot)]
    },
    end() {
      const isFoot = held.subarray(0, FOOT.length).equals(FOOT)
      return isFoot || held.length === 0 ? [] : [held]
    },
  }
}

/** From where on the bytes may be the foot: a last line that begins as it does; else their end. */
function footIn(bytes: Buffer): number {
  const whole = bytes.lastIndexOf(FOOT)
  if (whole !== -1) {
    const lineEnd = bytes.indexOf(NEWLINE, whole + 1)
    if (lineEnd === -1 || lineEnd === bytes.length - 1) return whole
  }
  for (let at = Math.max(0, bytes.length - FOOT.length + 1); at < bytes.length; at++)
    if (bytes.subarray(at).equals(FOOT.subarray(0, bytes.length - at))) return at
  return bytes.length
}
