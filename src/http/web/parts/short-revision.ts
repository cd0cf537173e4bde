/** A revision as it is written in a line: of a hash its first seven digits. */
export function shortRevision(revision: string): string {
  return /^[0-9a-f]{40,64}$/i.test(revision) ? revision.slice(0, 7) : revision.slice(0, 40)
}
