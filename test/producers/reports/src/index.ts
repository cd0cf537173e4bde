/** A line of a basket. */
export interface Line { cents: number; count?: number }
/** The sum of a basket. */
export function total(basket: Line[]): number { return basket.reduce((sum, { cents, count = 1 }) => sum + cents * count, 0) }
