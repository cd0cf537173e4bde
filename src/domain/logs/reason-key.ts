import { withoutPrefixes } from './error-shapes.ts'
import { ownText } from './shown-lines.ts'

/** The same for errors that differ in numbers, times, addresses and temporary paths alone; `below` is what stands behind. */
export function reasonKey(text: string, below: readonly string[]): string {
  return ownText([text, ...below].map((line) => unchanging(withoutPrefixes(line))).join('\n'))
}

const COMPARED_CHARACTERS = 300

function unchanging(text: string): string {
  return text
    .slice(0, COMPARED_CHARACTERS)
    .replace(CHANGING, '#')
    .replace(/\s{2,20}/g, ' ')
}

/** Digits behind a letter stay: they are of names, as in `E0308` and `test_1`. */
const CHANGING =
  /\/(?:private\/)?(?:tmp|var\/folders|var\/tmp)\/[^\s:'"`),]{1,200}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b0x[0-9a-f]{1,16}\b|\b(?=[a-f]{0,40}\d)[0-9a-f]{7,64}\b|(?<![A-Za-z_\d])\d[\d.,:]{0,30}(?: ?(?:ns|µs|ms|s|sec|seconds?|m|min|h|[kKMG]i?B|B)\b)?/gi
