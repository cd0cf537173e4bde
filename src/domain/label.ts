export const MAX_LABEL_LENGTH = 100

/** A token's label, trimmed; or the rule that it breaks. */
export function parseLabel(text: string): { ok: true; label: string } | { ok: false; rule: string } {
  const label = text.trim()
  const length = [...label].length
  if (length < 1 || length > MAX_LABEL_LENGTH)
    return { ok: false, rule: `must be 1 to ${MAX_LABEL_LENGTH} characters long` }
  if (/\p{Cc}/u.test(label) || !label.isWellFormed()) return { ok: false, rule: 'must not contain control characters' }
  return { ok: true, label }
}
