import { inject } from 'vitest'

/**
 * Numbers of the command that `npm test` has smaller: what is sent in parts, how much of a log is kept whole, and for how long
 * it waits before it tries again. What goes over the limit goes over it with a quarter of the bytes; `npm run prove` runs the
 * command as it is handed out, with files as large as that asks for.
 */
const NUMBERS = {
  PARTS_FROM_BYTES: { text: '32 * 1024 ** 2', whole: 32 * 1024 ** 2, quick: 8 * 1024 ** 2 },
  /** Of the beginning and of the end of a log that is cut. */
  KEPT_BYTES: { text: '16 * MIB', whole: 16 * 1024 ** 2, quick: 2 * 1024 ** 2 },
  WHOLE_BYTES: { text: '64 * MIB', whole: 64 * 1024 ** 2, quick: 8 * 1024 ** 2 },
  FIRST_DELAY_MS: { text: '500', whole: 500, quick: 50 },
} as const

/** The number as the command has it that these tests run. */
export function numberOf(name: keyof typeof NUMBERS): number {
  return NUMBERS[name][inject('isProof') ? 'whole' : 'quick']
}

/** The bundle of the command with the smaller numbers; throws where it has none of these as they are written here. */
export function quickened(bundle: string): string {
  let quick = bundle
  for (const [name, { text, quick: value }] of Object.entries(NUMBERS)) {
    const parts = quick.split(`var ${name} = ${text};`)
    if (parts.length !== 2) throw new Error(`the command has ${parts.length - 1} times ${name} = ${text}`)
    quick = parts.join(`var ${name} = ${value};`)
  }
  return quick
}
