export const plural = (count, word) => (count === 1 ? `${count} ${word}` : `${count} ${word}s`)
