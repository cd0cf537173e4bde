/** What became of something that a CI system sent, well signed. */
export type DeliveryResult = 'stored' | 'ignored' | 'other_repository' | 'unreadable'

/** The name of an event as it may be shown; a CI system that sends nonsense gets a dash. */
export function showableEvent(text: string | null): string {
  return text !== null && /^[\w.: -]{1,100}$/.test(text) ? text : '-'
}
