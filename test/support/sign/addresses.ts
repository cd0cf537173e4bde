/** A client's address in a network of its own: another client to every limit. */
export function freshAddress(): string {
  const groups = crypto.getRandomValues(new Uint16Array(2))
  return `2001:db8:${[...groups].map((group) => group.toString(16)).join(':')}::1`
}
