/**
 * A text from outside for people to read: characters that are invisible, or that change how the text around them looks
 * (UTR 36, UAX 9), are written out as `␣U+202E`. Line ends and tabs stay. The stored text is not changed.
 */
export function visibleText(text: string): string {
  return text.replace(UNUSUAL, (run) => (HIDDEN.test(run) ? visibleRun(run) : run)).replace(UNSEEN_SPACE, codePointOf)
}

/** As `visibleText`, on one line. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/[\t\n\r]/g, codePointOf)
}

/** Whether something in the text may have to be written out. */
export function hasHidden(text: string): boolean {
  return text.search(UNSEEN_SPACE) >= 0 || (text.match(UNUSUAL)?.some((run) => HIDDEN.test(run)) ?? false)
}

/** The text with every such character replaced by what `write` gives, also where `visibleText` would keep it. */
export function writtenOut(text: string, write: (character: string) => string): string {
  return text.replace(ALL_HIDDEN, write).replace(UNSEEN_SPACE, write)
}

function visibleRun(run: string): string {
  return run.replace(shownOrHidden(), (part, hidden?: string) => (hidden ? codePointOf(hidden) : part))
}

function codePointOf(character: string): string {
  return `␣U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

// Runs of characters that are not plain ASCII, with the key that a keycap is drawn around. Most texts have none.
const UNUSUAL = /[#*\d]?[^\t\n\r -~]+/g

// Control, format and other ignorable characters, halves of surrogate pairs, separators of lines and paragraphs,
// noncharacters, and glyphs that are blank by definition (braille, hieroglyphs, a Khitan filler, a notehead); without the
// number signs of Arabic and Kaithi, which are format characters but visible.
const HIDDEN =
  /[[\p{Cc}--[\t\n\r]][\p{Cf}--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{NChar}\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}]/v
// Spaces other than U+0020 where nobody sees them: at an end of a text, a tag's content or an attribute, beside another
// space, or thin ones between letters. Between words, digits and signs they stay.
const UNSEEN_SPACE =
  /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000](?:(?<=(?:^|[\s"<>]).)|(?=$|[\s"<>]))|(?<=\p{L})[\u2006\u2008-\u200a\u202f\u205f](?=\p{L})/gv

const ALL_HIDDEN = new RegExp(HIDDEN.source, 'gv')

// Uses of such characters that are visible by their effect.
const SHOWN = [
  // In an emoji (UTS 51), but not behind just anything: any number of selectors could hide there.
  String.raw`(?=[\p{Emoji}])\p{RGI_Emoji}|\p{Extended_Pictographic}[\ufe0e\ufe0f]`,
  // A non-joiner between Arabic letters that would join without it (RFC 5892 A.1).
  String.raw`(?<=[[[\u0620-\u06ff]&&\p{L}]--[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef]]\p{M}*)\u200c(?=[[[\u0620-\u06ff]&&\p{L}]--[\u0621\u0674\u06d5]])`,
  // A joiner or non-joiner behind a virama (RFC 5892 A.1, A.2).
  String.raw`(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca])[\u200c\u200d](?=\p{L})`,
]

let both: RegExp | undefined

/** Made at the first use, since the list of emoji is long. */
function shownOrHidden(): RegExp {
  both ??= new RegExp(`${SHOWN.join('|')}|(${HIDDEN.source})`, 'gv')
  return both
}
