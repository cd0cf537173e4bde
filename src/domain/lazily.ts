/** What is made when it is first needed: nothing is built while the Worker starts. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
