import type { Mutant } from './mutation.ts'

type Harmless = { readonly file: string; readonly text: string; readonly what?: string; readonly because: string }

/** Changes after which nobody is let into anything else. */
const HARMLESS: readonly Harmless[] = [
  {
    file: 'src/storage/tokens/rights.ts',
    text: '!first',
    what: 'condition is false',
    because: 'a batch of nothing has nothing to answer; the types want it',
  },
  {
    file: 'src/storage/tokens/rights.ts',
    text: "actor.right.kind === 'own'",
    what: 'condition is false',
    because: 'spares the instance a check that it always passes',
  },
  {
    file: 'src/storage/tokens/rights.ts',
    text: 'sessionId !== null',
    what: 'condition is true',
    because: 'no row has the id null',
  },
  {
    file: 'src/storage/people/identities.ts',
    text: '5',
    what: 'constant',
    because: 'the fifth login is drawn by chance; more rounds of the same',
  },
  {
    file: 'src/storage/people/identities.ts',
    text: 'attempt < LOGIN_TRIES',
    what: '< is <=',
    because: 'more rounds of the same',
  },
  {
    file: 'src/domain/access/grant.ts',
    text: '!asker.grant',
    what: 'condition is false',
    because: 'only asked of who belongs, and only a grant belongs; the types want it',
  },
  {
    file: 'src/domain/access/grant.ts',
    text: 'asker.role',
    what: 'condition is true',
    because: 'as above: a role is there',
  },
  {
    file: 'src/domain/access/permission.ts',
    text: "['member', 'admin']",
    what: 'added',
    because: 'a permission in the list of roles is no role, and opens nothing',
  },
  {
    file: 'src/http/hot.ts',
    text: "credential.kind === 'secret'",
    what: 'condition is true',
    because: 'no grant is known of no secret; the types want it',
  },
  {
    file: 'src/http/hot.ts',
    text: '!response',
    what: 'condition is false',
    because: 'the ordinary route answers all the same, and notes the token once more',
  },
  {
    file: 'src/http/hot.ts',
    text: 'artifact && projectId === opened.project.id',
    what: 'left of &&',
    because: 'no link is remembered without its artifact; the types want it',
  },
  {
    file: 'src/http/hot.ts',
    text: "path.includes('%') || (branch?.length ?? 0) > MAX_BRANCH_LENGTH",
    what: 'right of ||',
    because: 'the status of a branch whose name is too long is in no memory',
  },
  {
    file: 'src/http/hot.ts',
    text: '(branch?.length ?? 0) > MAX_BRANCH_LENGTH',
    what: '> is >=',
    because: 'the ordinary route answers for the longest name',
  },
  {
    file: 'src/http/frame/authorize.ts',
    text: "asker.kind === 'granted'",
    what: 'condition is true',
    because: 'only who is granted has a grant; the types want it',
  },
  {
    file: 'src/domain/access/tickets/signed-text.ts',
    text: '!match?.[1] || !match[2]',
    what: 'right of ||',
    because: 'an expression that matches has both groups; the types want it',
  },
  {
    file: 'src/http/frame/request/credentials.ts',
    text: 'authorization === null',
    what: 'condition is false',
    because: 'the text "null" is no Bearer either',
  },
  {
    file: 'src/domain/access/basic-credentials.ts',
    text: '!basic?.[1]',
    what: 'condition is false',
    because: 'what did not match decodes to no token; the types want it',
  },
  {
    file: 'src/http/frame/request/credentials.ts',
    text: 'hasQueryToken(url)',
    what: 'condition is true',
    because: 'spares the search for what is not there',
  },
  {
    file: 'src/http/frame/authorize.ts',
    text: 'grant',
    what: 'condition is true',
    because: 'who brings no token is asked for one, not denied; the types want it',
  },
  {
    file: 'src/http/frame/authorize.ts',
    text: '!project',
    what: 'condition is false',
    because: 'it fails all the same, less clearly; the types want it',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: '300',
    because: "KV's freshness is not what anything rests on",
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'known',
    what: 'condition is false',
    because: 'spares a wait; what memory knows is judged once more, by the same feed',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: "slug && fact.value.grant.kind === 'personal'",
    because: 'decides only whether one round trip brings the role along, or a second one does',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'key.includes(secret)',
    what: 'condition is true',
    because: 'whoever shared other work does it alone',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'slug',
    what: 'condition is false',
    because: 'requests for two projects share the look at their token; each asks for its project',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: "kept && freshnessOf(stores, kept) === 'accept'",
    because: 'spares a look-up; what is handed on is judged again after it',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: "freshnessOf(stores, kept) === 'accept'",
    because: 'as above',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'row',
    what: 'condition is true',
    because: 'a grant has a row; the types want it',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'slug && projectRows?.[0]',
    what: 'left of &&',
    because: 'without a slug no project is asked for; the types want it',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'project && role',
    because: 'a role is only found on a project and of a person; the types want it',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: "project && role && held.grant.kind === 'personal'",
    what: 'right of &&',
    because: 'as above',
  },
  {
    file: 'src/storage/edge/grants.ts',
    text: 'text === null',
    what: 'condition is false',
    because: 'the text "null" is no grant either',
  },
  {
    file: 'src/storage/edge/proof.ts',
    text: 'facts.length === 0',
    what: 'condition is false',
    because: 'of no facts the worst is good; it spares a poll',
  },
  {
    file: 'src/storage/edge/proof.ts',
    text: "use === 'ask' && polled === 'failed'",
    what: 'left of &&',
    because: 'what is accepted stays so, and no grace holds for what is void',
  },
  {
    file: 'src/storage/edge/proof.ts',
    text: "state.kind === 'proved'",
    what: 'left of &&',
    because: 'what is void has no time of proof; the types want it',
  },
  {
    file: 'src/storage/edge/proof.ts',
    text: 'memory.slots.get(POLL_SLOT) === slot && memory.slots',
    what: 'left of &&',
    because: 'whoever would follow a newer poll asks D1',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: "!project || decide(permission, { grant, role }, project) !== 'allow'",
    what: 'left of ||',
    because: 'nothing is allowed on no project; the types want it',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'known',
    what: 'condition is false',
    because: 'spares a wait; what memory knows is judged once more, by the same feed',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'allowing && bridged',
    what: 'left of &&',
    because: 'only what allows can be bridged; the types want it',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'cachedAccess(stores, grant, slug)',
    what: 'condition is false',
    because: 'spares a look-up',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'project',
    what: 'condition is true',
    because: 'what is allowed has a project; the types want it',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'stores.memory.access.projects.delete',
    because: 'the feed makes void what the database does not have any more',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'stores.memory.access.roles.delete',
    because: 'as above',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'grant && isOfPerson(grant)',
    what: 'right of &&',
    because: 'a token of a project has no person, which is nobody too; the types want it',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: '!userId || !member',
    what: 'left of ||',
    because: 'nobody is no member; the types want it',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    text: 'userId',
    what: 'condition is',
    because: 'the feed makes void what the database does not have any more',
  },
  {
    file: 'src/storage/edge/project-access.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of source code.
    text: '[`membership:${userId}',
    what: '`user:',
    because: 'whoever removes a person removes the memberships, and each of those is in the feed',
  },
  { file: 'src/storage/tokens/revocations.ts', text: '2', what: 'constant', because: 'more rounds of the same' },
  {
    file: 'src/storage/tokens/revocations.ts',
    text: 'round < READ_ROUNDS',
    what: '< is <=',
    because: 'more rounds of the same',
  },
  {
    file: 'src/storage/tokens/revocations.ts',
    text: '!state',
    what: 'condition is false',
    because: 'it fails all the same, less clearly',
  },
  {
    file: 'src/storage/tokens/revocations.ts',
    text: 'ended.length === PAGE_SIZE && oldest',
    what: 'dropped',
    because: 'entries have no gaps, so a page reaches back to the last one seen; the types want the rest',
  },
  { file: 'src/storage/edge/shared-work.ts', text: 'clearTimeout(timer)', because: 'a timer that nobody listens to' },
  {
    file: 'src/storage/edge/shared-work.ts',
    text: 'slots.get(key) === mine',
    what: 'condition is true',
    because: 'whoever would follow a newer run works alone',
  },
  { file: 'src/storage/edge/shared-work.ts', text: '2', what: 'constant', because: 'more rounds of the same' },
  {
    file: 'src/storage/edge/shared-work.ts',
    text: 'round < ROUNDS',
    what: '< is <=',
    because: 'more rounds of the same',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: 'tokenId',
    what: 'condition is true',
    because: 'nobody is called null',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: 'userId',
    what: 'condition is true',
    because: 'nobody is called null',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: 'sessionId',
    what: 'condition is true',
    because: 'no session is called null',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: 'sessionId && userId',
    what: 'condition is true',
    because: 'a token was looked at before, and nobody has no role',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: 'sessionId && userId',
    what: 'left of &&',
    because: 'a token was looked at before',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: 'sessionId && userId',
    what: 'right of &&',
    because: 'a session is always somebody’s',
  },
  {
    file: 'src/storage/edge/download-proof.ts',
    text: "use === 'ask' && graceHolds(stores, fact)",
    what: 'left of &&',
    because: 'no grace holds for what is void',
  },
  {
    file: 'src/storage/edge/feed-copy.ts',
    text: "typeof copy !== 'object' || copy === null",
    because: 'a text has none of the fields, and of null they cannot be asked for: a miss',
  },
  {
    file: 'src/storage/edge/feed-copy.ts',
    text: '10',
    what: 'constant',
    because: 'the age that counts is inside the copy',
  },
  { file: 'src/storage/edge/feed-copy.ts', text: '!stores.cache', because: 'without a cache it fails, and is a miss' },
  {
    file: 'src/storage/edge/feed-copy.ts',
    text: 'copy',
    what: 'condition is true',
    because: 'without a copy it fails, and is a miss',
  },
  {
    file: 'src/storage/edge/feed-copy.ts',
    text: '!isCount(polledAt) || polledAt > now || !Array.isArray(ends)',
    what: 'right of ||',
    because: 'what is no list cannot be filtered: it fails, and is a miss',
  },
  {
    file: 'src/storage/edge/feed-copy.ts',
    text: '!feed || !stores.cache',
    because: 'what is missing fails, and nothing is written',
  },
  {
    file: 'src/http/frame/request/credentials.ts',
    text: '1_000',
    because: 'bounds the work; a text that long is no token by its shape',
  },
  {
    file: 'src/http/frame/request/credentials.ts',
    text: 'text.length > MAX_HEADER_LENGTH',
    because: 'bounds the work; a text that long is no token by its shape',
  },
]

export function isHarmless({ file, what }: Mutant, text: string): boolean {
  return HARMLESS.some(
    (entry) => entry.file === file && isMeant(entry.text, text) && (!entry.what || what.includes(entry.what)),
  )
}

/** A short text is meant whole; of a long one the beginning will do. */
function isMeant(entry: string, text: string): boolean {
  return entry.length > 20 ? text.startsWith(entry) : text === entry
}
