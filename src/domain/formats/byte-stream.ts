/** A stream of bytes of what a generator gives; it ends the generator where the reader goes away. */
export function byteStreamOf<T>(
  pieces: AsyncGenerator<T>,
  bytesOf: (piece: T) => Uint8Array,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(bytesOf(value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
