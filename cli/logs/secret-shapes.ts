// What secrets look like that nobody named to us: https://docs.github.com/code-security/reference/secret-security/supported-secret-scanning-patterns
// and what those who hand them out say of their own.

/** A token by its first characters: `min` to `max` of the alphabet have to follow; without a `max` all that follow go. */
export type TokenShape = {
  readonly what: string
  readonly prefixes: readonly string[]
  readonly alphabet: Alphabet
  readonly min: number
  readonly max?: number
}

/** Which bytes a secret can go on with: 1 for yes, 2 for a blank that comes after a colon. */
export type Alphabet = Uint8Array

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = UPPER.toLowerCase()
const DIGITS = '0123456789'

function alphabetOf(characters: string): Alphabet {
  const alphabet = new Uint8Array(256)
  for (const byte of Buffer.from(characters, 'latin1')) alphabet[byte] = 1
  return alphabet
}

const HEX = alphabetOf(`${DIGITS}abcdefABCDEF`)
const BASE32 = alphabetOf(`${UPPER}234567`)
const ALPHANUMERIC = alphabetOf(UPPER + LOWER + DIGITS)
const WORD = alphabetOf(`${UPPER}${LOWER}${DIGITS}_`)
const NAME = alphabetOf(`${UPPER}${LOWER}${DIGITS}_-`)
const PATH = alphabetOf(`${UPPER}${LOWER}${DIGITS}_-/`)

/** Each prefix has at least four characters, which is what lets the search leap. */
export const TOKEN_SHAPES: readonly TokenShape[] = [
  { what: 'Buildpass', prefixes: ['bpu_', 'bpp_', 'bpr_', 'bps_'], alphabet: ALPHANUMERIC, min: 42, max: 42 },
  { what: 'GitHub', prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], alphabet: WORD, min: 36 },
  { what: 'GitHub, fine-grained', prefixes: ['github_pat_'], alphabet: WORD, min: 22 },
  {
    what: 'GitLab',
    prefixes: ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glsoat-'],
    alphabet: NAME,
    min: 20,
  },
  { what: 'AWS access key id', prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], alphabet: BASE32, min: 16, max: 16 },
  {
    what: 'Slack',
    prefixes: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'],
    alphabet: alphabetOf(`${UPPER}${LOWER}${DIGITS}-`),
    min: 10,
  },
  { what: 'Slack webhook', prefixes: ['hooks.slack.com/services/'], alphabet: PATH, min: 20 },
  { what: 'npm', prefixes: ['npm_'], alphabet: ALPHANUMERIC, min: 36 },
  { what: 'PyPI', prefixes: ['pypi-AgE'], alphabet: NAME, min: 50 },
  { what: 'Google API key', prefixes: ['AIza'], alphabet: NAME, min: 35, max: 35 },
  { what: 'Google OAuth secret', prefixes: ['GOCSPX-'], alphabet: NAME, min: 28 },
  { what: 'Google OAuth token', prefixes: ['ya29.'], alphabet: NAME, min: 20 },
  {
    what: 'Stripe',
    prefixes: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'],
    alphabet: ALPHANUMERIC,
    min: 16,
  },
  { what: 'Docker', prefixes: ['dckr_pat_', 'dckr_oat_'], alphabet: NAME, min: 27 },
  { what: 'DigitalOcean', prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_'], alphabet: HEX, min: 64, max: 64 },
  { what: 'Shopify', prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_'], alphabet: HEX, min: 32, max: 32 },
  { what: 'Vault', prefixes: ['hvs.', 'hvb.', 'hvr.'], alphabet: NAME, min: 24 },
  { what: 'Anthropic', prefixes: ['sk-ant-'], alphabet: NAME, min: 20 },
  { what: 'OpenAI', prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], alphabet: NAME, min: 20 },
  { what: 'Buildkite', prefixes: ['bkua_'], alphabet: HEX, min: 40, max: 40 },
  { what: 'CircleCI', prefixes: ['CCIPAT_', 'CCIPRJ_'], alphabet: WORD, min: 20 },
  { what: 'age', prefixes: ['AGE-SECRET-KEY-1'], alphabet: alphabetOf(UPPER + DIGITS), min: 40 },
]

/** A JSON Web Token: two objects of JSON in base64url, which begin with `{"`, and a signature. */
export const JWT = {
  /** `{"a` to `{"z`. */
  prefixes: [...LOWER].map((letter) => Buffer.from(`{"${letter}`).toString('base64')),
  header: NAME,
  /** What comes behind the header, and shows it to be one. */
  next: Buffer.from('.eyJ'),
  rest: alphabetOf(`${UPPER}${LOWER}${DIGITS}_-.`),
  /** A longer header is none. */
  maxHeaderBytes: 2_048,
}

/** `-----BEGIN RSA PRIVATE KEY-----`, and what follows it until its end or any other text. */
export const PRIVATE_KEY = {
  prefix: '-----BEGIN ',
  label: alphabetOf(`${UPPER}${DIGITS} `),
  isSecret: (label: string) => label.includes('PRIVATE KEY'),
  dashes: Buffer.from('-----'),
  maxLabelBytes: 40,
  // Lines of base64, also with their ends written as \n, and the headers of an encrypted one.
  rest: withBlankAfterColon(alphabetOf(`${UPPER}${LOWER}${DIGITS}+/=-\r\n\t\\:,`)),
}

function withBlankAfterColon(alphabet: Alphabet): Alphabet {
  alphabet[0x20] = 2
  return alphabet
}
