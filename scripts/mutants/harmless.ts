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
    text: '!basic?.[1]',
    what: 'condition is false',
    because: 'what did not match decodes to no token; the types want it',
  },
  {
    file: 'src/http/credentials.ts',
    text: '!hasQueryToken(url)',
    what: 'condition is false',
    because: 'spares the search for what is not there',
  },
  {
    file: 'src/http/credentials.ts',
    text: 'start < 0',
    what: '< is <=',
    because: 'a URL does not begin with a question mark',
  },
  {
    file: 'src/storage/grants.ts',
    text: '300',
    because: "KV's freshness is not what anything rests on",
  },
  {
    file: 'src/storage/grants.ts',
    text: "slug && fact.value.grant.kind === 'personal'",
    because: 'decides only whether one round trip brings the role along, or a second one does',
  },
  {
    file: 'src/storage/grants.ts',
    text: 'key.includes(secret)',
    what: 'condition is true',
    because: 'whoever shared other work does it alone',
  },
  {
    file: 'src/storage/grants.ts',
    text: 'slug',
    what: 'condition is false',
    because: 'requests for two projects share the look at their token; each asks for its project',
  },
  {
    file: 'src/storage/grants.ts',
    text: "kept && useOf(stores, kept) === 'accept'",
    because: 'spares a look-up; what is handed on is judged again after it',
  },
  {
    file: 'src/storage/grants.ts',
    text: "useOf(stores, kept) === 'accept'",
    because: 'as above',
  },
  {
    file: 'src/storage/grants.ts',
    text: 'row',
    what: 'condition is true',
    because: 'a grant has a row; the types want it',
  },
  {
    file: 'src/storage/grants.ts',
    text: 'slug && projectRows?.[0]',
    what: 'left of &&',
    because: 'without a slug no project is asked for; the types want it',
  },
  {
    file: 'src/storage/grants.ts',
    text: 'project && role',
    because: 'a role is only found on a project and of a person; the types want it',
  },
  {
    file: 'src/storage/grants.ts',
    text: 'text === null',
    what: 'condition is false',
    because: 'the text "null" is no grant either',
  },
  {
    file: 'src/storage/proof.ts',
    text: 'facts.length === 0',
    what: 'condition is false',
    because: 'of no facts the worst is good; it spares a poll',
  },
  {
    file: 'src/storage/proof.ts',
    text: "use === 'ask' && polled === 'failed'",
    what: 'left of &&',
    because: 'what is accepted stays so, and no grace holds for what is void',
  },
  {
    file: 'src/storage/proof.ts',
    text: "standing.kind === 'proved'",
    what: 'left of &&',
    because: 'what is void has no time of proof; the types want it',
  },
  {
    file: 'src/storage/proof.ts',
    text: 'memory.slots.get(POLL_SLOT) === slot && memory.slots',
    what: 'left of &&',
    because: 'whoever would follow a newer poll asks D1',
  },
  {
    file: 'src/storage/projects.ts',
    text: 'allowing && bridged',
    what: 'left of &&',
    because: 'only what allows can be bridged; the types want it',
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
