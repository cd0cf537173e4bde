import type { Mutant } from './mutation.ts'

type Harmless = { readonly file: string; readonly text: string; readonly what?: string; readonly because: string }

/** Changes after which nobody is let into anything else; part of the text is enough to name one. */
const HARMLESS: readonly Harmless[] = [
  {
    file: 'src/domain/grant.ts',
    text: '!asker.grant',
    what: 'condition is false',
    because: 'only asked of who belongs, and only a grant belongs; the types want it',
  },
  { file: 'src/domain/grant.ts', text: 'asker.role', what: 'condition is true', because: 'as above: a role is there' },
  {
    file: 'src/domain/download-ticket.ts',
    text: '!match?.[1] || !match[2]',
    what: 'right of ||',
    because: 'an expression that matches has both groups; the types want it',
  },
  {
    file: 'src/http/credentials.ts',
    text: 'authorization === null',
    what: 'condition is false',
    because: 'the text "null" is no Bearer either',
  },
  {
    file: 'src/http/credentials.ts',
    text: '1_000',
    because: 'bounds the work; a text that long is no token by its shape',
  },
  {
    file: 'src/http/credentials.ts',
    text: 'text.length > MAX_HEADER_LENGTH',
    because: 'bounds the work; a text that long is no token by its shape',
  },
]

export function isHarmless({ file, what }: Mutant, text: string): boolean {
  return HARMLESS.some(
    (entry) => entry.file === file && text.includes(entry.text) && (!entry.what || what.includes(entry.what)),
  )
}
